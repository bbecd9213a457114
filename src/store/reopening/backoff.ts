/** Waits between attempts: each twice the last, up to a bound. */
export interface BackoffLimits {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait before attempt n + 1, in milliseconds: 2ⁿ times the first wait, at most `maxMs`, of which a random
 * half is left out, so that servers on one disk do not come back in step.
 *
 * @param attempt attempts that failed, from 0.
 * @param random in [0, 1).
 */
export function backoffMs(attempt: number, { firstMs, maxMs }: BackoffLimits, random: number): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30));
  return full * (1 - random / 2);
}
