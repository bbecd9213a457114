import type { ModelView } from '../../src/admin/views.js';

/** A time in which a breaker was in one state. */
export interface Period {
  readonly model: string;
  readonly state: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Why it opened. */
  readonly reason: string | null;
}

/** States of a breaker one after the other, cut to a span of time. */
export function periodsOf(
  { model, breaker: { state, changes } }: Pick<ModelView, 'model' | 'breaker'>,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Period[] {
  const states = [{ atMs: -Infinity, to: changes[0]?.from ?? state, reason: null }, ...changes];
  return states
    .map(({ atMs, to, reason }, i) => ({
      model,
      state: to.replace('_', '-'),
      fromMs: Math.max(fromMs, atMs),
      toMs: Math.min(toMs, states[i + 1]?.atMs ?? Infinity),
      reason,
    }))
    .filter((period) => period.toMs > period.fromMs);
}
