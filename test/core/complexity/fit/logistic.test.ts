import { describe, expect, it } from 'vitest';
import { fitLogistic, type Design } from '../../../../src/core/complexity/fit/logistic.js';
import { rngFromSeed } from '../../../../src/core/random.js';

const NO_PENALTY = { dense: 0, buckets: 0 };
const rowsOf = (design: Design): Int32Array => Int32Array.from({ length: design.rows }, (_, i) => i);

/** Two groups of different base rates, one column that tells and one that does not. */
function drawn(rows: number): Design {
  const rng = rngFromSeed(11n);
  const dense = Float64Array.from({ length: rows * 2 }, () => rng());
  const groups = Int32Array.from({ length: rows }, (_, i) => i % 2);
  const targets = Float64Array.from({ length: rows }, (_, i) => {
    const eta = (groups[i] === 0 ? -2 : 1) + 1.5 * dense[2 * i]!;
    return rng() < 1 / (1 + Math.exp(-eta)) ? 1 : 0;
  });
  return { rows, targets, groups, groupCount: 2, columns: 2, dense, buckets: 0 };
}

describe('fitLogistic', () => {
  it('gives the log odds ratio on a two-by-two table', () => {
    // 30 of 40 with the feature, 20 of 60 without: log((30/10) / (20/40)).
    const counts = [
      [1, 1, 30],
      [1, 0, 10],
      [0, 1, 20],
      [0, 0, 40],
    ] as const;
    const list = counts.flatMap(([x, y, n]) => Array.from({ length: n }, () => ({ x, y })));
    const design: Design = {
      rows: list.length,
      targets: Float64Array.from(list, ({ y }) => y),
      groups: new Int32Array(list.length),
      groupCount: 1,
      columns: 1,
      dense: Float64Array.from(list, ({ x }) => x),
      buckets: 0,
    };
    const { coefficients } = fitLogistic(design, {
      rows: rowsOf(design),
      columns: [0],
      penalties: NO_PENALTY,
    });
    expect(coefficients[0]).toBeCloseTo(Math.log(6), 3);
  });

  it('recovers a slope within groups whatever their base rates', () => {
    const design = drawn(20_000);
    const { coefficients } = fitLogistic(design, {
      rows: rowsOf(design),
      columns: [0, 1],
      penalties: NO_PENALTY,
    });
    expect(Math.abs(coefficients[0]! - 1.5)).toBeLessThan(0.2);
    expect(Math.abs(coefficients[1]!)).toBeLessThan(0.2);
  });

  it('shrinks under a penalty, and leaves out columns that are not asked for', () => {
    const design = drawn(2_000);
    const fit = (dense: number) =>
      fitLogistic(design, { rows: rowsOf(design), columns: [0], penalties: { dense, buckets: 0 } });
    expect(fit(1_000).coefficients[0]!).toBeLessThan(fit(1).coefficients[0]!);
    expect(fit(1).coefficients[1]).toBe(0);
  });

  it('fits sparse features as it fits the same dense ones', () => {
    const design = drawn(1_000);
    const bags = Array.from({ length: design.rows }, (_, row) => ({
      at: Int32Array.of(0),
      values: Float64Array.of(design.dense[2 * row]!),
    }));
    const sparse = fitLogistic(
      { ...design, bags, buckets: 1 },
      { rows: rowsOf(design), columns: [], penalties: { dense: 0, buckets: 1e-9 } },
    );
    const dense = fitLogistic(design, { rows: rowsOf(design), columns: [0], penalties: NO_PENALTY });
    expect(sparse.buckets[0]).toBeCloseTo(dense.coefficients[0]!, 2);
  });

  it('stays finite where a group has but one outcome, and on perfect separation', () => {
    const dense = Float64Array.from({ length: 40 }, (_, i) => i);
    const targets = Float64Array.from(dense, (x) => (x < 20 ? 0 : 1));
    const groups = Int32Array.from(dense, (x) => (x < 10 ? 1 : 0));
    const design: Design = { rows: 40, targets, groups, groupCount: 2, columns: 1, dense, buckets: 0 };
    const { coefficients } = fitLogistic(design, {
      rows: rowsOf(design),
      columns: [0],
      penalties: { dense: 1, buckets: 0 },
    });
    expect(Number.isFinite(coefficients[0])).toBe(true);
  });
});
