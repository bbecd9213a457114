import { expect, it } from 'vitest';
import { periodsOf } from '../../dashboard/src/breaker-periods.js';
import type { ModelView } from '../../src/admin/views.js';

const breakerOf = (state: string, changes: ModelView['breaker']['changes']): ModelView['breaker'] => ({
  state,
  sinceMs: null,
  untilMs: null,
  reason: null,
  calls: 0,
  failures: 0,
  probesInFlight: 0,
  changes,
});

it('tells the states of a breaker one after the other, within the span', () => {
  const breaker = breakerOf('closed', [
    { atMs: 10, from: 'closed', to: 'open', reason: 'rate limited' },
    { atMs: 30, from: 'open', to: 'half_open', reason: null },
    { atMs: 40, from: 'half_open', to: 'closed', reason: null },
  ]);
  const told = (fromMs: number, toMs: number) =>
    periodsOf({ model: 'a/b', breaker }, { fromMs, toMs }).map((period) => [
      period.state,
      period.fromMs,
      period.toMs,
    ]);
  expect(told(0, 100)).toEqual([
    ['closed', 0, 10],
    ['open', 10, 30],
    ['half-open', 30, 40],
    ['closed', 40, 100],
  ]);
  expect(told(20, 35)).toEqual([
    ['open', 20, 30],
    ['half-open', 30, 35],
  ]);
});

it('has one state throughout where nothing changed', () => {
  expect(periodsOf({ model: 'a/b', breaker: breakerOf('closed', []) }, { fromMs: 5, toMs: 9 })).toEqual([
    { model: 'a/b', state: 'closed', fromMs: 5, toMs: 9, reason: null },
  ]);
});
