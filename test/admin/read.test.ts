import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLeaderboard } from '../../src/admin/read/leaderboard.js';
import { readModels } from '../../src/admin/read/models.js';
import { decisionRate, readOverview } from '../../src/admin/read/overview.js';
import { readSeries } from '../../src/admin/read/series.js';
import type { SpanName } from '../../src/admin/views.js';
import type { Sources } from '../../src/admin/read/sources.js';
import { accountsOf, readSpend } from '../../src/admin/read/spend.js';
import { readSystem } from '../../src/admin/read/system.js';
import type { TenantId, UseCase } from '../../src/core/ids.js';
import type { OutcomeStatus } from '../../src/core/outcome/outcome.js';
import type { Runtime } from '../../src/runtime/runtime.js';
import { policyFolder, writeJson } from '../builders/policy.js';
import { questionOf } from '../builders/question.js';
import { fixedEnvironment, openTestRuntime, type FixedEnvironment } from '../builders/runtime.js';

const BUDGETS = [
  { id: 'day', period: { usd: 0.01, every: 'day', timeZone: 'UTC', onExhausted: 'cheapest' } },
  { id: 'acme-chat', tenant: 'acme', useCase: 'chat', averageUsdPerRequest: 0.002 },
  { id: 'globex-only', tenant: 'globex', averageUsdPerRequest: 0.5 },
];
const HOUR_MS = 3_600_000;
const USAGE = { inputTokens: 1000, outputTokens: 100 };

let folder: string;
let environment: FixedEnvironment;
let runtime: Runtime;
beforeEach(async () => {
  folder = await policyFolder({ budgets: BUDGETS });
  environment = fixedEnvironment();
  runtime = await openTestRuntime({
    policyFolder: folder,
    environment,
    decisionLog: { maxQueue: 100, attributes: [] },
  });
});
afterEach(async () => {
  await runtime.close();
  await rm(folder, { recursive: true });
});

const as = (tenant: string): Sources => ({ runtime, tenant: tenant as TenantId, nowMs: environment.timeMs });

interface Loop {
  readonly tenant?: string;
  readonly useCase?: string;
  readonly quality?: number;
  readonly status?: OutcomeStatus;
}

/** One Select and its Report; tells which model took it. */
async function loop({
  tenant = 'acme',
  useCase = 'chat',
  quality,
  status = 'success',
}: Loop = {}): Promise<string> {
  const question = questionOf({ tenant: tenant as TenantId, useCase: useCase as UseCase });
  const { decision, ticket } = runtime.decider.select(question, false);
  const attempt = { attempt: 0, status, latencyMs: 500, usage: USAGE, qualitySource: 'test' };
  await runtime.reporter.report(tenant as TenantId, ticket, [
    { ...attempt, ...(quality !== undefined && { quality }) },
  ]);
  return decision.chain[0]!.model.id;
}

describe('overview', () => {
  it('says of each use case who takes it, how good it is and what it costs', async () => {
    const models: string[] = [];
    for (const quality of [0.8, 0.9, 1, 0.9]) models.push(await loop({ quality }));
    await loop({ useCase: 'sql', status: 'timeout' });
    const { useCases } = await readOverview(as('acme'), '15m');
    const [chat, sql] = useCases;
    const count = (model: string): number => models.filter((one) => one === model).length;
    const most = Math.max(...models.map(count));
    expect(chat).toMatchObject({ useCase: 'chat', decisions: 4, success: 1, quality: { count: 4 } });
    expect(chat!.top!.share).toBe(most / 4);
    expect(chat!.quality!.mean).toBeCloseTo(0.9, 12);
    // s = √(0.02/3), by hand.
    expect(chat!.quality!.halfWidth).toBeCloseTo((1.959964 * Math.sqrt(0.02 / 3)) / 2, 6);
    expect(chat!.costPerRequestNanoUsd).toBeGreaterThan(0);
    expect(sql).toMatchObject({ useCase: 'sql', decisions: 1, quality: null, success: 0 });
  });

  it('is empty before the first decision, and for another tenant', async () => {
    expect((await readOverview(as('acme'), '15m')).useCases).toEqual([]);
    await loop();
    expect((await readOverview(as('globex'), '24h')).useCases).toEqual([]);
  });

  it('forgets by the quarter of an hour in one span, and keeps the use case', async () => {
    await loop({ quality: 1 });
    environment.timeMs += 16 * 60_000;
    expect((await readOverview(as('acme'), '15m')).useCases).toMatchObject([
      { decisions: 0, top: null, quality: null },
    ]);
    expect((await readOverview(as('acme'), '24h')).useCases).toMatchObject([
      { decisions: 1, quality: { mean: 1 } },
    ]);
  });

  it('tells decisions a second from whole steps', async () => {
    for (let i = 0; i < 20; i++) await loop();
    expect(decisionRate(as('acme'))).toBe(0);
    environment.timeMs += 5_000;
    expect(decisionRate(as('acme'))).toBe(2);
    expect(decisionRate(as('globex'))).toBe(0);
  });
});

