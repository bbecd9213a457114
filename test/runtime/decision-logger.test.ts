import { beforeAll, describe, expect, it, vi } from 'vitest';
import { PROPENSITY_ONE } from '../../src/core/bandit/propensity.js';
import { deliberate, draw, type Decision } from '../../src/core/selection/decide.js';
import type { TenantId } from '../../src/core/ids.js';
import { ROLLUP_TIERS } from '../../src/core/rollup/tier.js';
import { decodeRollup } from '../../src/store/rollup-codec.js';
import { DecisionRecord } from '../../src/gen/sextant/storage/v1/storage.js';
import { decodeDecision, type TakenDecision } from '../../src/runtime/decision-codec.js';
import { DecisionLogger } from '../../src/runtime/decision-logger.js';
import { openMemoryStore } from '../../src/store/memory/memory-store.js';
import { START_MS } from '../builders/learning.js';
import { smallPolicy, snapshotOf } from '../builders/policy.js';
import { questionOf } from '../builders/question.js';
import { silent } from '../builders/runtime.js';
import { sumOf } from '../builders/statistics.js';
import { collect } from '../contract/collect.js';
import { decisionIdOf } from '../store/outcome-arbitrary.js';

let decision: Decision;
beforeAll(async () => {
  const snapshot = snapshotOf(await smallPolicy());
  decision = draw(deliberate(snapshot, questionOf(), { nowMs: START_MS, explain: false }), 77n, 2);
});

const taken = (number: number): TakenDecision => ({
  decisionId: decisionIdOf(number),
  issueTimeMs: START_MS + number,
  question: questionOf(),
  decision,
  policyVersion: 'v1',
});
function loggerOf(maxQueue: number, attributes: readonly string[] = []) {
  const store = openMemoryStore();
  const { decisions } = store;
  const logger = new DecisionLogger(store, { maxQueue, attributes }, silent);
  const bodies = async () => {
    await logger.flush();
    return collect(decisions.range(0, Infinity));
  };
  const records = async () => (await bodies()).map(({ body }) => DecisionRecord.decode(body));
  return { logger, bodies, records };
}

describe('the decision log', () => {
  it('keeps what a replay and an evaluation need', async () => {
    const { logger, records } = loggerOf(10);
    logger.add(taken(1));
    const [record] = await records();
    expect(record).toMatchObject({
      tenant: 'acme',
      useCase: 'chat',
      segment: decision.segment,
      armId: decision.chain[0]!.arm.armId,
      seed: 77n,
      policyVersion: 'v1',
      stateSequence: 0n,
      samplingProbability: 1,
    });
    expect(record!.candidates).toHaveLength(4);
    expect(sumOf(record!.candidates.map(({ propensityQ16 }) => propensityQ16))).toBe(PROPENSITY_ONE);
  });

  it('keeps the attributes that it was told to, and no others', async () => {
    const attributes = { residency: 'eu', customer: 'Ada Lovelace' };
    const question = questionOf({ attributes });
    for (const [names, kept] of [
      [['residency', 'tier'], { residency: 'eu' }],
      [['tier'], {}],
    ] as const) {
      const { logger, bodies } = loggerOf(10, names);
      logger.add({ ...taken(1), question });
      const [body] = await bodies();
      expect(decodeDecision(body!)?.question.attributes).toEqual(kept);
      expect(Buffer.from(body!.body).includes('Ada')).toBe(false);
    }
  });

  it('drops what does not fit, counts it, and says with what probability the rest was kept', async () => {
    const { logger, records } = loggerOf(3);
    for (let number = 0; number < 12; number++) logger.add(taken(number));
    expect(logger.dropped).toBe(9);
    const kept = await records();
    expect(kept).toHaveLength(3);
    for (const { samplingProbability } of kept) expect(samplingProbability).toBeCloseTo(0.25, 6);
    logger.add(taken(100));
    expect((await records()).at(-1)!.samplingProbability).toBe(1);
  });

  it('writes by itself soon after, without being asked', async () => {
    const store = openMemoryStore();
    const { decisions } = store;
    new DecisionLogger(store, { maxQueue: 10, attributes: [] }, silent).add(taken(1));
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(await collect(decisions.range(0, Infinity))).toHaveLength(1);
  });

  it('writes sums of decisions by minute, hour and day in the same call', async () => {
    const store = openMemoryStore();
    const appended = vi.spyOn(store.decisions, 'append');
    const logger = new DecisionLogger(store, { maxQueue: 2, attributes: [] }, silent);
    for (let round = 1; round <= 2; round++) {
      for (let i = 0; i < 4; i++) logger.add(taken(10 * round + i));
      await logger.flush();
      expect(appended).toHaveBeenCalledTimes(round);
      expect(appended.mock.lastCall![1]!.map(({ key }) => key.tier)).toEqual(['minute', 'hour', 'day']);
    }
    const query = { tenant: 'acme' as TenantId, fromMs: 0, toMs: 2 * START_MS };
    for (const tier of ROLLUP_TIERS) {
      const rows = (await collect(store.rollups.range({ ...query, tier }))).flat();
      const sums = rows.map(({ body }) => decodeRollup(body));
      // Half of them found the queue full.
      expect(sums.map((sum) => [sum.get('decisions'), sum.get('estimatedDecisions')])).toEqual([[4, 8]]);
    }
  });

  it('counts as dropped what the store would not take, and goes on', async () => {
    const { decisions, rollups } = openMemoryStore();
    let failing = true;
    const flaky = {
      append: (batch: Parameters<typeof decisions.append>[0]) =>
        failing ? Promise.reject(new Error('full')) : decisions.append(batch),
      range: decisions.range.bind(decisions),
    };
    const logger = new DecisionLogger(
      { decisions: flaky, rollups },
      { maxQueue: 10, attributes: [] },
      silent,
    );
    logger.add(taken(1));
    logger.add(taken(2));
    await logger.flush();
    expect(logger.dropped).toBe(2);
    failing = false;
    logger.add(taken(3));
    await logger.flush();
    expect(await collect(decisions.range(0, Infinity))).toHaveLength(1);
  });

  it('writes one batch at a time, and takes no more than its queue while a write is under way', async () => {
    const store = openMemoryStore();
    const append = store.decisions.append.bind(store.decisions);
    const ends: (() => void)[] = [];
    const sizes: number[] = [];
    vi.spyOn(store.decisions, 'append').mockImplementation(async (batch, rollups) => {
      sizes.push(batch.length);
      await new Promise<void>((resolve) => ends.push(resolve));
      return append(batch, rollups);
    });
    const logger = new DecisionLogger(store, { maxQueue: 1_500, attributes: [] }, silent);
    const written = [1, 2, 3].map((round) => {
      for (let i = 0; i < 600; i++) logger.add(taken(1_000 * round + i));
      return logger.flush();
    });
    expect(logger.dropped).toBe(300);
    let isFlushed = false;
    void Promise.all(written).then(() => (isFlushed = true));
    while (!isFlushed) {
      await new Promise(setImmediate);
      expect(ends.length).toBeLessThanOrEqual(1);
      ends.pop()?.();
    }
    expect(sizes).toEqual([500, 500, 500]);
    logger.add(taken(9_000));
    const last = logger.flush();
    await vi.waitFor(() => expect(ends).toHaveLength(1));
    ends.pop()!();
    await last;
    expect(logger.dropped).toBe(300);
    expect(await collect(store.decisions.range(0, Infinity))).toHaveLength(1_501);
  });
});
