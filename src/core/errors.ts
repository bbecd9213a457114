import type { Fault } from './fault.js';

/** Stable reasons, sent to callers as google.rpc.ErrorInfo.reason. */
export const ERROR_CODES = [
  'INVALID_FIELD',
  'MALFORMED_REQUEST',
  'REQUEST_TOO_LARGE',
  'UNKNOWN_MODEL',
  'MODEL_EXISTS',
  'MODEL_READ_ONLY',
  'UNKNOWN_PROMPT',
  'PROMPT_EXISTS',
  'PROMPT_READ_ONLY',
  'STALE_ETAG',
  'UNKNOWN_POLICY',
  'POLICY_REFUSED',
  'POLICY_CHANGED',
  'POLICY_NOT_PINNED',
  'NO_PREVIOUS_POLICY',
  'NO_SHADOW',
  'SHADOW_UNAVAILABLE',
  'NOTHING_TO_EVALUATE',
  'TOO_MANY_DECISIONS',
  'EVALUATION_RUNNING',
  'EVALUATION_TIMEOUT',
  'UNKNOWN_EXPERIMENT',
  'EXPERIMENT_EXISTS',
  'EXPERIMENT_REFUSED',
  'EXPERIMENT_ENDED',
  'UNKNOWN_PROMOTION',
  'PROMOTION_REFUSED',
  'PROMOTION_RUNNING',
  'PROMOTION_ENDED',
  'NO_CANDIDATE',
  'REQUEST_REJECTED',
  'MODELS_UNAVAILABLE',
  'BUDGET_EXHAUSTED',
  'TICKET_INVALID',
  'TICKET_EXPIRED',
  'TICKET_FOREIGN',
  'REPORT_CONFLICT',
  'STORE_UNAVAILABLE',
  'QUEUE_FULL',
  'RATE_LIMITED',
  'OVERLOADED',
  'METADATA_TOO_LARGE',
  'DEADLINE_EXCEEDED',
  'SHUTTING_DOWN',
  'BACKUP_RUNNING',
  'BACKUP_FAILED',
  'UNAUTHENTICATED',
  'PERMISSION_DENIED',
  'KEYS_UNAVAILABLE',
  'INTERNAL',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** What stands in the way of a call that was itself well formed. */
export interface Obstacle {
  readonly kind: string;
  readonly subject: string;
  readonly reason: string;
}

export interface ErrorDetails {
  /** Field violations, for INVALID_FIELD. */
  readonly faults?: readonly Fault[];
  /** Why no model is left, for NO_CANDIDATE, MODELS_UNAVAILABLE and BUDGET_EXHAUSTED; faults of a policy, for POLICY_REFUSED. */
  readonly obstacles?: readonly Obstacle[];
  readonly retryAfterMs?: number;
  /** Goes to the log, never to the caller. */
  readonly cause?: unknown;
}

/** An error that a caller may see: a stable code and a message without secrets. */
export class SextantError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'SextantError';
  }

  /** Any thrown value as a SextantError; what we did not foresee is INTERNAL with a fixed text. */
  static from(thrown: unknown): SextantError {
    if (thrown instanceof SextantError) return thrown;
    return new SextantError('INTERNAL', 'internal error', { cause: thrown });
  }
}
