import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import type { SextantError } from '../core/errors.js';
import { type ErrorCode } from '../core/errors.js';
import type { Any } from '../gen/google/protobuf/any.js';
import { BadRequest, ErrorInfo, PreconditionFailure, RetryInfo } from '../gen/google/rpc/error_details.js';
import { Status } from '../gen/google/rpc/status.js';
import { durationFromMs } from './encode/time.js';

/** The one table from reasons to gRPC codes; a new reason does not compile until it is here. */
export const GRPC_CODES: Readonly<Record<ErrorCode, status>> = {
  INVALID_FIELD: status.INVALID_ARGUMENT,
  MALFORMED_REQUEST: status.INVALID_ARGUMENT,
  REQUEST_TOO_LARGE: status.RESOURCE_EXHAUSTED,
  UNKNOWN_MODEL: status.NOT_FOUND,
  MODEL_EXISTS: status.ALREADY_EXISTS,
  MODEL_READ_ONLY: status.FAILED_PRECONDITION,
  UNKNOWN_PROMPT: status.NOT_FOUND,
  PROMPT_EXISTS: status.ALREADY_EXISTS,
  PROMPT_READ_ONLY: status.FAILED_PRECONDITION,
  STALE_ETAG: status.ABORTED,
  UNKNOWN_POLICY: status.NOT_FOUND,
  POLICY_REFUSED: status.FAILED_PRECONDITION,
  POLICY_CHANGED: status.ABORTED,
  POLICY_NOT_PINNED: status.FAILED_PRECONDITION,
  NO_PREVIOUS_POLICY: status.FAILED_PRECONDITION,
  NO_SHADOW: status.FAILED_PRECONDITION,
  SHADOW_UNAVAILABLE: status.UNAVAILABLE,
  NOTHING_TO_EVALUATE: status.FAILED_PRECONDITION,
  TOO_MANY_DECISIONS: status.RESOURCE_EXHAUSTED,
  EVALUATION_RUNNING: status.RESOURCE_EXHAUSTED,
  EVALUATION_TIMEOUT: status.DEADLINE_EXCEEDED,
  UNKNOWN_EXPERIMENT: status.NOT_FOUND,
  EXPERIMENT_EXISTS: status.ALREADY_EXISTS,
  EXPERIMENT_REFUSED: status.FAILED_PRECONDITION,
  EXPERIMENT_ENDED: status.FAILED_PRECONDITION,
  UNKNOWN_PROMOTION: status.NOT_FOUND,
  PROMOTION_REFUSED: status.FAILED_PRECONDITION,
  PROMOTION_RUNNING: status.FAILED_PRECONDITION,
  PROMOTION_ENDED: status.FAILED_PRECONDITION,
  NO_CANDIDATE: status.FAILED_PRECONDITION,
  REQUEST_REJECTED: status.FAILED_PRECONDITION,
  MODELS_UNAVAILABLE: status.UNAVAILABLE,
  BUDGET_EXHAUSTED: status.RESOURCE_EXHAUSTED,
  TICKET_INVALID: status.INVALID_ARGUMENT,
  TICKET_EXPIRED: status.FAILED_PRECONDITION,
  TICKET_FOREIGN: status.PERMISSION_DENIED,
  REPORT_CONFLICT: status.FAILED_PRECONDITION,
  STORE_UNAVAILABLE: status.UNAVAILABLE,
  QUEUE_FULL: status.RESOURCE_EXHAUSTED,
  RATE_LIMITED: status.RESOURCE_EXHAUSTED,
  OVERLOADED: status.RESOURCE_EXHAUSTED,
  METADATA_TOO_LARGE: status.RESOURCE_EXHAUSTED,
  DEADLINE_EXCEEDED: status.DEADLINE_EXCEEDED,
  SHUTTING_DOWN: status.UNAVAILABLE,
  BACKUP_RUNNING: status.ABORTED,
  BACKUP_FAILED: status.FAILED_PRECONDITION,
  UNAUTHENTICATED: status.UNAUTHENTICATED,
  PERMISSION_DENIED: status.PERMISSION_DENIED,
  KEYS_UNAVAILABLE: status.UNAVAILABLE,
  INTERNAL: status.INTERNAL,
};

const ERROR_DOMAIN = 'sextant.v1';
const DETAILS_KEY = 'grpc-status-details-bin';
/** Clients that retry by themselves wait so long instead of their own backoff (gRFC A6). */
const PUSHBACK_KEY = 'grpc-retry-pushback-ms';
/**
 * Many clients refuse more than 8 KiB of trailers, and base64 adds a third: the details stay below
 * this, and say how much was left out.
 */
