import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  benchPolicy,
  knownPolicies,
  namedVariant,
  QUALITY_ONLY,
  withSettings,
} from '../../bench/quality/bench-policy.js';
import { benchSet } from '../../bench/quality/bench-set.js';
import { measure, variantFault, type BenchContext, type Cell } from '../../bench/quality/measure.js';
import type { OutcomeSet } from '../../bench/quality/outcome-set.js';
import { replay, type Run } from '../../bench/quality/replay.js';
import { Report } from '../../bench/quality/report.js';
import { RESULT_COLUMNS, resultsCsv } from '../../bench/quality/result-rows.js';
import { inThread } from '../../bench/quality/run-jobs.js';
import { toySet } from './toy-set.js';

const PROMPTS = 400;
const BETTER = 'acme/better';
const CHEAP = 'acme/cheap';

let folder = '';
let set: OutcomeSet;

/** One arm is better, the other ten times cheaper, on every prompt. */
beforeAll(() => {
  folder = toySet(
    Array.from({ length: PROMPTS }, (_, i) => ({
      text: `Question ${i}: what is ${i} plus ${i % 7}?`,
      outcomes: {
        [BETTER]: { quality: i % 10 === 0 ? 0 : 1, costUsd: 0.001 },
        [CHEAP]: { quality: i % 2, costUsd: 0.0001 },
      },
    })),
  );
  set = benchSet({ folder });
});

afterAll(() => rmSync(folder, { recursive: true }));

const shareOf = (run: Run, arm: string, from: number, to = PROMPTS): number => {
  const k = set.arms.indexOf(arm);
  return run.choice.slice(from, to).filter((choice) => choice === k).length / (to - from);
};

const beta = namedVariant('beta');

describe('a replay', () => {
  it('learns which arm is better', () => {
    const run = replay(set, { variant: beta, weights: QUALITY_ONLY, seed: 1 });
    expect(shareOf(run, BETTER, PROMPTS / 2)).toBeGreaterThan(0.9);
  });

  it('keeps to a budget, by its dual price', () => {
    const budgetUsd = 0.0004;
    const run = replay(set, { variant: beta, weights: QUALITY_ONLY, budgetUsd, seed: 1 });
    const spent = run.costUsd.slice(PROMPTS / 2).reduce((sum, cost) => sum + cost, 0) / (PROMPTS / 2);
    expect(spent / budgetUsd).toBeGreaterThan(0.7);
    expect(spent / budgetUsd).toBeLessThan(1.3);
    expect(run.paced.slice(PROMPTS / 2).every((paced) => paced === 1)).toBe(true);
  });

  it('takes each prompt once, in the order of its seed', () => {
    const run = replay(set, { variant: beta, weights: QUALITY_ONLY, seed: 2 });
    expect([...run.order].sort((a, b) => a - b)).toEqual(Array.from({ length: PROMPTS }, (_, i) => i));
    expect(run.order).not.toEqual(replay(set, { variant: beta, weights: QUALITY_ONLY, seed: 3 }).order);
  });

  it('gives the choice no arm that has not arrived, and its own outcome when it has', () => {
    const stages = [
      { from: 0, absent: [BETTER] },
      { from: 1 / 2, qualityFactor: { [BETTER]: 0.5 } },
    ];
    const run = replay(set, { variant: beta, weights: QUALITY_ONLY, seed: 1, stages });
    expect(shareOf(run, BETTER, 0, PROMPTS / 2)).toBe(0);
    expect(shareOf(run, BETTER, PROMPTS / 2)).toBeGreaterThan(0);
    const k = set.arms.indexOf(BETTER);
    const late = [...run.quality].filter((_, step) => run.choice[step] === k);
    expect(Math.max(...late)).toBe(0.5);
  });

  it.each(knownPolicies())('replays %s alike with the same seed', (policy) => {
    const spec = { variant: namedVariant(policy), weights: QUALITY_ONLY, budgetUsd: 0.0004, seed: 5 };
    expect(replay(set, spec)).toEqual(replay(set, spec));
  });
});

describe('a policy with other settings', () => {
  const shipped = namedVariant('linear');

  it('takes those that differ, and of the regressions what differs', () => {
    const changed = withSettings(shipped, { linear: { noiseVariance: 0.2 }, segmentBy: [] });
    const { bandit } = benchPolicy({ variant: changed, weights: QUALITY_ONLY });
    const { bandit: before } = benchPolicy({ variant: shipped, weights: QUALITY_ONLY });
    expect(bandit.linear).toEqual({ ...before.linear, noiseVariance: 0.2 });
    expect(bandit.segmentBy).toEqual([]);
  });

  it('is refused where the schema does not know them', () => {
    expect(variantFault(withSettings(shipped, { linear: { noise: 1 } }))).toMatch(/noise/);
    expect(variantFault(withSettings(shipped, { floor: 1 }))).toMatch(/floor/);
  });
});

describe('the result rows', () => {
  const contextOf = (): BenchContext => ({
    dataFolder: '',
    seeds: 2,
    firstSeed: 0,
    budgetsUsd: [],
    shiftBudgetsUsd: [],
    policy: beta,
    runner: inThread,
    report: new Report(() => undefined),
  });
  const cell = (): Cell => ({
    data: 'toy',
    set: { folder },
    variant: beta,
    weights: { quality: 0.7, cost: 0.3 },
  });

  it('are one per policy, seed and phase, with the columns that readers know', async () => {
    const context = contextOf();
    await measure(context, [cell(), { ...cell(), weights: QUALITY_ONLY, budgetUsd: 0.0004 }]);
    const [header, ...rows] = resultsCsv(context.report.rows).trim().split('\n');
    expect(header).toBe(RESULT_COLUMNS.join(','));
    expect(rows).toHaveLength(2 * 2 * 4);
    expect(rows[0]).toMatch(/^toy,acme\/better\|acme\/cheap,beta,0\.7\/0\.3,,0,learn,/);
    expect(rows.every((row) => row.split(',').length === RESULT_COLUMNS.length)).toBe(true);
    expect(rows.filter((row) => row.includes(',0.0004,1,test,'))).toHaveLength(1);
  });

  it('are the same with the same seeds', async () => {
    const [a, b] = [contextOf(), contextOf()];
    await measure(a, [cell()]);
    await measure(b, [cell()]);
    expect(resultsCsv(a.report.rows)).toBe(resultsCsv(b.report.rows));
  });

  it('begin with the first seed that is asked for', async () => {
    const [both, second] = [contextOf(), { ...contextOf(), seeds: 1, firstSeed: 1 }];
    await measure(both, [cell()]);
    await measure(second, [cell()]);
    const ofSecond = both.report.rows.filter(({ seed }) => seed === 1);
    expect(ofSecond).toHaveLength(4);
    expect(resultsCsv(second.report.rows)).toBe(resultsCsv(ofSecond));
  });

  it('never lie above the oracle without a budget', async () => {
    const context = contextOf();
    const [measured] = await measure(context, [cell()]);
    for (const { reward, oracle, hull, bestFixed } of measured!.scores.all) {
      expect(reward).toBeLessThanOrEqual(oracle);
      expect(hull).toBeCloseTo(bestFixed, 12);
    }
  });
});
