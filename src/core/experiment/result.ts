import type { ArmId } from '../registry/model.js';
import type { Allocation } from './allocation.js';
import { entryShares } from './allocation.js';
import {
  controlIndex,
  groupNames,
  isLowerBetter,
  type ExperimentMetric,
  type Guardrail,
} from './definition.js';
import { comparisonAlpha, type ExperimentState, type GroupState } from './experiment-state.js';
import { standings, type Standing } from './statistics/best-arm.js';
import { chiSquaredTest } from './statistics/chi-squared.js';
import { compare, type Comparison } from './statistics/comparison.js';
import { adjustedMeans } from './statistics/cuped.js';
import { ratioMean, type RatioMean } from './statistics/ratio-mean.js';
import { SAMPLE_RATIO_ALARM, sampleRatioPValue } from './statistics/sample-ratio.js';

/** One group's figures for one metric. */
export interface GroupResult {
  readonly group: number;
  readonly mean: RatioMean;
  /** Absent without a covariate, and on the holdout. */
  readonly adjusted?: RatioMean;
  /** Against control; absent on it and on the holdout, and before the least number of units. */
  readonly comparison?: Comparison;
  /** Among the arms, not error-controlled; absent with the least number of units not reached. */
  readonly standing?: Standing;
}

export interface MetricResult {
  readonly metric: ExperimentMetric;
  readonly groups: readonly GroupResult[];
  /** Whether every arm has the least number of units. */
  readonly isReadable: boolean;
  readonly varianceReduction?: number;
}

export interface SampleRatio {
  /** May be read at any time; units that were reported on. */
  readonly pValue: number;
  /** χ², for one look. */
  readonly fixedPValue: number;
  readonly alarm: boolean;
  readonly counts: readonly number[];
  readonly expected: readonly number[];
}

export interface RoutedMean {
  readonly armId: ArmId;
  readonly decisions: number;
  readonly qualities: number;
  /** As routed: of the requests that the arm's policy sent there. NaN without a quality. */
  readonly meanQuality: number;
}

export interface ExperimentResult {
  readonly metrics: readonly MetricResult[];
  readonly sampleRatio: SampleRatio;
  readonly routed: readonly (readonly RoutedMean[])[];
}

/** Everything that can be said of an experiment at this moment. */
export function experimentResult(state: ExperimentState, allocation: Allocation): ExperimentResult {
  return {
    metrics: state.definition.metrics.map((_, metric) => metricResult(state, metric)),
    sampleRatio: sampleRatio(state, allocation),
    routed: state.groups.map(({ routed }) =>
      [...routed]
        .sort(([a], [b]) => a - b)
        .map(([armId, { decisions, qualities, qualitySum }]) => ({
          armId,
          decisions,
          qualities,
          meanQuality: qualitySum / qualities,
        })),
    ),
  };
}

interface Compared {
  readonly means: readonly RatioMean[];
  readonly adjusted?: { readonly means: readonly RatioMean[]; readonly varianceReduction: number };
  /** By arm. */
  readonly comparisons: readonly (Comparison | undefined)[];
  readonly isReadable: boolean;
}

/** What comparisons are made of: an experiment's state, or what it was. */
interface ComparedState extends Pick<ExperimentState, 'definition' | 'rhoSquared'> {
  readonly groups: readonly Pick<GroupState, 'sums'>[];
}

/** Arms against control, by adjusted means where there is a covariate. */
function comparedArms({ definition, groups, rhoSquared }: ComparedState, metric: number): Compared {
  const { arms, minimumUnits } = definition;
  const sums = groups.map((group) => group.sums[metric]!);
  const means = sums.map(ratioMean);
  const ofArms = means.slice(0, arms.length);
  const isReadable = ofArms.every(({ units }) => units >= minimumUnits);
  const adjusted = definition.covariate && isReadable ? adjustedMeans(sums.slice(0, arms.length)) : undefined;
  const compared = adjusted?.means ?? ofArms;
  const control = controlIndex(definition);
  const comparisons = arms.map((_, arm) => {
    const both = [compared[control]!, compared[arm]!] as const;
    if (arm === control || both.some(({ units }) => units < minimumUnits)) return undefined;
    const tuned = rhoSquared[arm]![metric]!;
    return compare(...both, { alpha: comparisonAlpha(definition), ...(tuned > 0 && { rhoSquared: tuned }) });
  });
  return { means, ...(adjusted && { adjusted }), comparisons, isReadable };
}

