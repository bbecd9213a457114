import { isVisibleTo } from '../../core/audit/audit-entry.js';
import { comparisonsOf, experimentResult } from '../../core/experiment/result.js';
import { comparisonAlpha } from '../../core/experiment/experiment-state.js';
import { ratioMean } from '../../core/experiment/statistics/ratio-mean.js';
import { NANO_USD_PER_USD } from '../../core/money.js';
import type { CanaryEvidence, CanaryMetric, Evidence } from '../../core/promotion/evidence.js';
import { harmOf } from '../../core/promotion/harm.js';
import type { CanaryGuardrail } from '../../core/promotion/settings.js';
import type { RunningExperiment } from '../experiments/running-experiment.js';

const CONTROL = 0;
const CANDIDATE = 1;

/** What a canary has shown by now. */
export function canaryEvidence(run: RunningExperiment, guardrails: readonly CanaryGuardrail[]): Evidence {
  if (run.isRunning && run.snapshots === undefined)
    return { gate: 'canary', failure: 'the candidate cannot decide beside the policy in force any more' };
  const { state, terms } = run;
  const { counts, alarm, pValue } = experimentResult(state, terms.allocation).sampleRatio;
  return {
    gate: 'canary',
    units: { control: counts[CONTROL]!, candidate: counts[CANDIDATE]! },
    metrics: guardrails.map((guardrail, index) => metricOf(run, guardrail, index)),
    sampleRatioAlarm: alarm,
    sampleRatioPValue: pValue,
    ...endOf(run),
  };
}

function metricOf({ state }: RunningExperiment, guardrail: CanaryGuardrail, index: number): CanaryMetric {
  const { metric, worseBy, relative } = guardrail;
  const [control, candidate] = [CONTROL, CANDIDATE].map((group) =>
    ratioMean(state.groups[group]!.sums[index]!),
  );
  const comparison = comparisonsOf(state, index)[CANDIDATE];
  const unit = metric === 'cost' ? NANO_USD_PER_USD : 1;
  const harm =
    comparison &&
    harmOf(comparison, {
      metric,
      relative,
      alpha: comparisonAlpha(state.definition),
      units: [control!.units, candidate!.units],
    });
  const scale = relative ? 1 : unit;
  return {
    metric,
    worseBy,
    relative,
    ...(control!.count > 0 &&
      candidate!.count > 0 && {
        controlMean: control!.mean / unit,
        candidateMean: candidate!.mean / unit,
      }),
    ...(harm && { harm: { low: harm.low / scale, high: harm.high / scale } }),
  };
}

function endOf({ started }: RunningExperiment): Pick<CanaryEvidence, 'ended'> {
  const whole = started.stops.find(({ arm }) => arm === undefined);
  if (whole === undefined) return {};
  const isTold = isVisibleTo(whole.actor, started.tenant);
  return {
    ended: isTold
      ? { by: whole.actor.name, reason: whole.reason }
      : { by: 'someone of another tenant', reason: '' },
  };
}
