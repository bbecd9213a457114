/** What `/api/v1/decisions` and `/api/v1/decision` answer; units as in `views.ts`. Types alone. */

/** What came of one attempt; `null` where it was not reported. */
export interface AttemptView {
  /** 0 for the choice. */
  readonly attempt: number;
  readonly model: string;
  readonly status: string | null;
  readonly quality: number | null;
  readonly qualitySource: string | null;
  readonly costNanoUsd: number | null;
  readonly latencyMs: number | null;
  readonly outputTokens: number | null;
  /** Of the first thing that was reported of it. */
  readonly timeMs: number;
}

export interface DecisionRowView {
  readonly decisionId: string;
  readonly timeMs: number;
  readonly useCase: string;
  readonly segment: string;
  readonly model: string;
  readonly candidates: number;
  readonly propensity: number;
  readonly expectedQuality: number | null;
  readonly expectedCostNanoUsd: number | null;
  /** Empty where nothing was reported, or it was removed by retention. */
  readonly attempts: readonly AttemptView[];
}

export interface DecisionsView {
  /** Whether this server keeps a decision log. */
  readonly isLogged: boolean;
  /** Newest first. */
  readonly decisions: readonly DecisionRowView[];
  /** How many were looked at for this page. */
  readonly scanned: number;
  /** What to ask for as `after` for the rest; `null` at the end. */
  readonly next: string | null;
  readonly useCases: readonly string[];
  readonly models: readonly string[];
}

export interface LoggedCandidateView {
  readonly model: string;
  readonly propensity: number;
  readonly expectedQuality: number | null;
  readonly expectedCostNanoUsd: number | null;
  readonly isChoice: boolean;
  /** Its place among the fallbacks, from 1; `null` where it is none, or it is not known. */
  readonly fallback: number | null;
}

export interface DecisionView extends DecisionRowView {
  readonly policyVersion: string;
  /** The one in force now, which going through it again goes by. */
  readonly policyVersionNow: string;
  /** Outcomes that were learned of at the decision. */
  readonly stateSequence: number;
  readonly stateSequenceNow: number;
  readonly lambda: number;
  /** 64 bits, decimal. */
  readonly seed: string;
  readonly weights: { readonly quality: number; readonly cost: number; readonly latency: number };
  readonly taskType: string;
  readonly level: string;
  readonly complexity: number;
  readonly dimensions: readonly { readonly name: string; readonly score: number }[];
  readonly inputTokens: number;
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
  readonly samplingProbability: number;
  readonly label: { readonly probability: number; readonly requested: boolean } | null;
  readonly experiment: { readonly experiment: string; readonly arm: string } | null;
  readonly logged: readonly LoggedCandidateView[];
  /** In order; `null` in logs from before they were kept. */
  readonly fallbacks: readonly string[] | null;
  /** ExplainRequest as JSON, as far as the log knows the request; `null` in logs from before it was kept. */
  readonly explainRequest: object | null;
}