/** How one arm stood against control by a time past. */
export interface PastComparison {
  readonly timeMs: number;
  readonly metric: ExperimentMetric;
  readonly group: number;
  /** Of the arm, with an observation. */
  readonly units: number;
  readonly comparison: Comparison;
}

/**
 * Comparisons as they were at the times that are kept of the past, by metric, arm and time: what `experimentResult` said
 * then. A time before the least number of units has none.
 */
export function pastComparisons({ definition, rhoSquared, history }: ExperimentState): PastComparison[] {
  return definition.metrics.flatMap(({ metric }, index) => {
    const past = history.points.map(({ timeMs, sums }) => {
      const groups = sums.map((own) => ({ sums: own }));
      return { timeMs, ...comparedArms({ definition, rhoSquared, groups }, index) };
    });
    return definition.arms.flatMap((_, group) =>
      past.flatMap(({ timeMs, means, comparisons }): PastComparison[] => {
        const comparison = comparisons[group];
        return comparison === undefined
          ? []
          : [{ timeMs, metric, group, units: means[group]!.units, comparison }];
      }),
    );
  });
}

/** Arms against control for one metric, by arm; nothing on control, nor before the least number of units. */
export const comparisonsOf = (state: ExperimentState, metric: number): readonly (Comparison | undefined)[] =>
  comparedArms(state, metric).comparisons;

function metricResult(state: ExperimentState, index: number): MetricResult {
  const { metrics, arms } = state.definition;
  const { metric } = metrics[index]!;
  const { means, adjusted, comparisons, isReadable } = comparedArms(state, index);
  const standing = isReadable
    ? standings(adjusted?.means ?? means.slice(0, arms.length), isLowerBetter(metric))
    : undefined;
  return {
    metric,
    isReadable,
    ...(adjusted && { varianceReduction: adjusted.varianceReduction }),
    groups: groupNames(state.definition).map((_, group) => {
      const [own, comparison, rank] = [adjusted?.means[group], comparisons[group], standing?.[group]];
      return {
        group,
        mean: means[group]!,
        ...(own && { adjusted: own }),
        ...(comparison && { comparison }),
        ...(rank && { standing: rank }),
      };
    }),
  };
}

/** The units of the phase that let most in stand for the one-look test: phases have shares of their own. */
function sampleRatio(state: ExperimentState, allocation: Allocation): SampleRatio {
  const pValue = sampleRatioPValue(state.largestLogEvidence);
  const groups = state.groups.map((_, group) => group);
  const totals = state.entries.map((counts) => counts.reduce((sum, count) => sum + count, 0));
  const largest = totals.indexOf(Math.max(...totals, 0));
  const counts = groups.map((group) => state.entries.reduce((sum, entry) => sum + entry[group]!, 0));
  const expected = groups.map((group) =>
    totals.reduce((sum, total, phase) => sum + total * entryShares(allocation, phase)[group]!, 0),
  );
  return {
    pValue,
    fixedPValue: largest < 0 ? 1 : chiSquaredTest(state.entries[largest]!, entryShares(allocation, largest)),
    alarm: pValue < SAMPLE_RATIO_ALARM,
    counts,
    expected,
  };
}

/** A guardrail that an arm has surely run into. */
export interface Tripped {
  readonly group: number;
  readonly guardrail: Guardrail;
  /** The least harm that is certain, in the guardrail's own unit. */
  readonly atLeast: number;
}

/**
 * Arms that are worse than control by more than a guardrail allows, with the whole always-valid interval: at any time,
 * with no more than α errors over all looks.
 */
export function trippedGuardrails(state: ExperimentState, guardrails: readonly Guardrail[]): Tripped[] {
  return guardrails.flatMap((guardrail) => {
    const metric = state.definition.metrics.findIndex((spec) => spec.metric === guardrail.metric);
    return comparisonsOf(state, metric).flatMap((comparison, group) => {
      const interval = guardrail.relative ? comparison?.lift?.alwaysValid : comparison?.alwaysValid;
      if (interval === undefined) return [];
      const atLeast = isLowerBetter(guardrail.metric) ? interval.low : -interval.high;
      return atLeast > guardrail.worseBy ? [{ group, guardrail, atLeast }] : [];
    });
  });
}
