import { expect, it } from 'vitest';
import { dominators } from '../../../src/core/bandit/dominance.js';

const contender = (good: number, bad: number, costNanoUsd?: number) => ({
  quality: { alpha: good, beta: bad },
  ...(costNanoUsd !== undefined && { costNanoUsd }),
});

it('names the best that costs no more and is surely better', () => {
  const [best, better, worse] = [contender(95, 5, 100), contender(90, 10, 50), contender(60, 40, 100)];
  expect(dominators([best, better, worse])).toEqual([undefined, undefined, 0]);
  expect(dominators([worse, better])).toEqual([1, undefined]);
});

it('lets a model stand that is cheaper, hardly seen, or of unknown cost', () => {
  const best = contender(950, 50, 100);
  expect(dominators([best, contender(60, 40, 99)])).toEqual([undefined, undefined]);
  expect(dominators([best, contender(1, 0.5, 100)])).toEqual([undefined, undefined]);
  expect(dominators([best, contender(60, 40)])).toEqual([undefined, undefined]);
  expect(dominators([])).toEqual([]);
});

it('never lets equals dominate each other', () => {
  expect(dominators([contender(50, 50, 10), contender(50, 50, 10)])).toEqual([undefined, undefined]);
});
