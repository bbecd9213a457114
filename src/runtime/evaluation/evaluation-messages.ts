import type { PolicySource } from '../../config/policy-files.js';
import type { LoggedDecision, OutcomeBlock } from '../../store/ports.js';
import type { Surroundings } from '../candidate-snapshot.js';
import type { RoutedExperiment, RoutedGroup } from '../experiments/routed-models.js';
import type { LogDiff } from './diff-on-log.js';
import type { EvaluatedLog } from './evaluate-log.js';
import type { LogFilter } from './log-replay.js';
import type { ThreadListener, ThreadPort } from '../on-thread.js';

/** A policy that is asked about the decisions of a log, or two that are compared. */
interface PolicyTask {
  readonly sources: readonly PolicySource[];
  readonly surroundings: Surroundings;
  readonly filter: LogFilter;
}

/** What is worked out on a log. */
export type EvaluationTask =
  | ({ readonly kind: 'evaluate' } & PolicyTask)
  | ({ readonly kind: 'compare'; readonly comparedWith: readonly PolicySource[] } & PolicyTask)
  | { readonly kind: 'models'; readonly experiment: RoutedExperiment };

/** What an evaluation is made of: plain data, so that it crosses to a thread. */
export interface EvaluationOrigin {
  readonly task: EvaluationTask;
  /** What stands for the outcomes that retention took away. */
  readonly base?: Uint8Array;
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
  | { readonly kind: 'models'; readonly groups: readonly RoutedGroup[] }
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
