import { expect, it } from 'vitest';
import type { ArmId } from '../../../src/core/registry/model.js';
import { listDrift } from '../../../src/core/selection/list-drift.js';
import { taught, TENANT, type Lesson } from '../../builders/linear-learning.js';
import { START_MS } from '../../builders/learning.js';
import { smallPolicy, snapshotOf } from '../../builders/policy.js';

const FALLEN = 2 as ArmId;
const STEADY = 1 as ArmId;

/** One lesson a second: the one arm falls by 0.4 after ten minutes, the other does not. */
function lessons(armId: ArmId, fallsBy: number): Lesson[] {
  return Array.from({ length: 620 }, (_, i) => ({
    armId,
    timeMs: START_MS + i * 1_000,
    predicted: 0.9,
    quality: (i % 2 === 0 ? 0.95 : 0.85) - (i < 600 ? 0 : fallsBy),
  }));
}

it('an arm that has fallen is listed with what is taken off it, and one that has not is not', async () => {
  const learning = taught([...lessons(FALLEN, 0.4), ...lessons(STEADY, 0)]);
  const snapshot = snapshotOf(await smallPolicy({ bandit: { policy: 'linear' } }), learning);
  const found = listDrift(snapshot, START_MS + 620_000);
  expect(found.map(({ tenant, useCase, arm }) => [tenant, useCase, arm.armId])).toEqual([
    [TENANT, 'chat', FALLEN],
  ]);
  const { shift, z, variance } = found[0]!.drift;
  expect(shift).toBeLessThan(-0.2);
  expect(z).toBeLessThan(-4);
  expect(variance).toBeGreaterThan(0);
  // Nobody has called it for an hour: it is believed in again.
  expect(listDrift(snapshot, START_MS + 4_220_000)).toEqual([]);
});

it('a shift within its own error is listed no more, though some of it is still acted on', async () => {
  const snapshot = snapshotOf(
    await smallPolicy({ bandit: { policy: 'linear' } }),
    taught(lessons(FALLEN, 0.4)),
  );
  const shifts = [620, 1_200, 1_800, 2_400, 3_000].map(
    (second) => listDrift(snapshot, START_MS + second * 1_000)[0]?.drift,
  );
  expect(shifts[0]).toBeDefined();
  expect(shifts.at(-1)).toBeUndefined();
  for (const drift of shifts) if (drift) expect(drift.shift ** 2).toBeGreaterThanOrEqual(drift.variance);
});