describe('leaderboard', () => {
  it('has the posterior that the sums say, with shares that add up to one', async () => {
    const taken = new Map<string, number>();
    for (let i = 0; i < 30; i++) {
      const model = await loop({ quality: 1 });
      taken.set(model, (taken.get(model) ?? 0) + 1);
    }
    const { leaders, useCases } = await readLeaderboard(as('acme'), 'chat', '15m');
    expect(useCases).toEqual(['chat']);
    expect(leaders.map(({ model, decisions }) => [model, decisions])).toEqual(
      expect.arrayContaining([...taken].map(([model, count]) => [model, count])),
    );
    expect(leaders.reduce((sum, { share }) => sum + share!, 0)).toBeCloseTo(1, 12);
    expect(leaders.reduce((sum, { bestProbability }) => sum + bestProbability, 0)).toBeCloseTo(1, 9);
    // All have had good outcomes alone: more of them make a model surer, and likelier to be the best.
    const byBest = [...leaders].sort((a, b) => b.bestProbability - a.bestProbability);
    expect(byBest.map(({ observations: n }) => n)).toEqual(
      leaders.map(({ observations: n }) => n).sort((a, b) => b - a),
    );
    for (const { model, quality, observations } of leaders) {
      const n = taken.get(model)!;
      // The prior of the small policy is worth two outcomes of mean 0.75.
      expect(observations).toBeCloseTo(n, 6);
      expect(quality.mean).toBeCloseTo((1.5 + n) / (2 + n), 6);
      expect(quality.low).toBeLessThan(quality.mean);
      expect(quality.high).toBeGreaterThan(quality.mean);
    }
  });

  it('has the mean cost of the span’s calls with its interval, from two calls on', async () => {
    const model = await loop();
    const costOf = async (span: SpanName) =>
      (await readLeaderboard(as('acme'), 'chat', span)).leaders.find((row) => row.model === model)!.spanCost;
    expect(await costOf('30d')).toBeNull();
    for (let i = 0; i < 30; i++) await loop();
    const cost = (await costOf('30d'))!;
    expect(await costOf('15m')).toEqual(cost);
    // Every call of a model costs the same here.
    expect([cost.low, cost.high]).toEqual([expect.closeTo(cost.mean, 0), expect.closeTo(cost.mean, 0)]);
    expect(cost.mean).toBeGreaterThan(0);
  });

  it('is empty for a use case of another tenant', async () => {
    await loop({ quality: 1 });
    const board = await readLeaderboard(as('globex'), 'chat', '15m');
    expect(board).toMatchObject({ leaders: [], useCases: [] });
  });
});

describe('series', () => {
  it('has one line a model with rates of whole steps, and nothing from before the start', async () => {
    for (let i = 0; i < 10; i++) await loop({ quality: 0.5 });
    environment.timeMs += 5_000;
    const { models, startsMs, stepMs } = await readSeries(as('acme'), 'chat', '15m');
    expect(startsMs).toHaveLength(180);
    expect(startsMs.at(-1)! + stepMs).toBeLessThanOrEqual(environment.timeMs);
    const last = models.reduce((sum, { decisionsPerSecond }) => sum + decisionsPerSecond.at(-1)!, 0);
    expect(last).toBeCloseTo(2, 12);
    const shared = models.reduce((sum, { share }) => sum + share.at(-1)!, 0);
    expect(shared).toBeCloseTo(1, 12);
    expect(models[0]!.share[0]).toBeNull();
    expect(models[0]!.decisionsPerSecond.slice(0, -1).every((rate) => rate === null)).toBe(true);
    expect(models[0]!.quality.at(-1)).toBe(0.5);
    expect((await readSeries(as('globex'), undefined, '24h')).models).toEqual([]);
  });

  it('has the steps of longer spans from what is stored, and nothing from before the first of them', async () => {
    await loop({ quality: 0.5 });
    environment.timeMs += 3 * HOUR_MS;
    await loop({ quality: 1 });
    environment.timeMs += HOUR_MS / 2;
    const { models, startsMs, stepMs, smoothedMs } = await readSeries(as('acme'), 'chat', '24h');
    expect([stepMs, smoothedMs]).toEqual([HOUR_MS, HOUR_MS]);
    expect(startsMs.at(-1)! + stepMs).toBeGreaterThanOrEqual(environment.timeMs);
    const first = Math.floor((environment.timeMs - 3.5 * HOUR_MS) / HOUR_MS) * HOUR_MS;
    const at = (startMs: number): number => startsMs.indexOf(startMs);
    const ratesAt = (i: number): (number | null)[] =>
      models.map(({ decisionsPerSecond }) => decisionsPerSecond[i]!);
    expect(ratesAt(at(first) - 1).every((rate) => rate === null)).toBe(true);
    expect(ratesAt(at(first)).reduce<number>((sum, rate) => sum + rate!, 0)).toBeCloseTo(1 / 3600, 12);
    expect(ratesAt(at(first) + 1).every((rate) => rate === 0)).toBe(true);
    expect(models.flatMap(({ quality }) => quality.filter((mean) => mean !== null)).sort()).toEqual([0.5, 1]);
    const { spenders } = await readSpend(as('acme'), '24h');
    const spent = models
      .flatMap(({ spendNanoUsd }) => spendNanoUsd)
      .reduce<number>((sum, n) => sum + (n ?? 0), 0);
    expect(spenders.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0)).toBe(spent);
    expect(spent).toBeGreaterThan(0);
  });

  it('tells the rate of a step that is not over yet over what is over of it', async () => {
    environment.timeMs = Math.ceil(environment.timeMs / HOUR_MS) * HOUR_MS;
    for (let i = 0; i < 18; i++) await loop();
    environment.timeMs += HOUR_MS / 4;
    const newest = async (): Promise<(number | null)[]> =>
      (await readSeries(as('acme'), 'chat', '7d')).models.map(({ decisionsPerSecond }) =>
        decisionsPerSecond.at(-1)!,
      );
    expect((await newest()).reduce<number>((sum, rate) => sum + rate!, 0)).toBeCloseTo(18 / 900, 12);
    environment.timeMs += 0.8 * HOUR_MS;
    await loop();
    expect((await newest()).every((rate) => rate === null)).toBe(true);
  });
});

