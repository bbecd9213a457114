/**
 * Answers of RPCs as JSON of the contract (proto/sextant/v1), as far as views read them: 64-bit numbers are texts, times
 * are RFC 3339, durations end with `s`.
 */

export interface ExplainResponse {
  readonly profile: {
    readonly composite: number;
    readonly level: string;
    readonly taskType: string;
    readonly inputTokens: string;
  };
  readonly explanation: Explanation;
  readonly policyVersion: string;
  readonly ruleTraces: readonly RuleTrace[];
  readonly ruleTracesOmitted: number;
}

export interface Explanation {
  readonly considered: number;
  readonly removals: readonly Removal[];
  readonly candidates: readonly CandidateScore[];
  readonly firedRules: readonly { readonly ruleId: string; readonly event: string; readonly model: string }[];
  readonly weights: Weights;
  readonly weightsRuleId: string;
  readonly budgetId: string;
  readonly lambda: number;
  readonly segment: string;
  readonly stateSequence: string;
}

export interface Weights {
  readonly quality: number;
  readonly cost: number;
  readonly latency: number;
}

export interface Removal {
  readonly model: string;
  readonly variant?: string;
  readonly filter: string;
  readonly ruleId: string;
  readonly reason: string;
}

export interface CandidateScore {
  readonly model: string;
  readonly variant?: string;
  readonly expectedQuality: number;
  readonly qualitySd: number;
  readonly qualityObservations: number;
  readonly expectedSuccess: number;
  readonly cost?: { readonly meanNanoUsd: string; readonly lowNanoUsd: string; readonly highNanoUsd: string };
  readonly latency: string;
  readonly expectedUtility: number;
  readonly propensity: number;
}

/** One condition: a comparison of a fact, or `all`, `any` or `not` of others. */
export interface ConditionNode {
  readonly result?: boolean;
  readonly operator: string;
  readonly fact?: string;
  readonly path?: string;
  readonly factResult?: unknown;
  readonly value?: unknown;
  readonly valueResult?: unknown;
  /** Name of a shared condition. */
  readonly condition?: string;
  readonly all?: readonly ConditionNode[];
  readonly any?: readonly ConditionNode[];
  readonly not?: ConditionNode;
}

export interface RuleTrace {
  readonly ruleId: string;
  readonly event: string;
  /** Empty for a rule on the request. */
  readonly model: string;
  readonly variant?: string;
  readonly fired: boolean;
  readonly conditions: ConditionNode;
}
