import { isVisibleTo } from '../../core/audit/audit-entry.js';
import type { Interval } from '../../core/evaluation/intervals.js';
import {
  controlIndex,
  groupNames,
  groupWeights,
  isLowerBetter,
  type ExperimentDefinition,
} from '../../core/experiment/definition.js';
import { comparisonAlpha } from '../../core/experiment/experiment-state.js';
import type { ExperimentEntry } from '../../core/experiment/parse-experiments.js';
import {
  experimentResult,
  pastComparisons,
  type GroupResult,
  type MetricResult,
  type SampleRatio,
} from '../../core/experiment/result.js';
import type { Comparison } from '../../core/experiment/statistics/comparison.js';
import type {
  Experiment,
  ExperimentArm,
  ExperimentArmMetric,
  ExperimentComparison,
  ExperimentMetricResult,
  ExperimentPastComparison,
  ExperimentResult,
  ExperimentSampleRatio,
} from '../../gen/sextant/v1/experiment.js';
import type { ArmId } from '../../core/registry/model.js';
import type { RunningExperiment } from '../../runtime/experiments/running-experiment.js';
import { visibleActor } from './audit.js';
import { experimentMetricEnum, experimentStatusEnum } from './enums.js';
import { timestampFromMs } from './time.js';

/** One of the file that was not started. */
export function encodeDeclared(definition: ExperimentDefinition, entry: ExperimentEntry): Experiment {
  return {
    ...headOf(definition, entry),
    status: experimentStatusEnum.encode('declared'),
    arms: armsOf(
      definition,
      groupNames(definition).map(() => 0),
    ),
    startTime: undefined,
    endTime: undefined,
    startedBy: undefined,
    endReason: '',
    phases: 0,
  };
}

/** One that was started, as a tenant may see it. */
export function encodeStarted(run: RunningExperiment, tenant: string): Experiment {
  const { definition, started } = run;
  const { phases, stops, allocation } = started;
  const end = stops.find(({ arm }) => arm === undefined);
  const arms = armsOf(definition, allocation.shares.at(-1)!).map((arm): ExperimentArm => {
    const stop = stops.find((each) => each.arm === arm.id);
    if (stop === undefined) return arm;
    const stopReason = isVisibleTo(stop.actor, tenant) ? stop.reason : '';
    return { ...arm, stopped: true, stopTime: timestampFromMs(stop.timeMs), stopReason };
  });
  return {
    ...headOf(definition, started.entry),
    status: experimentStatusEnum.encode(run.isRunning ? 'running' : 'ended'),
    arms,
    startTime: timestampFromMs(phases[0]!.startTimeMs),
    endTime: end && timestampFromMs(end.timeMs),
    startedBy: visibleActor(phases[0]!.actor, tenant),
    endReason: end !== undefined && isVisibleTo(end.actor, tenant) ? end.reason : '',
    phases: phases.length,
  };
}

const headOf = (definition: ExperimentDefinition, entry: ExperimentEntry) => ({
  id: definition.id,
  description: definition.description,
  definition: { ...entry },
});

function armsOf(definition: ExperimentDefinition, shares: readonly number[]): ExperimentArm[] {
  const weights = groupWeights(definition);
  return groupNames(definition).map((id, group) => ({
    id,
    share: shares[group]!,
    weight: weights[group]!,
    control: group === controlIndex(definition),
    stopped: false,
    stopTime: undefined,
    stopReason: '',
  }));
}

/** What can be said of an experiment now. @param nameOf what an arm of the bandit is called. */
export function encodeResult(
  { state, definition, terms }: Pick<RunningExperiment, 'state' | 'definition' | 'terms'>,
  nameOf: (armId: ArmId) => string,
): ExperimentResult {
  const { metrics, sampleRatio, routed } = experimentResult(state, terms.allocation);
  const names = groupNames(definition);
  return {
    metrics: metrics.map((metric) => encodeMetric(metric, names)),
    sampleRatio: encodeSampleRatio(sampleRatio),
    routed: routed.flatMap((rows, group) =>
      rows.map(({ armId, decisions, qualities, meanQuality }) => ({
        arm: names[group]!,
        routedTo: nameOf(armId),
        decisions: BigInt(decisions),
        qualities: BigInt(qualities),
        ...(qualities > 0 && { meanQuality }),
      })),
    ),
    comparisonAlpha: comparisonAlpha(definition),
    minimumUnits: BigInt(definition.minimumUnits),
    policyVersions: [...state.policyVersions],
    firstOutcomeTime: state.firstEventMs === 0 ? undefined : timestampFromMs(state.firstEventMs),
    latestOutcomeTime: state.latestEventMs === 0 ? undefined : timestampFromMs(state.latestEventMs),
  };
}

/** What could be said at the times that are kept. */
export const encodeHistory = ({
  state,
  definition,
}: Pick<RunningExperiment, 'state' | 'definition'>): ExperimentPastComparison[] => {
  const names = groupNames(definition);
  return pastComparisons(state).map(({ timeMs, metric, group, units, comparison }) => ({
    time: timestampFromMs(timeMs),
    metric: experimentMetricEnum.encode(metric),
    arm: names[group]!,
    units: BigInt(units),
    comparison: encodeComparison(comparison),
  }));
};

function encodeMetric(
  { metric, isReadable, groups, varianceReduction }: MetricResult,
  names: readonly string[],
): ExperimentMetricResult {
  return {
    metric: experimentMetricEnum.encode(metric),
    lowerIsBetter: isLowerBetter(metric),
    readable: isReadable,
    arms: groups.map((group) => encodeArm(group, names[group.group]!)),
    ...(varianceReduction !== undefined && { varianceReduction }),
  };
}

function encodeArm({ mean, adjusted, comparison, standing }: GroupResult, arm: string): ExperimentArmMetric {
  const hasError = Number.isFinite(mean.standardError);
  return {
    arm,
    units: BigInt(mean.units),
    weightedCount: mean.count,
    ...(mean.count > 0 && { mean: mean.mean }),
    ...(hasError && { standardError: mean.standardError, unitSd: mean.unitSd }),
    ...(adjusted && { adjustedMean: adjusted.mean }),
    ...(comparison && { comparison: encodeComparison(comparison) }),
    ...(standing && standing),
  };
}

const intervalOf = ({ low, high }: Interval): Interval => ({ low, high });

function encodeComparison(comparison: Comparison): ExperimentComparison {
  const { difference, standardError, fixed, pValue, alwaysValid, alwaysValidPValue, lift } = comparison;
  return {
    difference,
    standardError,
    fixedInterval: intervalOf(fixed),
    pValue,
    ...(alwaysValid && { alwaysValidInterval: intervalOf(alwaysValid) }),
    ...(alwaysValidPValue !== undefined && { alwaysValidPValue }),
    ...(lift && {
      lift: lift.value,
      liftFixedInterval: intervalOf(lift.fixed),
      ...(lift.alwaysValid && { liftAlwaysValidInterval: intervalOf(lift.alwaysValid) }),
    }),
  };
}

const encodeSampleRatio = (found: SampleRatio): ExperimentSampleRatio => ({
  pValue: found.pValue,
  fixedPValue: found.fixedPValue,
  alarm: found.alarm,
  units: found.counts.map(BigInt),
  expectedUnits: [...found.expected],
});
