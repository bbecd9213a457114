import { STAT_COUNT } from '../core/learning/arm-stats.js';
import { FOLD_ALGORITHM } from '../core/learning/decay.js';
import { RESIDUAL_COUNT } from '../core/learning/residual-sums.js';
import type { ArmSums, LearningBase, ScopeSums } from '../gen/sextant/storage/v1/storage.js';

/** The fold that kept residuals of quality, and of nothing else, behind the sums of every arm in every scope. */
export const V5 = 'v5';
const V5_COUNT = 61;

/** A base of fold `v5` as this version sums up: residuals stand by themselves, quality's first. */
export function fromV5(base: LearningBase): LearningBase {
  if (base.sums === undefined) return base;
  return {
    ...base,
    algorithm: FOLD_ALGORITHM,
    sums: {
      ...base.sums,
      foldVersion: FOLD_ALGORITHM + base.sums.foldVersion.slice(V5.length),
      scopes: base.sums.scopes.map(scopeFromV5),
    },
  };
}

/** A row of another length is left as it is, and refused like any. */
function scopeFromV5(scope: ScopeSums): ScopeSums {
  const isWhole = ({ sums }: ArmSums): boolean => sums.length === V5_COUNT;
  const residuals = scope.arms.filter(isWhole).map(({ armId, sums }) => ({
    armId,
    sums: [...sums.slice(STAT_COUNT), ...zeros(RESIDUAL_COUNT - (V5_COUNT - STAT_COUNT))],
  }));
  return {
    ...scope,
    arms: scope.arms.map((row) => (isWhole(row) ? { ...row, sums: row.sums.slice(0, STAT_COUNT) } : row)),
    residuals: scope.useCase !== '' && scope.segment === '' ? residuals : [],
  };
}

const zeros = (count: number): number[] => new Array<number>(count).fill(0);
