import { beforeEach, expect, it } from 'vitest';
import type { TenantId, UseCase } from '../../src/core/ids.js';
import type { Outcome } from '../../src/core/outcome/outcome.js';
import type { ArmId } from '../../src/core/registry/model.js';
import type { Policy } from '../../src/core/selection/policy.js';
import { DriftWatch } from '../../src/runtime/drift-watch.js';
import { taught, TENANT, type Lesson } from '../builders/linear-learning.js';
import { HOUR_MS, START_MS } from '../builders/learning.js';
import { smallPolicy, snapshotOf } from '../builders/policy.js';
import { silent } from '../builders/runtime.js';

const FALLEN = 2 as ArmId;
const CHAT = 'chat' as UseCase;
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const FALLS_AT_MS = START_MS + 10 * MINUTE_MS;

let policy: Policy;
let nowMs: number;
let learning: ReturnType<typeof taught>;
let watch: DriftWatch;

beforeEach(async () => {
  policy ??= await smallPolicy({ bandit: { policy: 'linear' } });
  nowMs = START_MS;
  learning = taught([]);
  watch = newWatch();
});

const newWatch = (): DriftWatch =>
  new DriftWatch({ snapshot: () => snapshotOf(policy, learning), nowMs: () => nowMs, logger: silent });

/** One outcome a second, with a look every ten. */
async function live(untilMs: number, mean: number, useCase = CHAT): Promise<void> {
  for (let i = 0; nowMs < untilMs; i++) {
    const quality = mean + (i % 2 === 0 ? 0.05 : -0.05);
    const lesson: Lesson = { useCase, armId: FALLEN, timeMs: nowMs, predicted: 0.9, quality };
    learning = taught([lesson], learning);
    watch.recorded({ tenant: TENANT, useCase } as Outcome);
    if (i % 10 === 0) await watch.look();
    nowMs += SECOND_MS;
  }
}

const periods = (changes: { tenant?: string; useCase?: UseCase; fromMs?: number; toMs?: number } = {}) =>
  watch.periods({ fromMs: 0, toMs: Infinity, ...changes, tenant: (changes.tenant ?? TENANT) as TenantId });

it('a drift begins when it is seen and ends when it was last seen', async () => {
  await live(FALLS_AT_MS, 0.9);
  expect(periods()).toEqual([]);
  await live(FALLS_AT_MS + MINUTE_MS, 0.5);
  const [begun] = periods();
  expect(begun).not.toHaveProperty('endMs');
  expect(begun!.isFromBefore).toBe(false);
  expect(begun!.startMs - FALLS_AT_MS).toBeLessThanOrEqual(20 * SECOND_MS);
  expect(begun!.strongest).toMatchObject({ useCase: CHAT, arm: { armId: FALLEN } });
  expect(begun!.strongest.drift.z).toBeLessThan(-4);
  // Nobody calls it any more: that it fades is noticed all the same, and the strongest is kept.
  const fallenMs = nowMs;
  for (; nowMs < fallenMs + 12 * HOUR_MS; nowMs += MINUTE_MS) await watch.look();
  const [ended] = periods();
  expect(ended!.startMs).toBe(begun!.startMs);
  expect(ended!.endMs).toBeGreaterThanOrEqual(fallenMs);
  expect(ended!.endMs).toBeLessThan(nowMs);
  expect(ended!.strongest.drift.shift).toBeLessThan(-0.3);
});

it('of a drift that was there at the first look, it is said that it began before', async () => {
  await live(FALLS_AT_MS, 0.9);
  await live(FALLS_AT_MS + MINUTE_MS, 0.5);
  watch = newWatch();
  expect(watch.sinceMs).toBe(nowMs);
  expect(periods()).toEqual([]);
  const [found] = periods({ useCase: CHAT });
  expect(found).toMatchObject({ startMs: nowMs, isFromBefore: true });
  expect(found).not.toHaveProperty('endMs');
});

it('tells a tenant of its own, by use case and by the span of time', async () => {
  await live(FALLS_AT_MS, 0.9);
  await live(FALLS_AT_MS + MINUTE_MS, 0.5);
  const { startMs } = periods()[0]!;
  expect(periods({ tenant: 'globex' })).toEqual([]);
  expect(periods({ useCase: 'sql' as UseCase })).toEqual([]);
  expect(periods({ toMs: startMs })).toEqual([]);
  expect(periods({ fromMs: nowMs + HOUR_MS })).toHaveLength(1);
});

it('a look takes in the use cases that had outcomes, and changes nothing that was learned', async () => {
  await live(FALLS_AT_MS, 0.9);
  const before = JSON.stringify(learning.useCases.map(({ arms }) => [...arms.values()]));
  await live(FALLS_AT_MS + MINUTE_MS, 0.9, 'sql' as UseCase);
  await watch.look();
  expect(periods()).toEqual([]);
  expect(learning.useCases).toHaveLength(2);
  const chat = learning.useCase(TENANT, CHAT)!;
  expect(before).toBe(JSON.stringify([[...chat.arms.values()]]));
});
