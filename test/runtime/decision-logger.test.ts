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
import { fixedEnvironment, silent } from '../builders/runtime.js';
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
const environment = fixedEnvironment();
const ALL = { tenant: 'acme' as TenantId, fromMs: 0, toMs: 2 * START_MS };

function loggerOf(maxQueue: number, attributes: readonly string[] = []) {
  const store = openMemoryStore();
  const { decisions } = store;
  const logger = new DecisionLogger(store, { maxQueue, attributes }, silent, environment);
  const bodies = async () => {
    await logger.flush();
    return collect(decisions.range(0, Infinity));
  };
  const records = async () => (await bodies()).map(({ body }) => DecisionRecord.decode(body));
  return { logger, bodies, records, store };
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

  it('keeps a decision with a probability that it carries from half of the queue on, so that sums stay right', async () => {
    const [rounds, added, maxQueue] = [200, 60, 40];
    let estimated = 0;
    for (let round = 0; round < rounds; round++) {
      const { logger, records, store } = loggerOf(maxQueue);
      for (let number = 0; number < added; number++) logger.add(taken(number));
      const kept = await records();
      expect(kept.length + logger.dropped).toBe(added);
      expect(kept.length).toBeLessThanOrEqual(maxQueue);
      const probabilities = kept.map(({ samplingProbability }) => samplingProbability);
      expect(probabilities.slice(0, maxQueue / 2)).toEqual(Array(maxQueue / 2).fill(1));
      for (const p of probabilities.slice(maxQueue / 2 + 1)) expect(p).toBeLessThan(1);
      const inverse = sumOf(probabilities.map((p) => 1 / p));
      const [day] = (await collect(store.rollups.range({ ...ALL, tier: 'day' }))).flat();
      expect(decodeRollup(day!.body).get('estimatedDecisions')).toBeCloseTo(inverse, 6);
      estimated += inverse;
    }
    expect(Math.abs(estimated / rounds - added)).toBeLessThan(4);
  });

  it('keeps all again when there is room', async () => {
    const { logger, records } = loggerOf(4);
    for (let number = 0; number < 50; number++) logger.add(taken(number));
    expect(logger.dropped).toBeGreaterThanOrEqual(46);
    await logger.flush();
    logger.add(taken(100));
    expect((await records()).at(-1)!.samplingProbability).toBe(1);
  });

  it('loses the one decision that cannot be encoded, and no other', async () => {
    const { logger, records } = loggerOf(10);
    logger.add(taken(1));
    logger.add({ ...taken(2), issueTimeMs: 1.5 });
    logger.add(taken(3));
    expect(await records()).toHaveLength(2);
    expect(logger.dropped).toBe(1);
    logger.add(taken(4));
    expect(await records()).toHaveLength(3);
  });

  it('writes by itself soon after, without being asked', async () => {
    const store = openMemoryStore();
    const { decisions } = store;
    new DecisionLogger(store, { maxQueue: 10, attributes: [] }, silent, environment).add(taken(1));
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(await collect(decisions.range(0, Infinity))).toHaveLength(1);
  });

  it('writes sums of decisions by minute, hour and day in the same call', async () => {
    const store = openMemoryStore();
    const appended = vi.spyOn(store.decisions, 'append');
    const logger = new DecisionLogger(store, { maxQueue: 10, attributes: [] }, silent, environment);
    for (let round = 1; round <= 2; round++) {
      for (let i = 0; i < 4; i++) logger.add(taken(10 * round + i));
      await logger.flush();
      expect(appended).toHaveBeenCalledTimes(round);
      expect(appended.mock.lastCall![1]!.map(({ key }) => key.tier)).toEqual(['minute', 'hour', 'day']);
    }
    for (const tier of ROLLUP_TIERS) {
      const rows = (await collect(store.rollups.range({ ...ALL, tier }))).flat();
      const sums = rows.map(({ body }) => decodeRollup(body));
      expect(sums.map((sum) => [sum.get('decisions'), sum.get('estimatedDecisions')])).toEqual([[8, 8]]);
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
      environment,
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
    const logger = new DecisionLogger(store, { maxQueue: 3_000, attributes: [] }, silent, environment);
    const written = [1, 2, 3].map((round) => {
      for (let i = 0; i < 500; i++) logger.add(taken(1_000 * round + i));
      return logger.flush();
    });
    expect(logger.dropped).toBe(0);
    for (let i = 0; i < 20_000; i++) logger.add(taken(10_000 + i));
    const kept = 21_500 - logger.dropped;
    expect(kept).toBeLessThanOrEqual(3_000);
    written.push(logger.flush());
    let isFlushed = false;
    void Promise.all(written).then(() => (isFlushed = true));
    while (!isFlushed) {
      await new Promise(setImmediate);
      expect(ends.length).toBeLessThanOrEqual(1);
      ends.pop()?.();
    }
    expect(Math.max(...sizes)).toBe(500);
    expect(sumOf(sizes)).toBe(kept);
    expect(await collect(store.decisions.range(0, Infinity))).toHaveLength(kept);
  });
});
