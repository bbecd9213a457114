import { ALIKE_VARIANCE_MOST, rarityOfOthers } from '../evaluation/intervals.js';
import type { Moments } from '../rollup/rollup.js';
import { around, type Estimate } from './always-model.js';

/** A mean with its 95 % interval, which takes two observations. */
export type Mean = Pick<Estimate, 'value'> & Partial<Estimate>;

/** Mean and interval by the central limit theorem; nothing of nothing, and no interval of one. */
export function meanOf({ count, sum, squares }: Moments): Mean | undefined {
  if (count === 0) return undefined;
  const value = sum / count;
  if (count < 2) return { value };
  return around(value, Math.max(0, squares - count * value ** 2) / (count - 1) / count);
}

/** The same of numbers in [0, 1], whose interval has a width also where all were alike. */
export function meanOfShares(moments: Moments): Mean | undefined {
  const mean = meanOf(moments);
  const { count, squares } = moments;
  if (mean === undefined || count < 2 || squares / count - mean.value ** 2 > ALIKE_VARIANCE_MOST) return mean;
  const half = Math.min(1, rarityOfOthers(count));
  return { value: mean.value, low: mean.value - half, high: mean.value + half };
}

/** Of the interval; not finite where there is none. */
export const halfWidth = ({ low = -Infinity, high = Infinity }: Mean): number => (high - low) / 2;
