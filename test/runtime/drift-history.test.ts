import { expect, it } from 'vitest';
import type { ArmDrift } from '../../src/core/selection/list-drift.js';
import { DriftHistory, type DriftPeriod } from '../../src/runtime/drift-history.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

const alarm = (armId: number, shift = -0.3): ArmDrift =>
  ({
    tenant: 'acme',
    useCase: 'chat',
    arm: { armId },
    drift: { shift, variance: 0.01 },
  }) as unknown as ArmDrift;

const spans = (history: DriftHistory) =>
  history.periods().map(({ strongest, startMs, endMs }) => [strongest.arm.armId, startMs, endMs]);

it('an alarm that is back within a minute has not ended', () => {
  const history = new DriftHistory();
  history.seen([], 0);
  history.seen([alarm(1)], 10 * SECOND_MS);
  history.seen([], 20 * SECOND_MS);
  expect(spans(history)).toEqual([[1, 10 * SECOND_MS, 10 * SECOND_MS]]);
  expect(history.isCalm).toBe(false);
  history.seen([alarm(1)], 60 * SECOND_MS);
  expect(spans(history)).toEqual([[1, 10 * SECOND_MS, undefined]]);
  history.seen([], 3 * MINUTE_MS);
  expect(spans(history)).toEqual([[1, 10 * SECOND_MS, MINUTE_MS]]);
  expect(history.isCalm).toBe(true);
  history.seen([alarm(1)], 4 * MINUTE_MS);
  expect(spans(history)).toEqual([
    [1, 10 * SECOND_MS, MINUTE_MS],
    [1, 4 * MINUTE_MS, undefined],
  ]);
});

it('alarms of several arms, and of whatever else tells them apart, are of their own', () => {
  const history = new DriftHistory();
  const other = { ...alarm(1), useCase: 'sql' } as ArmDrift;
  history.seen([], 0);
  history.seen([alarm(1), alarm(2), other], SECOND_MS);
  expect(spans(history)).toHaveLength(3);
});

it('keeps the largest shift, either way', () => {
  const history = new DriftHistory();
  [-0.2, 0.4, -0.3, 0.11].forEach((shift, i) => history.seen([alarm(1, shift)], i * SECOND_MS));
  expect(history.periods()[0]).not.toHaveProperty('endMs');
  history.seen([], 10 * SECOND_MS);
  const [{ strongest, endMs }] = history.periods() as [DriftPeriod];
  expect([strongest.drift.shift, endMs]).toEqual([0.4, 3 * SECOND_MS]);
  for (const nowMs of [2, 3, 4].map((minutes) => minutes * MINUTE_MS)) history.seen([], nowMs);
  expect(history.periods()).toHaveLength(1);
  expect(history.isCalm).toBe(true);
});

it('lets those go that ended first', () => {
  const history = new DriftHistory();
  for (let i = 0; i < 300; i++) {
    history.seen([alarm(i)], 4 * i * MINUTE_MS);
    history.seen([], (4 * i + 2) * MINUTE_MS);
  }
  const kept = spans(history).map(([armId]) => armId);
  expect(kept).toEqual(Array.from({ length: 200 }, (_, i) => i + 100));
});
