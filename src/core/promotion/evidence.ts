import type { ExperimentMetric } from '../experiment/definition.js';
import type { Interval } from '../evaluation/intervals.js';
import type { PromotionGate } from './promotion-state.js';

/** What was before, and what would be. */
interface BeforeAfter {
  readonly before: number;
  readonly after: number;
}

/** What a gate cannot go on for, in words. */
export interface Unmet {
  readonly gate: PromotionGate;
  readonly failure: string;
}

/** Each fault is one line of text. */
export interface CheckEvidence {
  readonly faults: readonly string[];
  readonly rules: number;
  readonly models: number;
}

export interface ReplayEvidence {
  readonly hours: number;
  readonly requests: number;
  /** Mean total variation of the choice, in [0, 1]. */
  readonly changedShare: number;
  readonly refused: number;
  readonly admitted: number;
  /** Expected by each policy's own beliefs. */
  readonly quality?: BeforeAfter;
  readonly costUsd?: BeforeAfter;
}

export interface EvaluatedReward {
  readonly name: 'quality' | 'success' | 'cost';
  readonly rewarded: number;
  readonly effectiveDecisions: number;
  /** Why the log does not carry a figure; empty where it does. */
  readonly objections: readonly string[];
  /** Absent where no decision has this reward. */
  readonly lift?: { readonly value: number; readonly interval: Interval; readonly logged: number };
}

export interface EvaluationEvidence {
  readonly decisions: number;
  readonly rewards: readonly EvaluatedReward[];
}

export interface ShadowEvidence {
  readonly isLive: boolean;
  readonly requests: number;
  readonly refused: number;
  readonly skipped: number;
  readonly changedShare: number;
  /** Absent before the first request. */
  readonly decideMsP99?: number;
}

/** One metric of the candidate against the policy in force, in the guardrail's own unit; above 0 is worse. */
export interface CanaryMetric {
  readonly metric: ExperimentMetric;
  readonly worseBy: number;
  readonly relative: boolean;
  readonly controlMean?: number;
  readonly candidateMean?: number;
  /** How much worse, always valid; absent before the least number of units. */
  readonly harm?: Interval;
}

export interface CanaryEvidence {
  readonly units: { readonly control: number; readonly candidate: number };
  readonly metrics: readonly CanaryMetric[];
  /** Whether a side loses units, or reports of them. */
  readonly sampleRatioAlarm: boolean;
  readonly sampleRatioPValue: number;
  /** Who ended it, and why, where it has ended. */
  readonly ended?: { readonly by: string; readonly reason: string };
}

/** The log says nothing, and why. */
export interface Nothing {
  readonly nothing: string;
}

/** What is known of the gate that a candidate stands at. */
export type Evidence =
  | ({ readonly gate: 'check' } & CheckEvidence)
  | ({ readonly gate: 'replay' } & ReplayEvidence)
  | ({ readonly gate: 'evaluation' } & EvaluationEvidence)
  | ({ readonly gate: 'replay' | 'evaluation' } & Nothing)
  | ({ readonly gate: 'shadow' } & ShadowEvidence)
  | ({ readonly gate: 'canary' } & CanaryEvidence)
  | Unmet;
