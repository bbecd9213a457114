import { expect, it } from 'vitest';
import { isolated } from '../../dashboard/src/gaps.js';
import { decimalTick } from '../../dashboard/src/format.js';

it('a value is alone where no other is near enough for a line', () => {
  expect(isolated([null, 1, null, null, null, 2, 3], 2)).toEqual([1]);
  expect(isolated([null, 1, null, null, null, 2, 3], 4)).toEqual([]);
  expect(isolated([5, null, 6], 0)).toEqual([0, 2]);
  expect(isolated([5, 6], 0)).toEqual([]);
  expect(isolated([null, undefined, 1], 9)).toEqual([2]);
});

it('ticks of an axis have as many digits as tell them apart', () => {
  expect([0.9, 0.925, 0.95].map((value) => decimalTick(value, 0.025))).toEqual(['0.900', '0.925', '0.950']);
  expect(decimalTick(0.9, 0.1)).toBe('0.90');
  expect(decimalTick(0.9012, 0.0002)).toBe('0.9012');
});
