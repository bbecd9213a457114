import { clampedRate } from '../../core/bandit/metric-belief.js';
import type { Weights } from '../../core/bandit/settings.js';
import type { PolicyAnswer } from '../../core/comparison/policy-answer.js';
import { modelOfArmKey, variantOfArmKey } from '../../core/prompts/prompt-book.js';
import type { ArmId } from '../../core/registry/model.js';
import { nameOfArm } from '../../core/selection/arm.js';
import type { Deliberation } from '../../core/selection/decide.js';

/** A policy's answer as it crosses to a thread, where arrays of numbers cost less than objects. By candidate. */
export interface PackedAnswer {
  readonly armIds: Uint32Array;
  readonly propensitiesQ16: Uint32Array;
  readonly qualities: Float64Array;
  /** Not a number on an unpriced model. */
  readonly costsNanoUsd: Float64Array;
  readonly weights: Weights;
}

export function packAnswer({
  candidates,
  weights,
}: Pick<Deliberation, 'candidates' | 'weights'>): PackedAnswer {
  const count = candidates.length;
  const packed = {
    armIds: new Uint32Array(count),
    propensitiesQ16: new Uint32Array(count),
    qualities: new Float64Array(count),
    costsNanoUsd: new Float64Array(count),
    weights,
  };
  candidates.forEach(({ arm, propensityQ16, belief, cost }, k) => {
    packed.armIds[k] = arm.armId;
    packed.propensitiesQ16[k] = propensityQ16;
    packed.qualities[k] = clampedRate(belief.undrifted.quality.mean);
    packed.costsNanoUsd[k] = cost?.meanNanoUsd ?? NaN;
  });
  return packed;
}

/** @param names by arm; an arm without one goes by its number. */
export function unpackAnswer(packed: PackedAnswer, names: ReadonlyMap<ArmId, string>): PolicyAnswer {
  const { armIds, propensitiesQ16, qualities, costsNanoUsd, weights } = packed;
  return {
    candidates: Array.from(armIds, (armId, k) => ({
      arm: names.get(armId as ArmId) ?? `arm ${armId}`,
      propensityQ16: propensitiesQ16[k]!,
      quality: qualities[k]!,
      ...(!Number.isNaN(costsNanoUsd[k]) && { costNanoUsd: costsNanoUsd[k]! }),
    })),
    weights,
  };
}

/** Names of arms, from the keys that they are numbered by. */
export const namesOf = (armIds: ReadonlyMap<string, ArmId>): ReadonlyMap<ArmId, string> =>
  new Map([...armIds].map(([key, armId]) => [armId, nameOfArm(modelOfArmKey(key), variantOfArmKey(key))]));