const DETAILS_MAX_BYTES = 4_096;
/** The message travels in a trailer of its own, percent-encoded: three bytes for one, at worst. */
const MESSAGE_MAX_CHARS = 640;
/** What one row of the details says of one thing. */
const TEXT_MAX_CHARS = 256;

/** A text cut to a length, and marked where it was. */
const cut = (text: string, maxChars: number): string =>
  text.length <= maxChars ? text : `${text.slice(0, maxChars - 1)}…`;

const any = (name: string, value: Uint8Array): Any => ({
  typeUrl: `type.googleapis.com/google.rpc.${name}`,
  value,
});

/** An error as google.rpc.Status, with BadRequest, PreconditionFailure, RetryInfo and ErrorInfo details. */
export function statusOf(error: SextantError): Status {
  const { faults, obstacles, retryAfterMs } = error.details;
  const details: Any[] = [];
  const metadata: Record<string, string> = {};
  if (faults !== undefined) {
    const fieldViolations = faults.map(({ path, reason, suggestion }) => ({
      field: cut(path, TEXT_MAX_CHARS),
      description: cut(suggestion === undefined ? reason : `${reason} (${suggestion})`, TEXT_MAX_CHARS),
      reason: error.code,
      localizedMessage: undefined,
    }));
    const { kept, omitted } = fitting(fieldViolations, (rows) =>
      BadRequest.encode({ fieldViolations: rows }).finish(),
    );
    details.push(any('BadRequest', BadRequest.encode({ fieldViolations: kept }).finish()));
    if (omitted > 0) metadata['omitted_violations'] = String(omitted);
  }
  if (obstacles !== undefined) {
    const violations = grouped(obstacles);
    const { kept, omitted } = fitting(violations, (rows) =>
      PreconditionFailure.encode({ violations: rows }).finish(),
    );
    details.push(any('PreconditionFailure', PreconditionFailure.encode({ violations: kept }).finish()));
    if (omitted > 0) metadata['omitted_violations'] = String(omitted);
  }
  if (retryAfterMs !== undefined) {
    details.push(any('RetryInfo', RetryInfo.encode({ retryDelay: durationFromMs(retryAfterMs) }).finish()));
  }
  details.push(
    any('ErrorInfo', ErrorInfo.encode({ reason: error.code, domain: ERROR_DOMAIN, metadata }).finish()),
  );
  return { code: GRPC_CODES[error.code], message: cut(error.message, MESSAGE_MAX_CHARS), details };
}

/** An error as grpc-js sends it. */
export function serviceError(error: SextantError): Partial<ServiceError> {
  const rpcStatus = statusOf(error);
  const metadata = new Metadata();
  metadata.set(DETAILS_KEY, Buffer.from(Status.encode(rpcStatus).finish()));
  const { retryAfterMs } = error.details;
  if (retryAfterMs !== undefined) metadata.set(PUSHBACK_KEY, String(Math.ceil(retryAfterMs)));
  return { code: rpcStatus.code, details: rpcStatus.message, metadata };
}

/** Models that the same filter removed for the same reason share a row, which names the first of them. */
function grouped(obstacles: NonNullable<SextantError['details']['obstacles']>) {
  const rows = new Map<string, { type: string; subjects: string[]; description: string }>();
  for (const { kind, subject, reason } of obstacles) {
    const key = `${kind}\u0000${reason}`;
    const row = rows.get(key);
    if (row === undefined) rows.set(key, { type: kind, subjects: [subject], description: reason });
    else row.subjects.push(subject);
  }
  return [...rows.values()].map(({ type, subjects, description }) => ({
    type: cut(type, TEXT_MAX_CHARS),
    subject: listed(subjects),
    description: cut(description, TEXT_MAX_CHARS),
  }));
}

/** Longer than one text: a registry of a hundred models should be named whole. */
const SUBJECTS_MAX_CHARS = 3_000;

/** As many names as fit, and how many more there are. */
function listed(names: readonly string[]): string {
  let text = '';
  for (const [i, name] of names.entries()) {
    const next = i === 0 ? cut(name, TEXT_MAX_CHARS) : `${text}, ${cut(name, TEXT_MAX_CHARS)}`;
    if (next.length > SUBJECTS_MAX_CHARS) return `${text} and ${names.length - i} more`;
    text = next;
  }
  return text;
}

/** As many rows, from the first, as fit. */
function fitting<T>(rows: T[], encode: (rows: T[]) => Uint8Array): { kept: T[]; omitted: number } {
  let kept = rows;
  while (kept.length > 0 && encode(kept).length > DETAILS_MAX_BYTES) {
    kept = kept.slice(0, Math.floor(kept.length / 2));
  }
  return { kept, omitted: rows.length - kept.length };
}
