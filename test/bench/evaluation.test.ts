import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOGS_MOST, logSeeds, RUN_SEED_MOST, STEPS_MOST } from '../../bench/evaluation/log-seeds.js';
import { loggedRun, readPrompts } from '../../bench/evaluation/logged-run.js';
import { steadyCoverage, type MeasuredPair } from '../../bench/evaluation/steady.js';
import { standing, standingPolicy } from '../../bench/evaluation/targets.js';
import { benchSet } from '../../bench/quality/bench-set.js';
import type { OutcomeSet } from '../../bench/quality/outcome-set.js';
import { decisionSeed } from '../../bench/quality/permutation.js';
import { estimateOf } from '../../src/core/evaluation/reward-report.js';
import { rngFromSeed } from '../../src/core/random.js';
import { DecisionRecord } from '../../src/gen/sextant/storage/v1/storage.js';
import { evaluateLog, nothingToEvaluate } from '../../src/runtime/evaluation/evaluate-log.js';
import { TooManyDecisions } from '../../src/runtime/evaluation/rewards.js';
import { openMemoryStore } from '../../src/store/memory/memory-store.js';
import { toySet } from './toy-set.js';

const REPETITIONS = 40;
const STEPS = 200;
/** On a busy machine. */
const SLOW_MS = 300_000;
const UNIFORM = { name: 'uniform', bandit: { policy: 'uniform' } };
const EVERYTHING = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };

let folder = '';
let set: OutcomeSet;

