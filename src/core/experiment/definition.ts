import type { UseCase } from '../ids.js';
import type { ModelId } from '../registry/model.js';
import type { VariantId } from '../prompts/prompt-variant.js';

/** How far an experiment is: in the file, drawing units, or ended. */
export const EXPERIMENT_STATUSES = ['declared', 'running', 'ended'] as const;

/** What is compared. Quality and success are better when higher, cost and latency when lower. */
export const EXPERIMENT_METRICS = ['quality', 'success', 'cost', 'latency'] as const;
export type ExperimentMetric = (typeof EXPERIMENT_METRICS)[number];

export const isLowerBetter = (metric: ExperimentMetric): boolean => metric === 'cost' || metric === 'latency';

/** One metric of the first attempts: quality in [0, 1], success 0 or 1, cost in nano-USD, latency in milliseconds. */
export interface MetricSpec {
  readonly metric: ExperimentMetric;
  /** What is above counts as this much, in the metric's unit: fixed before the start, so that few values do not rule. */
  readonly cap?: number;
}

/** What is drawn into an arm as a whole, and what statistics count. */
export type ExperimentUnit =
  | { readonly kind: 'request' }
  | { readonly kind: 'tenant' }
  | { readonly kind: 'attribute'; readonly name: string };

/** How an arm's decisions differ from those of the policy in force; an arm with none of these is decided by it. */
export interface ArmChange {
  /** Members of bandit.json that are others here. */
  readonly bandit?: object;
  /** Members of entries of budgets.json that are others here, by the entry's id. */
  readonly budgets?: Readonly<Record<string, object>>;
  /** Decided by this kept version instead. */
  readonly policyVersion?: string;
  /** This model is the choice wherever it is a candidate. */
  readonly model?: ModelId;
  /** This prompt variant is the choice wherever it is a candidate, on whichever of its models. */
  readonly promptVariant?: VariantId;
}

export interface ExperimentArm {
  readonly id: string;
  /** Share of the slice's units once the ramp is at its end, in (0, 1). */
  readonly weight: number;
  readonly change: ArmChange;
}

/** An arm is stopped once it is surely worse than control by more than this. */
export interface Guardrail {
  readonly metric: ExperimentMetric;
  /** In the metric's unit, or a share of control's mean where relative. */
  readonly worseBy: number;
  readonly relative: boolean;
}

/** Part of a layer, as a half-open range of [0, 1). */
export interface LayerSlice {
  readonly from: number;
  readonly to: number;
}

/** A number that the caller tells of the unit, from before the experiment: it takes noise away (CUPED). */
export interface Covariate {
  readonly attribute: string;
  /** Stands in where a request does not tell it. */
  readonly missing: number;
}

/**
 * An experiment as a data scientist writes it, checked.
 *
 * Invariants: ids of arms are unique, none is `holdout`; weights and holdout sum to 1; `control` is an arm; metrics are
 * unique, the first is the primary one; guardrails name metrics.
 */
export interface ExperimentDefinition {
  readonly id: string;
  readonly description: string;
  /** Units of experiments of one layer are drawn once: slices that do not overlap share no unit. */
  readonly layer: string;
  readonly slice: LayerSlice;
  /** Absent: all. */
  readonly useCases?: readonly UseCase[];
  /** Whether requests of every tenant take part; else those of whoever starts it. */
  readonly allTenants: boolean;
  readonly unit: ExperimentUnit;
  readonly salt: string;
  readonly arms: readonly ExperimentArm[];
  readonly control: string;
  /** Share of the slice's units that are decided as if there were no experiment, and counted. */
  readonly holdout: number;
  /** Share of every arm that takes part from the start, in (0, 1]. */
  readonly ramp: number;
  readonly metrics: readonly MetricSpec[];
  readonly guardrails: readonly Guardrail[];
  /** Of intervals, shared among the arms that are compared with control. */
  readonly alpha: number;
  /** Units that both arms of a comparison need before anything is said of it. */
  readonly minimumUnits: number;
  /** Units an arm at which always-valid intervals are tuned to be narrowest. */
  readonly plannedUnits: number;
  readonly covariate?: Covariate;
}

/** The name of the group that is held out; its number is that after the last arm. */
export const HOLDOUT = 'holdout';

/** Names of the groups that units are drawn into, by number: the arms, then the holdout where there is one. */
export const groupNames = ({
  arms,
  holdout,
}: Pick<ExperimentDefinition, 'arms' | 'holdout'>): readonly string[] => [
  ...arms.map(({ id }) => id),
  ...(holdout > 0 ? [HOLDOUT] : []),
];

/** Weights of the groups, by number. */
export const groupWeights = ({
  arms,
  holdout,
}: Pick<ExperimentDefinition, 'arms' | 'holdout'>): readonly number[] => [
  ...arms.map(({ weight }) => weight),
  ...(holdout > 0 ? [holdout] : []),
];

/** Number of the arm that others are compared with. */
export const controlIndex = ({ arms, control }: Pick<ExperimentDefinition, 'arms' | 'control'>): number =>
  arms.findIndex(({ id }) => id === control);
