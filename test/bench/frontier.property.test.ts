import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Frontier } from '../../bench/quality/frontier.js';

const PROMPTS = 4;
const ARMS = 3;

/** A tiny set: whole costs and values, so that ties are common. */
const table = fc.array(fc.integer({ min: 0, max: 6 }), {
  minLength: PROMPTS * ARMS,
  maxLength: PROMPTS * ARMS,
});
const drawn = fc
  .array(fc.integer({ min: 0, max: 2 }), { minLength: PROMPTS, maxLength: PROMPTS })
  .filter((weights) => weights.some((weight) => weight > 0));
const budget = fc.integer({ min: 0, max: 14 }).map((half) => half / 2);

interface Point {
  readonly cost: number;
  readonly value: number;
}

/** The most at mean cost ≤ B of any mix of two points; below all, the best of the cheapest. */
function bestMix(points: readonly Point[], bound: number): number {
  const least = Math.min(...points.map(({ cost }) => cost));
  if (least > bound) {
    return Math.max(...points.filter(({ cost }) => cost === least).map(({ value }) => value));
  }
  let best = -Infinity;
  for (const low of points) {
    for (const high of points) {
      if (low.cost > bound) continue;
      if (high.cost <= bound) best = Math.max(best, high.value);
      else
        best = Math.max(
          best,
          low.value + ((bound - low.cost) / (high.cost - low.cost)) * (high.value - low.value),
        );
    }
  }
  return best;
}

/** Every assignment of arms to prompts: a choice per prompt is a point, and a mix of two is the optimum. */
function assignments(values: number[], costs: number[], weights: number[]): Point[] {
  const total = weights.reduce((a, b) => a + b, 0);
  return Array.from({ length: ARMS ** PROMPTS }, (_, code) => {
    let value = 0;
    let cost = 0;
    for (let prompt = 0; prompt < PROMPTS; prompt++) {
      const arm = Math.floor(code / ARMS ** prompt) % ARMS;
      value += (weights[prompt]! * values[prompt * ARMS + arm]!) / total;
      cost += (weights[prompt]! * costs[prompt * ARMS + arm]!) / total;
    }
    return { value, cost };
  });
}

const rounded = (points: Point[]): Point[] =>
  points.map(({ cost, value }) => ({ cost: Number(cost.toFixed(12)), value }));

describe('what can be had at a mean cost', () => {
  it('is, per prompt, the best mix of two of all assignments', () => {
    fc.assert(
      fc.property(table, table, drawn, budget, (values, costs, weights, bound) => {
        const frontier = new Frontier({
          values: Float64Array.from(values),
          costUsd: Float64Array.from(costs),
          armCount: ARMS,
        });
        const dumb = bestMix(rounded(assignments(values, costs, weights)), bound);
        expect(frontier.oracle(Float64Array.from(weights), bound)).toBeCloseTo(dumb, 9);
      }),
      { numRuns: 300 },
    );
  });

  it('is, of fixed arms, the best mix of two of them', () => {
    fc.assert(
      fc.property(table, table, budget, (values, costs, bound) => {
        const frontier = new Frontier({
          values: Float64Array.from(values),
          costUsd: Float64Array.from(costs),
          armCount: ARMS,
        });
        const weights = new Float64Array(PROMPTS).fill(1);
        const points = frontier.armMeans(weights).map(({ value, costUsd }) => ({ value, cost: costUsd }));
        expect(frontier.hull(weights, bound)).toBeCloseTo(bestMix(points, bound), 9);
      }),
      { numRuns: 300 },
    );
  });

  it('is never less per prompt than of fixed arms', () => {
    fc.assert(
      fc.property(table, table, drawn, budget, (values, costs, weights, bound) => {
        const frontier = new Frontier({
          values: Float64Array.from(values),
          costUsd: Float64Array.from(costs),
          armCount: ARMS,
        });
        const at = Float64Array.from(weights);
        const cheapest = Math.min(...frontier.armMeans(at).map(({ costUsd }) => costUsd));
        const bounded = Math.max(bound, cheapest);
        expect(frontier.oracle(at, bounded)).toBeGreaterThanOrEqual(frontier.hull(at, bounded) - 1e-9);
      }),
    );
  });

  it('is the best arm, or the best of each prompt, where nothing bounds it', () => {
    const frontier = new Frontier({ values: Float64Array.of(1, 0, 0, 0.6), armCount: 2 });
    const weights = Float64Array.of(1, 1);
    expect(frontier.hull(weights)).toBeCloseTo(0.5, 12);
    expect(frontier.oracle(weights)).toBeCloseTo(0.8, 12);
    expect(frontier.bestFixed(weights)).toBeCloseTo(0.5, 12);
  });
});
