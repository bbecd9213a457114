import type { Rng } from '../random.js';
import type { OpenSettings } from './settings.js';

interface Opening {
  /** 1 for the first since the model was well, n for the nth in a row. */
  readonly opening: number;
  /** What the provider asked for, in milliseconds, ≥ 0. */
  readonly retryAfterMs?: number;
}

/**
 * How long a breaker stays open, in whole milliseconds: what the provider asked for, else first·2^(n − 1) up to a
 * maximum; with jitter on top, so that the provider's time is never undercut. Where the model fails again after the
 * provider's time, the longer of the two: what the provider said was too short.
 */
export function openDurationMs(
  { opening, retryAfterMs }: Opening,
  { firstMs, maxMs, retryAfterMaxMs, jitter }: OpenSettings,
  rng: Rng,
): number {
  const backOffMs = Math.min(maxMs, firstMs * 2 ** (opening - 1));
  const toldMs = retryAfterMs === undefined ? undefined : Math.min(retryAfterMs, retryAfterMaxMs);
  let baseMs = toldMs ?? backOffMs;
  if (opening > 1) baseMs = Math.max(baseMs, backOffMs);
  return Math.ceil(baseMs * (1 + jitter * rng()));
}

/** No opening lasts longer than this. */
export const longestOpenMs = ({ maxMs, retryAfterMaxMs, jitter }: OpenSettings): number =>
  Math.ceil(Math.max(maxMs, retryAfterMaxMs) * (1 + jitter));
