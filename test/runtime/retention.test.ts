import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_CONTEXT } from '../../src/core/context/context-layout.js';
import { compareStates } from '../../src/core/learning/compare-states.js';
import { restate } from '../../src/core/learning/restate.js';
import type { Outcome } from '../../src/core/outcome/outcome.js';
import { foldWhole, recover, saveSnapshot } from '../../src/runtime/learner.js';
import { Retention, type RetentionSettings } from '../../src/runtime/retention.js';
import { openMemoryStore } from '../../src/store/memory/memory-store.js';
import { decisionIdAt } from '../contract/retention-contract.js';
import { anyLog, folded, HALF_LIVES, HOUR_MS, START_MS } from '../builders/learning.js';
import { silent } from '../builders/runtime.js';
import { outcomeOf } from '../store/outcome-arbitrary.js';

const DAY_MS = 24 * HOUR_MS;
const OTHERS = { ...HALF_LIVES, quality: 24 * HOUR_MS, cost: 3 * HOUR_MS };

function retentionOf(settings: Partial<RetentionSettings>, halfLives = HALF_LIVES) {
  const store = openMemoryStore();
  const clock = { nowMs: START_MS, uptimeMs: 0 };
  const using = { halfLives };
  const retention = new Retention({
    store,
    settings: { everyMs: HOUR_MS, ...settings },
    ticketLifeMs: 7 * DAY_MS,
    fold: () => ({ halfLives: using.halfLives, layout: NO_CONTEXT }),
    nowMs: () => clock.nowMs,
    uptimeMs: () => clock.uptimeMs,
    logger: silent,
  });
  const pass = (ms: number): void => {
    clock.nowMs += ms;
    clock.uptimeMs += ms;
  };
  return { store, retention, clock, using, pass };
}

const receivedAt = (n: number, timeMs: number): Outcome =>
  outcomeOf(n, { decisionId: decisionIdAt(timeMs, n), eventTimeMs: timeMs, receiveTimeMs: timeMs });

/** One outcome a day. */
async function daily(store: ReturnType<typeof openMemoryStore>, days: number): Promise<void> {
  for (let day = 0; day < days; day++)
    await store.outcomes.append([[receivedAt(day, START_MS + day * DAY_MS)]]);
}

