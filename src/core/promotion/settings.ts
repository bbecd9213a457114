import type { ExperimentMetric } from '../experiment/definition.js';

/** What is asked of a candidate where the log does not say enough of it. */
export const THIN_EVIDENCE = ['skip', 'fail'] as const;

/** A candidate comes back once it is surely worse than the policy in force by more than this. */
export interface CanaryGuardrail {
  readonly metric: ExperimentMetric;
  /** Above 0; quality and success in their unit, USD a request, milliseconds; or a share of what is in force. */
  readonly worseBy: number;
  readonly relative: boolean;
}

/** On logged requests: what would go elsewhere. Shares are in [0, 1]. */
export interface ReplaySettings {
  /** How far back requests are taken, for the evaluation too. */
  readonly hours: number;
  readonly maxChangedShare: number;
  /** Of requests that the candidate refuses and the policy in force does not. */
  readonly maxRefusedShare: number;
}

/** On logged outcomes: what would have been earned. */
export interface EvaluationSettings {
  /** The doubly robust difference's 95 % interval must not reach below minus this. */
  readonly qualityMargin: number;
  readonly successMargin: number;
  /** Its upper end must not be above this share of the logged cost; cost is told only where absent. */
  readonly costMargin?: number;
}

/** Beside the policy in force, on requests as they come. */
export interface ShadowSettings {
  /** Requests that the candidate is asked about; none where 0: the gate is skipped. */
  readonly decisions: number;
  readonly maxRefusedShare: number;
  /** What 99 of 100 decisions of the candidate must not take longer than. */
  readonly maxDecideMs: number;
  readonly maximumHours: number;
}

/** In force for some. */
export interface CanarySettings {
  /** Shares of requests that the candidate decides, step by step: each above the one before, at most 0.5. */
  readonly shares: readonly number[];
  /** As in rules/experiments.json: what goes to one side as a whole. */
  readonly unit: string;
  /** Absent: requests of all. */
  readonly useCases?: readonly string[];
  /** Units a side, with a report, before a step may end. */
  readonly minimumUnits: number;
  /** Of each step. */
  readonly minimumHours: number;
  /** Of all steps. */
  readonly maximumHours: number;
  readonly alpha: number;
  readonly guardrails: readonly CanaryGuardrail[];
  /** Metrics of guardrails that the candidate must be shown not to be worse in by more than they allow. */
  readonly mustShow: readonly ExperimentMetric[];
}

/** What a candidate has to stand before it is in force. */
export interface PromotionSettings {
  readonly onThinEvidence: (typeof THIN_EVIDENCE)[number];
  readonly replay: ReplaySettings;
  readonly evaluation: EvaluationSettings;
  readonly shadow: ShadowSettings;
  readonly canary: CanarySettings;
}

export const DEFAULT_PROMOTION: PromotionSettings = {
  onThinEvidence: 'skip',
  replay: { hours: 168, maxChangedShare: 1, maxRefusedShare: 0.01 },
  evaluation: { qualityMargin: 0.05, successMargin: 0.05 },
  shadow: { decisions: 500, maxRefusedShare: 0.01, maxDecideMs: 50, maximumHours: 24 },
  canary: {
    shares: [0.05, 0.25],
    unit: 'request',
    minimumUnits: 200,
    minimumHours: 1,
    maximumHours: 168,
    alpha: 0.05,
    guardrails: [
      { metric: 'quality', worseBy: 0.05, relative: false },
      { metric: 'success', worseBy: 0.05, relative: false },
      { metric: 'cost', worseBy: 0.5, relative: true },
      { metric: 'latency', worseBy: 0.5, relative: true },
    ],
    mustShow: ['quality'],
  },
};
