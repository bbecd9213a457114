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

export interface ListExperimentsResponse {
  readonly experiments: readonly Experiment[];
}

export interface Experiment {
  readonly id: string;
  readonly description: string;
  readonly status: string;
  readonly arms: readonly ExperimentArm[];
  readonly definition?: { readonly guardrails?: readonly Guardrail[]; readonly unit?: string };
  readonly startTime?: string;
  readonly endTime?: string;
  readonly endReason: string;
}

export interface ExperimentArm {
  readonly id: string;
  readonly share: number;
  readonly control: boolean;
  readonly stopped: boolean;
  readonly stopReason: string;
}

export interface Guardrail {
  readonly metric: string;
  readonly worseBy: number;
  readonly relative?: boolean;
}

export interface GetExperimentResultResponse {
  readonly experiment: Experiment;
  readonly result: ExperimentResult;
  readonly history: readonly PastComparison[];
}

export interface PastComparison {
  readonly time: string;
  readonly metric: string;
  readonly arm: string;
  readonly units: string;
  readonly comparison: Comparison;
}

export interface ExperimentResult {
  readonly metrics: readonly MetricResult[];
  readonly sampleRatio: {
    readonly pValue: number;
    readonly fixedPValue: number;
    readonly alarm: boolean;
    readonly units: readonly string[];
    readonly expectedUnits: readonly number[];
  };
  readonly routed: readonly {
    readonly arm: string;
    readonly routedTo: string;
    readonly decisions: string;
    readonly meanQuality?: number;
  }[];
  readonly comparisonAlpha: number;
  readonly minimumUnits: string;
  readonly policyVersions: readonly string[];
  readonly latestOutcomeTime?: string;
}

export interface CompareExperimentModelsResponse {
  readonly arms: readonly {
    readonly arm: string;
    readonly models: readonly ModelEstimate[];
    readonly withoutQuality: string;
  }[];
}

export interface ModelEstimate {
  readonly routedTo: string;
  readonly decisions: string;
  readonly meanQualityAsRouted: number;
  readonly supportedDecisions: string;
  readonly meanQuality?: number;
  readonly interval?: Interval;
  readonly difference?: { readonly value: number; readonly interval: Interval };
}

export interface MetricResult {
  readonly metric: string;
  readonly lowerIsBetter: boolean;
  readonly readable: boolean;
  readonly arms: readonly ArmMetric[];
  readonly varianceReduction?: number;
}

export interface ArmMetric {
  readonly arm: string;
  readonly units: string;
  readonly mean?: number;
  readonly standardError?: number;
  readonly comparison?: Comparison;
  readonly probabilityOfBest?: number;
  readonly expectedLoss?: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface Comparison {
  readonly difference: number;
  readonly pValue: number;
  readonly fixedInterval: Interval;
  readonly alwaysValidInterval?: Interval;
  readonly alwaysValidPValue?: number;
  readonly lift?: number;
  readonly liftFixedInterval?: Interval;
  readonly liftAlwaysValidInterval?: Interval;
}

export interface Principal {
  readonly name: string;
  readonly tenant: string;
}

export interface GetActivePolicyResponse {
  readonly version: string;
  readonly activateTime: string;
  readonly ruleCount: number;
  readonly pin?: { readonly version: string; readonly reason: string };
}

export interface PolicyVersion {
  readonly version: string;
  readonly activateTime: string;
  readonly activatedBy?: Principal;
  readonly activationCount: string;
  readonly files: readonly { readonly file: string }[];
  readonly active: boolean;
  readonly pinned: boolean;
}

export interface ListPolicyVersionsResponse {
  readonly versions: readonly PolicyVersion[];
  readonly nextPageToken: string;
}

export interface GetPolicyVersionResponse {
  /** Contents in base64. */
  readonly files: readonly { readonly file: string; readonly content: string }[];
}

export interface PolicyChange {
  readonly kind: string;
  readonly pointer: string;
  readonly element: string;
  readonly beforeJson: string;
  readonly afterJson: string;
  readonly valueOmitted: boolean;
}

export interface DiffPolicyVersionsResponse {
  readonly files: readonly {
    readonly file: string;
    readonly kind: string;
    readonly changes: readonly PolicyChange[];
    readonly omittedChanges: number;
  }[];
}

/** JSON has no infinity: the contract's is a text. */
export interface WeightBucket {
  readonly from: number;
  readonly to: number | 'Infinity';
  readonly decisions: string;
  readonly weight: number;
}

export interface RewardEvaluation {
  readonly support: {
    readonly decisions: string;
    readonly rewarded: string;
    readonly effectiveDecisions: number;
    readonly largestWeight: number;
    readonly unsupportedShare: number;
    readonly seldomShare: number;
    readonly neededRewarded?: string;
    readonly objections: readonly string[];
    readonly weights: readonly WeightBucket[];
  };
  readonly estimates: readonly ValueEstimate[];
  readonly logged?: number;
  readonly lift?: number;
  readonly liftInterval?: Interval;
}

export interface ValueEstimate {
  readonly estimator: string;
  readonly value: number;
  readonly asymptotic?: Interval;
  readonly anySample?: Interval;
}

export interface EvaluatePolicyResponse {
  readonly policyVersion: string;
  readonly quality?: RewardEvaluation;
  readonly success?: RewardEvaluation;
  readonly costUsd?: RewardEvaluation;
  readonly reporting: readonly {
    readonly arm: string;
    readonly decisions: string;
    readonly reported: string;
    readonly expected: number;
    readonly z: number;
  }[];
  readonly refused: string;
  readonly otherContext: string;
  readonly withoutPropensity: string;
}

/** The policy before is called active, as it is beside a shadow. */
export interface ComparedUseCase {
  readonly useCase: string;
  readonly requests: string;
  readonly changedShare: number;
  readonly refused: string;
  readonly admitted: string;
  readonly otherCandidates: string;
  readonly otherShares: string;
  readonly otherWeights: string;
  readonly answered: string;
  readonly expectedQualityActive: number;
  readonly expectedQuality: number;
  readonly priced: string;
  readonly expectedCostNanoUsdActive: number;
  readonly expectedCostNanoUsd: number;
}

export interface ComparedMove {
  readonly from: string;
  readonly to: string;
  readonly share: number;
}

export interface ComparedLoss {
  readonly cause: string;
  readonly requests: string;
  readonly candidates: string;
}

export interface ComparedRequest {
  readonly decisionId: string;
  readonly decideTime: string;
  readonly useCase: string;
  readonly difference: string;
  readonly changedShare: number;
  readonly likeliestActive: string;
  readonly likeliest: string;
  readonly causes: readonly string[];
}

export interface ComparePoliciesResponse {
  readonly fromVersion: string;
  readonly toVersion: string;
  readonly firstTime?: string;
  readonly lastTime?: string;
  readonly useCases: readonly ComparedUseCase[];
  readonly moves: readonly ComparedMove[];
  readonly losses: readonly ComparedLoss[];
  readonly disagreements: readonly ComparedRequest[];
  readonly tooOld: string;
  readonly otherContext: string;
  readonly withoutPropensity: string;
  readonly unseenAttributes: readonly string[];
}

export interface AuditEntry {
  readonly sequence: string;
  readonly time: string;
  readonly principal?: Principal;
  readonly action: string;
  readonly target: string;
  readonly before?: { readonly json: string };
  readonly after?: { readonly json: string };
  readonly reason: string;
}

export interface ListAuditEntriesResponse {
  readonly entries: readonly AuditEntry[];
  readonly nextPageToken: string;
}
