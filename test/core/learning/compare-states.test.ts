import { describe, expect, it } from 'vitest';
import { STAT } from '../../../src/core/learning/arm-stats.js';
import { compareStates } from '../../../src/core/learning/compare-states.js';
import type { LearningState } from '../../../src/core/learning/learning-state.js';
import type { ArmId } from '../../../src/core/registry/model.js';
import { folded } from '../../builders/learning.js';
import { outcomeOf, qualityOf } from '../../store/outcome-arbitrary.js';

const LOG = [outcomeOf(1), qualityOf(1), outcomeOf(2, { armId: 9 as ArmId })];
const anySums = (state: LearningState) => [...state.scopes()][0]!.arms.get(7 as ArmId)!;

describe('compareStates', () => {
  it('finds nothing between two folds of one log', () => {
    expect(compareStates(folded(LOG), folded(LOG))).toEqual([]);
  });

  it('lets rounding pass, and names a sum that differs by more', () => {
    const other = folded(LOG);
    anySums(other)[STAT.latencyX]! *= 1 + 1e-12;
    expect(compareStates(folded(LOG), other)).toEqual([]);
    anySums(other)[STAT.latencyX]! *= 1 + 1e-6;
    expect(compareStates(folded(LOG), other)).toEqual([
      expect.stringContaining(`arm 7 sum ${STAT.latencyX}`) as string,
    ]);
  });

  it('names a position, an arm and a landmark that only one side has', () => {
    const shorter = compareStates(folded(LOG), folded(LOG.slice(0, 2)));
    expect(shorter).toContain('position: 3 and 2');
    expect(shorter.some((line) => line.includes('arm 9') && line.endsWith('and nothing'))).toBe(true);
    const longer = compareStates(folded(LOG.slice(0, 2)), folded(LOG));
    expect(longer.some((line) => line.includes('arm 9') && line.includes('nothing and'))).toBe(true);
    const moved = folded(LOG);
    moved.landmarksMs.cost += 1e6;
    expect(compareStates(folded(LOG), moved)).toEqual([expect.stringContaining('landmark cost') as string]);
  });

  it('names a budget whose spend differs', () => {
    const dearer = folded(LOG);
    dearer.budgets.account('team').buckets[0]!.costNanoUsd += 5_000;
    expect(compareStates(folded(LOG), dearer)).toEqual([
      expect.stringMatching(/budget team second \d+ cost/) as string,
    ]);
  });
});
