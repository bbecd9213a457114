import type { CostEstimate } from './estimate.js';

/** An end of the interval further than this many natural logarithms from the mean, a factor of 400, is told as that far. */
const DISTANCE_MAX = 6;
const BYTE_MAX = 255;
const BYTE_BITS = 8;

/** Distance from the mean in one byte; the square keeps narrow intervals exact to 0.1 % of the mean, wide ones to 5 %. */
function packed(distance: number): number {
  const share = Math.min(Math.max(distance, 0), DISTANCE_MAX) / DISTANCE_MAX;
  return Math.round(BYTE_MAX * Math.sqrt(share));
}

const distanceOf = (byte: number): number => DISTANCE_MAX * (byte / BYTE_MAX) ** 2;

/**
 * The 80 % interval of an estimate in 16 bits, as tickets and outcomes carry it: the lower end's distance from the mean
 * in the lower byte, the upper end's above it. 0 where there is no interval.
 */
export function packInterval({ meanNanoUsd, lowNanoUsd, highNanoUsd }: CostEstimate): number {
  if (!(meanNanoUsd > 0)) return 0;
  const low = packed(lowNanoUsd > 0 ? Math.log(meanNanoUsd / lowNanoUsd) : DISTANCE_MAX);
  return low + (packed(Math.log(highNanoUsd / meanNanoUsd)) << BYTE_BITS);
}

/** The ends that were packed, around the mean that stands beside them. */
export function unpackInterval(
  meanNanoUsd: number,
  interval: number,
): { readonly lowNanoUsd: number; readonly highNanoUsd: number } {
  return {
    lowNanoUsd: meanNanoUsd * Math.exp(-distanceOf(interval & BYTE_MAX)),
    highNanoUsd: meanNanoUsd * Math.exp(distanceOf(interval >> BYTE_BITS)),
  };
}
