import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  entryShares,
  grow,
  NO_ALLOCATION,
  slotAt,
  type Allocation,
} from '../../../src/core/experiment/allocation.js';

/** Shares of three groups that grow from phase to phase. */
const phases = fc
  .array(fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 3, maxLength: 3 }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((steps) => {
    const totals = [0, 0, 0];
    const all = steps.map((step) => step.map((gain, k) => (totals[k]! += gain)));
    const whole = Math.max(1, ...all.map((shares) => shares.reduce((a, b) => a + b, 0)));
    return all.map((shares) => shares.map((share) => share / whole));
  });
const grown = (shares: readonly (readonly number[])[]): Allocation => shares.reduce(grow, NO_ALLOCATION);

describe('an allocation', () => {
  it('gives every group its share, and moves no unit that is in', () => {
    fc.assert(
      fc.property(
        phases,
        fc.array(fc.double({ min: 0, max: 0.999999, noNaN: true })),
        (shares, positions) => {
          let before = NO_ALLOCATION;
          for (const target of shares) {
            const after = grow(before, target);
            target.forEach((share, group) => {
              const own = after.slots.filter((slot) => slot.group === group);
              expect(own.reduce((sum, { from, to }) => sum + to - from, 0)).toBeCloseTo(share, 7);
            });
            for (const position of positions) {
              const was = slotAt(before, position);
              if (was !== undefined) expect(slotAt(after, position)).toEqual(was);
            }
            before = after;
          }
          before.slots.forEach(({ from }, i) => {
            if (i > 0) expect(from).toBeGreaterThanOrEqual(before.slots[i - 1]!.to);
          });
        },
      ),
    );
  });

  it('refuses to shrink a group, or to give more than there is', () => {
    const half = grown([[0.3, 0.2]]);
    expect(() => grow(half, [0.2, 0.4])).toThrow('group 0 cannot shrink');
    expect(() => grow(half, [0.6, 0.5])).toThrow('more than 1');
  });

  it('knows what a phase brought each group', () => {
    const allocation = grown([
      [0.5, 0.05],
      [0.5, 0.5],
    ]);
    expect(entryShares(allocation, 0).map((share) => Math.round(share * 1e6) / 1e6)).toEqual([
      0.909091, 0.090909,
    ]);
    expect(entryShares(allocation, 1)).toEqual([0, 1]);
    expect(slotAt(allocation, 0.9999999)?.group).toBe(1);
  });
});