describe('outcomes', () => {
  it('go by age, and not before a ticket’s life and an hour', async () => {
    const { store, retention, pass } = retentionOf({ outcomeKeepMs: 2 * DAY_MS });
    await daily(store, 20);
    pass(20 * DAY_MS);
    expect(await retention.look()).toMatchObject({ outcomes: 12 + 1 });
    // Day 12 is eight days old; day 13 is seven, and within seven days and an hour.
    expect(store.outcomes.base()).toBe(13);
  });

  it('go by size', async () => {
    const { store, retention, pass } = retentionOf({ outcomeMaxBytes: 100 });
    await daily(store, 20);
    store.retention.positionWithin = () => Promise.resolve(5);
    pass(20 * DAY_MS);
    await retention.look();
    expect(store.outcomes.base()).toBe(5);
  });

  it('stay where nothing bounds them', async () => {
    const { store, retention, pass } = retentionOf({});
    await daily(store, 5);
    pass(1000 * DAY_MS);
    await retention.look();
    expect(store.outcomes.base()).toBe(0);
  });

  it('leave their sums, wherever the log is cut, with and without a snapshot', async () => {
    await fc.assert(
      fc.asyncProperty(anyLog(20 * DAY_MS), fc.array(fc.nat(40), { maxLength: 3 }), async (log, cuts) => {
        const { store, retention, pass } = retentionOf({ outcomeMaxBytes: 100 });
        for (const outcome of log) await store.outcomes.append([[outcome]]);
        await saveSnapshot(folded(log.slice(0, 10)), store.snapshots);
        for (const cut of cuts) {
          store.retention.positionWithin = () => Promise.resolve(cut);
          pass(100 * DAY_MS);
          await retention.look();
        }
        const whole = folded(log);
        const { state } = await recover(store.outcomes, store.snapshots, HALF_LIVES);
        expect(compareStates(state, whole)).toEqual([]);
        expect(compareStates(await foldWhole(store.outcomes, HALF_LIVES), whole)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('go on under other half-lives as the sums before the change do', async () => {
    await fc.assert(
      fc.asyncProperty(anyLog(20 * DAY_MS, 20), anyLog(20 * DAY_MS, 20), async (before, after) => {
        const { store, retention, using, pass } = retentionOf({ outcomeMaxBytes: 100 });
        const later = after.map((outcome, i) => ({
          ...outcome,
          decisionId: decisionIdAt(START_MS + 1000 * DAY_MS, i),
        }));
        for (const outcome of before) await store.outcomes.append([[outcome]]);
        store.retention.positionWithin = () => Promise.resolve(before.length);
        pass(100 * DAY_MS);
        await retention.look();
        // As a running server goes on, once it uses the new settings.
        const live = before.length === 0 ? folded([], OTHERS) : restate(folded(before), OTHERS);
        later.forEach((outcome, i) => live.fold(outcome, before.length + i));
        for (const outcome of later) await store.outcomes.append([[outcome]]);
        using.halfLives = OTHERS;
        expect(compareStates(await foldWhole(store.outcomes, OTHERS), live)).toEqual([]);
        // A base that is made under the new settings says the same.
        store.retention.positionWithin = () => Promise.resolve(before.length + later.length);
        pass(100 * DAY_MS);
        await retention.look();
        expect(compareStates(await foldWhole(store.outcomes, OTHERS), live)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what is remembered of reports', () => {
  it('is forgotten once no ticket can bring one', async () => {
    const { store, retention, pass } = retentionOf({});
    await daily(store, 20);
    pass(20 * DAY_MS);
    expect(await retention.look()).toMatchObject({ rememberedKeys: 13 });
    expect(store.retention.dedupeFloorMs()).toBe(START_MS + 13 * DAY_MS - HOUR_MS);
    expect(await store.outcomes.append([[receivedAt(13, START_MS + 13 * DAY_MS)]])).toEqual([
      [{ kind: 'duplicate' }],
    ]);
    expect(await store.outcomes.append([[receivedAt(12, START_MS + 12 * DAY_MS)]])).toEqual([
      [{ kind: 'expired' }],
    ]);
  });
});

describe('decisions', () => {
  it('go by age and by size, whichever is later', async () => {
    const { store, retention, pass } = retentionOf({ decisionKeepMs: 10 * DAY_MS, decisionMaxBytes: 100 });
    const logged = Array.from({ length: 20 }, (_, day) => START_MS + day * DAY_MS).map((issueTimeMs, n) => ({
      decisionId: decisionIdAt(issueTimeMs, n),
      issueTimeMs,
      body: Uint8Array.of(n),
    }));
    await store.decisions.append(logged);
    pass(20 * DAY_MS);
    expect(await retention.look()).toMatchObject({ decisions: 10 });
    store.retention.decisionTimeWithin = () => Promise.resolve(START_MS + 15 * DAY_MS);
    expect(await retention.look()).toMatchObject({ decisions: 5 });
  });
});

describe('a clock that was set', () => {
  it('removes nothing before it stood for a while', async () => {
    const { store, retention, clock, pass } = retentionOf({ outcomeKeepMs: DAY_MS });
    await daily(store, 3);
    clock.nowMs += 1000 * DAY_MS;
    expect(await retention.look()).toBeUndefined();
    expect(store.outcomes.base()).toBe(0);
    clock.nowMs -= 1000 * DAY_MS;
    expect(await retention.look()).toBeUndefined();
    pass(HOUR_MS);
    expect(await retention.look()).toMatchObject({ outcomes: 0 });
  });
});
