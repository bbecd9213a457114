import { describe, expect, it } from 'vitest';
import { NO_SHEDDING, nextShedding, SHED_ORDER, type Shedding } from '../../../src/core/overload/shedding.js';

const after = (windows: readonly boolean[]): Shedding => windows.reduce(nextShedding, NO_SHEDDING);
const late = (count: number): boolean[] => Array.from({ length: count }, () => true);
const quiet = (count: number): boolean[] => Array.from({ length: count }, () => false);

describe('shedding', () => {
  it('begins with the second overloaded window in a row', () => {
    expect(after([true, false, true, false]).level).toBe(0);
    expect(after([true, true]).level).toBe(1);
  });

  it('takes one class more with each further window, and Selects last and in part', () => {
    expect([2, 3, 4].map((count) => after(late(count)).level)).toEqual([1, 2, 3]);
    expect(after(late(3)).selectShare).toBe(0);
    expect(after(late(4)).selectShare).toBe(0.25);
    expect(SHED_ORDER).toEqual(['insight', 'explain', 'select']);
  });

  it('lets some Selects through, however long it lasts', () => {
    expect(after(late(100))).toMatchObject({ level: 3, selectShare: 0.9 });
  });

  it('goes back step by step, Selects first', () => {
    const worst = late(100);
    expect(after([...worst, false])).toMatchObject({ level: 3 });
    expect(after([...worst, false]).selectShare).toBeCloseTo(0.8);
    expect(after([...worst, ...quiet(9)])).toMatchObject({ level: 2, selectShare: 0 });
    expect(after([...worst, ...quiet(11)])).toEqual(NO_SHEDDING);
    expect(after([...worst, ...quiet(50)])).toEqual(NO_SHEDDING);
  });
});
