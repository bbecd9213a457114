import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogSketch, SKETCH_RELATIVE_ERROR } from '../../../src/core/rollup/log-sketch.js';

const latencies = fc.array(fc.double({ min: 0.02, max: 1e8, noNaN: true }), { minLength: 1, maxLength: 200 });
const sketchOf = (values: readonly number[]): LogSketch => {
  const sketch = new LogSketch();
  for (const value of values) sketch.add(value);
  return sketch;
};

describe('a sketch of latencies', () => {
  it('knows each quantile to within its relative error (Masson et al. 2019, §2.1)', () => {
    fc.assert(
      fc.property(latencies, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const sorted = [...values].sort((a, b) => a - b);
        const exact = sorted[Math.floor(q * (values.length - 1))]!;
        const found = sketchOf(values).quantile(q)!;
        expect(Math.abs(found - exact) / exact).toBeLessThanOrEqual(SKETCH_RELATIVE_ERROR + 1e-9);
      }),
    );
  });

  it('adds up: two sketches merged are the sketch of both, in either order', () => {
    fc.assert(
      fc.property(latencies, latencies, (left, right) => {
        const merged = sketchOf(left);
        merged.merge(sketchOf(right));
        expect(merged).toEqual(sketchOf([...right, ...left]));
        expect(merged.count).toBe(left.length + right.length);
      }),
    );
  });

  it('has one index of 0, from whichever side a value comes', () => {
    const sketch = new LogSketch();
    sketch.add(0.97);
    sketch.add(1);
    expect(sketch.indexes).toEqual([0]);
  });

  it('has no quantile of nothing, and takes what is out of its range as its ends', () => {
    expect(new LogSketch().quantile(0.5)).toBeUndefined();
    expect(sketchOf([0]).quantile(0.5)).toBeCloseTo(0.01, 3);
    expect(sketchOf([1e300]).quantile(1)! / 1e9).toBeCloseTo(1, 1);
    for (const value of [-1, NaN, Infinity]) expect(() => sketchOf([value])).toThrow(RangeError);
  });
});
