import { DRIFT_HALF_LIVES_MS } from '../../core/learning/decay.js';
import type { ResidualMetric } from '../../core/learning/residual-sums.js';
import type { ArmDrift } from '../../core/selection/list-drift.js';
import type { DecisionSnapshot } from '../../core/selection/snapshot.js';
import { DriftMetric, type DriftAlarm } from '../../gen/sextant/v1/insight.js';
import { durationFromMs } from './time.js';

const METRIC: Readonly<Record<ResidualMetric, DriftMetric>> = {
  quality: DriftMetric.QUALITY,
  success: DriftMetric.SUCCESS,
  latency: DriftMetric.LATENCY,
  tokens: DriftMetric.OUTPUT_TOKENS,
};

export function encodeDrift(
  { useCase, arm, metric, drift }: ArmDrift,
  { variantOfArm }: Pick<DecisionSnapshot, 'variantOfArm'>,
): DriftAlarm {
  const variant = variantOfArm.get(arm.armId);
  const { shift, variance, z, memory } = drift;
  return {
    useCase,
    model: arm.model.id,
    ...(variant && { variant: variant.id, variantVersion: variant.version }),
    metric: METRIC[metric],
    shift,
    shiftSd: Math.sqrt(variance),
    z,
    memoryHalfLife: durationFromMs(DRIFT_HALF_LIVES_MS[memory]),
  };
}