beforeAll(() => {
  const rng = rngFromSeed(11n);
  const cell = (mean: number, costUsd: number) => ({ quality: rng() < mean ? 1 : 0, costUsd });
  folder = toySet(
    Array.from({ length: 120 }, (_, i) => ({
      text: `Question ${i}: ${'what is it, and why? '.repeat(1 + (i % 9))}`,
      outcomes: {
        'acme/good': cell(0.8, 0.002),
        'acme/fair': cell(0.6, 0.0005),
        'acme/poor': cell(0.3, 0.0001),
      },
    })),
  );
  set = benchSet({ folder });
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('evaluations of logs, against the replay of the policy itself', () => {
  let pairs: readonly MeasuredPair[] = [];
  beforeAll(async () => {
    pairs = await steadyCoverage(set, {
      loggers: [UNIFORM],
      repetitions: REPETITIONS,
      seed: 0,
      steps: STEPS,
    });
  }, SLOW_MS);

  it('have intervals that hold as often as they say', () => {
    for (const { target, coverage } of pairs) {
      for (const { reward, estimator, bias, biasError, asymptotic, bernstein } of coverage.rows()) {
        if (reward !== 'quality' || estimator === 'switch-dr') continue;
        const name = `${target} ${estimator}`;
        expect(Math.abs(bias), name).toBeLessThan(4 * biasError);
        // 95 % less three standard errors of forty; the seeds are fixed.
        expect(asymptotic, name).toBeGreaterThan(0.845);
        if (bernstein !== undefined) expect(bernstein, name).toBeGreaterThanOrEqual(0.95);
      }
    }
    expect(pairs.map(({ target }) => target)).toEqual(['fixed', 'uniform', 'by level']);
  });

  it('estimate cost as well, doubly robust with less spread than without the prediction', () => {
    const { coverage, truth } = pairs[0]!;
    const rows = new Map(coverage.rows().map((row) => [`${row.reward} ${row.estimator}`, row]));
    expect(Math.abs(rows.get('costUsd dr')!.bias)).toBeLessThan(0.02 * truth.costUsd);
    expect(rows.get('quality dr')!.asymptoticWidth).toBeLessThan(rows.get('quality ips')!.asymptoticWidth);
  });
});

describe('a seed of the bench', () => {
  const biases = async (seed: number): Promise<number[]> => {
    const spec = { loggers: [UNIFORM], repetitions: 2, seed, steps: 40 };
    return (await steadyCoverage(set, spec)).flatMap(({ coverage }) =>
      coverage.rows().map(({ bias }) => bias),
    );
  };

  it('is the same logs each time, and another seed others', async () => {
    const [first, again, other] = [await biases(5), await biases(5), await biases(6)];
    expect(first.length).toBeGreaterThan(0);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('shares no log with another, and leaves a decision 64 bits', () => {
    expect(logSeeds(0, 3)).toEqual([0, 1, 2]);
    expect(logSeeds(1, 1)[0]).toBeGreaterThan(logSeeds(0, LOGS_MOST).at(-1)!);
    const last = logSeeds(RUN_SEED_MOST, LOGS_MOST).at(-1)!;
    expect(decisionSeed(last, STEPS_MOST - 1)).toBeLessThan(2n ** 64n);
  });
});

describe('a policy on its own money', () => {
  const evaluated = async (budgetUsd: number, bandit: object) => {
    const logging = standingPolicy(set, UNIFORM);
    const prompts = readPrompts(set, logging);
    const store = await loggedRun(set, { policy: logging, prompts, steps: 1_000, seed: 3 });
    const target = standingPolicy(set, { name: 'target', bandit: { ...bandit } }, budgetUsd);
    const { budgets } = await evaluateLog(store, standing(target), { filter: EVERYTHING });
    return budgets[0]!;
  };

  it('keeps to an average where its λ can, and not where nothing follows λ', async () => {
    const fits = await evaluated(0.0006, { policy: 'fixed', fixedModel: 'acme/fair' });
    expect(fits).toMatchObject({ decisions: 1_000, feasible: 'within' });
    const tooDear = await evaluated(0.0006, { policy: 'fixed', fixedModel: 'acme/good' });
    expect(tooDear).toMatchObject({ feasible: 'over' });
    expect(tooDear.boundShare).toBeGreaterThan(0.9);
    expect(estimateOf(tooDear.costUsd, 'dr')!.value).toBeCloseTo(0.002, 4);
  });

  it('spends less than on the λ of a log that had none', async () => {
    const paced = await evaluated(0.0004, { policy: 'beta', segmentBy: [] });
    const free = await evaluated(0.1, { policy: 'beta', segmentBy: [] });
    expect(paced.boundShare).toBeGreaterThan(0.9);
    expect(free.boundShare).toBe(0);
    const cost = (report: typeof paced): number => estimateOf(report.costUsd, 'dr')!.value;
    expect(cost(paced)).toBeLessThan(0.6 * cost(free));
  });
});

describe('a log that nothing follows from', () => {
  const STEPS_LOGGED = 20;
  const logged = async (change: (record: DecisionRecord) => void) => {
    const logging = standingPolicy(set, UNIFORM);
    const prompts = readPrompts(set, logging);
    const { outcomes, decisions } = await loggedRun(set, {
      ...{ policy: logging, prompts, steps: STEPS_LOGGED, seed: 1 },
    });
    const { decisions: changed } = openMemoryStore();
    for await (const { body, ...key } of decisions.range(0, Number.MAX_SAFE_INTEGER)) {
      const record = DecisionRecord.decode(body);
      change(record);
      await changed.append([{ ...key, body: DecisionRecord.encode(record).finish() }]);
    }
    return { store: { outcomes, decisions: changed }, target: standing(logging) };
  };

  it('is refused where decisions have no probability of their choice', async () => {
    const { store, target } = await logged((record) => {
      for (const candidate of record.candidates) candidate.propensityQ16 = 0;
    });
    const log = await evaluateLog(store, target, { filter: EVERYTHING });
    expect(log).toMatchObject({ decisions: 0, withoutPropensity: STEPS_LOGGED });
    expect(nothingToEvaluate(log, EVERYTHING)).toContain(
      `${STEPS_LOGGED} decisions have no probability of their choice`,
    );
  });

  it('is refused where what was asked was not kept, and of another tenant nothing is counted', async () => {
    const { store, target } = await logged((record) => {
      record.question = Buffer.alloc(0);
    });
    const log = await evaluateLog(store, target, { filter: EVERYTHING });
    expect(nothingToEvaluate(log, EVERYTHING)).toContain(`${STEPS_LOGGED} decisions were logged before`);
    const filter = { ...EVERYTHING, tenant: 'another' };
    const other = await evaluateLog(store, target, { filter });
    expect(other.tooOld).toBe(0);
    expect(nothingToEvaluate(other, filter)).toBe(
      'there is no decision to evaluate on: the log has none of tenant "another"',
    );
  });

  it('is refused where more is to be held than is allowed', async () => {
    const { store, target } = await logged(() => undefined);
    const asked = evaluateLog(store, target, { filter: EVERYTHING, maxDecisions: STEPS_LOGGED - 1 });
    await expect(asked).rejects.toThrow(TooManyDecisions);
  });
});
