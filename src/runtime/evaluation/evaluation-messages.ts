import type { PolicySource } from '../../config/policy-files.js';
import type { LoggedDecision, OutcomeBlock } from '../../store/ports.js';
import type { Surroundings } from '../candidate-snapshot.js';
import type { LogDiff } from './diff-on-log.js';
import type { EvaluatedLog } from './evaluate-log.js';
import type { LogFilter } from './log-replay.js';
import type { ThreadListener, ThreadPort } from '../on-thread.js';

/** What an evaluation is made of: plain data, so that it crosses to a thread. */
export interface EvaluationOrigin {
  readonly sources: readonly PolicySource[];
  /** Given where the two are asked about each request and compared, instead of evaluating the one. */
  readonly comparedWith?: readonly PolicySource[];
  readonly surroundings: Surroundings;
  /** What stands for the outcomes that retention took away. */
  readonly base?: Uint8Array;
  readonly filter: LogFilter;
  readonly maxDecisions: number;
}

/** A part of a log, read from its start. */
export type LogSpan =
  | { readonly log: 'outcomes'; readonly fromSequence: number }
  | { readonly log: 'decisions'; readonly fromMs: number; readonly toMs: number };

/** What an evaluation says: it asks for the log bit by bit, so that no more of it is on the way than it works on. */
export type FromEvaluation =
  | { readonly kind: 'open'; readonly span: LogSpan; readonly id: number }
  | { readonly kind: 'next'; readonly id: number }
  | { readonly kind: 'done'; readonly log: EvaluatedLog }
  | { readonly kind: 'compared'; readonly diff: LogDiff }
  | { readonly kind: 'failed'; readonly reason: EvaluationFailure; readonly message: string };

export type EvaluationFailure = 'policy' | 'size' | 'nothing' | 'store';

/** One bit of a span; empty at its end. */
export interface LogChunk {
  readonly id: number;
  readonly blocks: readonly OutcomeBlock[];
  readonly decisions: readonly LoggedDecision[];
}

export type EvaluationPort = ThreadPort<LogChunk>;

export type EvaluationListener = ThreadListener<FromEvaluation>;

/** Starts an evaluation: on a thread where a server runs. */
export type OpenEvaluation = (origin: EvaluationOrigin, listener: EvaluationListener) => EvaluationPort;