describe('spend', () => {
  it('shows the accounts of a tenant alone, with what is held and where it is heading', async () => {
    const { decision } = runtime.decider.select(questionOf({ useCase: 'sql' as UseCase }), false);
    for (let i = 0; i < 5; i++) await loop({ useCase: 'sql' });
    const accounts = accountsOf(as('acme'));
    expect(accounts.map(({ account }) => account)).toEqual(['day/acme', 'acme-chat']);
    const [day, chat] = accounts;
    expect(day!.period!.limitNanoUsd).toBe(10_000_000);
    expect(day!.period!.spentNanoUsd).toBeGreaterThan(0);
    expect(day!.period!.reservedNanoUsd).toBe(Math.ceil(decision.chain[0]!.cost!.meanNanoUsd));
    const { spentNanoUsd, reservedNanoUsd, remainingNanoUsd } = day!.period!;
    expect(remainingNanoUsd).toBe(10_000_000 - spentNanoUsd - reservedNanoUsd);
    expect(day!.quarters).toHaveLength(96);
    expect(day!.quarters.at(-1)!.nanoUsd).toBe(spentNanoUsd);
    expect(chat).toMatchObject({ averageNanoUsdPerRequest: 2_000_000, lambda: 0, period: null });
    expect(accountsOf(as('globex')).map(({ account }) => account)).toEqual(['day/globex', 'globex-only']);
  });
});

describe('models and system', () => {
  it('has every model with its prices and its breaker', async () => {
    const refused = await loop({ status: 'rate_limited' });
    const { models } = readModels(as('acme'));
    expect(models.map(({ model }) => model)).toEqual([
      'acme/large',
      'acme/small',
      'borealis/eu',
      'cirrus/free',
    ]);
    expect(models.find(({ model }) => model === 'cirrus/free')).toMatchObject({ inputUsdPerMTok: null });
    const { breaker } = models.find(({ model }) => model === refused)!;
    expect(breaker.state).toBe('open');
    expect(breaker.untilMs).toBeGreaterThan(environment.timeMs);
    expect(breaker.reason).toContain('rate_limited');
    const view = readModels(as('acme')).models.find(({ model }) => model === refused)!;
    expect(view.statuses).toEqual([{ status: 'rate_limited', count: 1 }]);
    expect(view.breaker.changes).toMatchObject([{ atMs: environment.timeMs, from: 'closed', to: 'open' }]);
    environment.timeMs = breaker.untilMs!;
    const { changes } = readModels(as('acme')).models.find(({ model }) => model === refused)!.breaker;
    expect(changes.map(({ to }) => to)).toEqual(['open', 'half_open']);
  });

  it('names the faults of a refused folder beside the policy in force', async () => {
    const facts = {
      version: '1.2.3',
      node: 'v0',
      startedMs: 1,
      memoryBytes: 2,
      notReady: null,
      warning: null,
      eventLoopDelayMs: null,
    };
    const before = readSystem(as('acme'), facts);
    expect(before).toMatchObject({
      version: '1.2.3',
      ready: true,
      policy: { rejected: null, pinned: false },
    });
    await writeJson(folder, 'budgets.json', { budgets: [{ id: 'x' }] });
    await runtime.policies.reload();
    const after = readSystem(as('acme'), facts);
    expect(after.policy.version).toBe(before.policy.version);
    expect(after.policy.rejected!.faults.join()).toContain('budgets.json');
  });
});
