import type { ComplexityLevel, DimensionScores, TaskType } from '../profile.js';
import type { Modality, Model } from '../registry/model.js';

/** What the caller said about the request. */
export interface RequestFact {
  readonly useCase: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly batch: boolean;
  readonly streaming: boolean;
  /** The caller's limit on the answer, where there is one. */
  readonly maxOutputTokens?: number;
}

/** What was measured on the request before any model was considered. */
export interface ProfileFact {
  readonly inputTokens: number;
  readonly taskType: TaskType;
  /** The composite score in [0, 1]. */
  readonly complexity: number;
  readonly level: ComplexityLevel;
  readonly dimensions: DimensionScores;
  readonly modalities: readonly Modality[];
  readonly messageCount: number;
}

/** What one candidate is expected to need for this request. */
export interface EstimateFact {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  readonly costUsd: number;
  /** Upper end of the cost's interval. */
  readonly costUsdHigh: number;
  readonly latencyMs: number;
  /** False: the model has no known price, and the costs above mean nothing. */
  readonly priced: boolean;
}

export interface BudgetFact {
  readonly limited: boolean;
  readonly averageUsdPerRequest?: number;
  /** The budget's dual price. */
  readonly lambda: number;
}

export const TENANT_TIERS = ['free', 'standard', 'premium'] as const;
export type TenantTier = (typeof TENANT_TIERS)[number];

export interface TenantFact {
  readonly id: string;
  readonly tier: TenantTier;
  readonly tags: readonly string[];
  /** Absent: every model is allowed. */
  readonly allowedModels?: readonly string[];
}

/** The wall clock in one time zone. */
export interface ClockFact {
  /** `Wed 11:00`, what `within` reads. */
  readonly dayTime: string;
  /** 0–23 */
  readonly hour: number;
  readonly minute: number;
  /** ISO 8601: 1 is Monday, 7 is Sunday. */
  readonly dayOfWeek: number;
  readonly isWeekday: boolean;
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly epochMs: number;
}

/** Everything rules may know of a request. The time is an argument, so that a replay sees the same clock. */
export interface RequestFacts {
  readonly request: RequestFact;
  readonly profile: ProfileFact;
  readonly budget: BudgetFact;
  readonly tenant: TenantFact;
  readonly epochMs: number;
}

/** One model that rules judge, with what it is expected to need. */
export interface RuleCandidate {
  readonly model: Model;
  readonly estimate: EstimateFact;
}
