import type { PolicySource } from '../../config/policy-files.js';
import type { Difference } from '../../core/comparison/compare-answers.js';
import type { TallyReport } from '../../core/comparison/tally.js';
import type { Availability } from '../../core/availability/breaker-state.js';
import type { DecisionId, TenantId } from '../../core/ids.js';
import type { Outcome } from '../../core/outcome/outcome.js';
import type { Question } from '../../core/selection/question.js';
import type { ContextVector } from '../../core/context/context-vector.js';
import type { Surroundings } from '../candidate-snapshot.js';
import type { PackedAnswer } from './packed-answer.js';
import type { ThreadListener, ThreadPort } from '../on-thread.js';

/** What a shadow is made of: plain data, so that it crosses to a thread. */
export interface ShadowOrigin {
  readonly sources: readonly PolicySource[];
  readonly surroundings: Surroundings;
  /** A kept learning state, which spares the way to it where the candidate learns alike. */
  readonly snapshot?: Uint8Array;
  /** What stands for outcomes that left the log. */
  readonly base?: Uint8Array;
}

/** A request that was answered, for the candidate to be asked about. */
export interface ShadowRequest {
  /** Absent where the request was refused. */
  readonly decisionId?: DecisionId;
  readonly timeMs: number;
  /** Without its text where the candidate reads contexts as the policy in force does. */
  readonly question: Question;
  readonly context?: ContextVector;
  readonly availability: Availability;
  /** Held for decisions in flight, where the budget's period limits money. */
  readonly reserved?: { readonly accountId: string; readonly nanoUsd: number };
  readonly answer: PackedAnswer;
}

/** What goes to a shadow, in the order in which it happened. */
export type ToShadow =
  | { readonly kind: 'surroundings'; readonly surroundings: Surroundings }
  | { readonly kind: 'outcomes'; readonly firstSequence: number; readonly outcomes: readonly Outcome[] }
  | { readonly kind: 'requests'; readonly requests: readonly ShadowRequest[] }
  /** Another policy is in force: what was counted concerned the one before. */
  | { readonly kind: 'restart' }
  | { readonly kind: 'report'; readonly id: number; readonly tenant: TenantId }
  | { readonly kind: 'total'; readonly id: number };

export type DifferenceCounts = Readonly<Record<Difference, number>>;

/** What comes back. */
export type FromShadow =
  /** Once, first: the outcomes from this position on are needed. */
  | { readonly kind: 'ready'; readonly sequence: number }
  /** One message was worked off. `counts` are of all tenants, since the start. */
  | { readonly kind: 'done'; readonly requests: number; readonly counts: DifferenceCounts }
  | { readonly kind: 'report'; readonly id: number; readonly report: TallyReport }
  | { readonly kind: 'total'; readonly id: number; readonly total: ShadowTotal };

/** What was counted of all tenants' requests. */
export interface ShadowTotal {
  readonly requests: number;
  readonly differences: DifferenceCounts;
  /** Sum over requests of the total variation of the choice. */
  readonly changedShare: number;
  /** What 99 of the latest 100 decisions took at most, in milliseconds; absent without any. */
  readonly decideMsP99?: number;
}

/** A shadow at the other end of a thread, or in the same one. */
export type ShadowPort = ThreadPort<ToShadow>;

/** Where what comes back goes. */
export type ShadowListener = ThreadListener<FromShadow>;

/** Makes a shadow: on a thread where a server runs. */
export type OpenShadow = (origin: ShadowOrigin, listener: ShadowListener) => ShadowPort;
