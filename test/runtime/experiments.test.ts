import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPolicyFolder } from '../../src/config/read-policy-folder.js';
import type { ExperimentEntry } from '../../src/core/experiment/parse-experiments.js';
import { definitionOf } from '../../src/core/experiment/parse-experiments.js';
import type { TenantId } from '../../src/core/ids.js';
import { LearningState } from '../../src/core/learning/learning-state.js';
import type { IssuedDecision } from '../../src/runtime/decider.js';
import { decodeDecision } from '../../src/runtime/decision-codec.js';
import type { RunningExperiment } from '../../src/runtime/experiments/running-experiment.js';
import type { RetentionSettings } from '../../src/runtime/retention.js';
import type { Runtime } from '../../src/runtime/runtime.js';
import { ephemeralTicketKeys } from '../../src/runtime/ticket-keys.js';
import { encodeLearning } from '../../src/store/learning-codec.js';
import { openMemoryStore } from '../../src/store/memory/memory-store.js';
import type { Store } from '../../src/store/ports.js';
import { policyFolder, ruleEntry, writeJson } from '../builders/policy.js';
import { questionOf } from '../builders/question.js';
import { actor, fixedEnvironment, openTestRuntime, type FixedEnvironment } from '../builders/runtime.js';
import { outcomesFrom } from '../contract/collect.js';

const ACME = 'acme' as TenantId;
const KEYS = ephemeralTicketKeys();
const CHANGE = { actor: actor('ops'), reason: 'a test' };
const PERIOD = { usd: 10, every: 'day', timeZone: 'UTC', onExhausted: 'stop' };

const entry: ExperimentEntry = {
  id: 'two',
  unit: 'attribute:user',
  arms: [
    { id: 'control', weight: 0.4 },
    { id: 'other', weight: 0.4, bandit: { weights: { quality: 1, cost: 0, latency: 0 } } },
  ],
  holdout: 0.2,
  metrics: [{ metric: 'quality' }],
  minimumUnits: 30,
};

let store: Store;
let environment: FixedEnvironment;
let folder: string;
let runtime: Runtime;

const open = (snapshotEveryOutcomes = 1_000, retention?: RetentionSettings): Promise<Runtime> =>
  openTestRuntime({
    store,
    keys: KEYS,
    environment,
    policyFolder: folder,
    snapshotEveryOutcomes,
    decisionLog: { maxQueue: 1_000, attributes: [] },
    ...(retention && { retention }),
  });
beforeEach(async () => {
  store = openMemoryStore();
  environment = fixedEnvironment();
  folder = await policyFolder({ budgets: [{ id: 'team', averageUsdPerRequest: 0.001, period: PERIOD }] });
  runtime = await open();
});
afterEach(async () => {
  await runtime.close();
  await rm(folder, { recursive: true });
});

const select = (user: number): IssuedDecision =>
  runtime.decider.select(questionOf({ attributes: { user: `user-${user}` } }), false);

async function work(users: number, from = 0): Promise<IssuedDecision[]> {
  const issued: IssuedDecision[] = [];
  for (let user = from; user < from + users; user++) {
    environment.timeMs += 1_000;
    const decision = select(user);
    issued.push(decision);
    const attempt = {
      attempt: 0,
      status: 'success' as const,
      quality: (user % 10) / 10,
      qualitySource: 'test',
      usage: { inputTokens: 1_000, outputTokens: 100 },
    };
    await runtime.reporter.report(ACME, decision.ticket, [attempt]);
  }
  return issued;
}

const start = (changed: Partial<ExperimentEntry> = {}): Promise<RunningExperiment> => {
  const written = { ...entry, ...changed };
  return runtime.experiments.start({ entry: written, definition: definitionOf(written) }, ACME, CHANGE);
};

describe('an experiment’s arms', () => {
  it('learn from all before the start, and from their own decisions alone after it', async () => {
    await work(20);
    const run = await start();
    await work(60);
    const { halfLives } = runtime.snapshot().policy.bandit;
    for (const [arm, own] of run.learning.entries()) {
      const expected = new LearningState(halfLives);
      const outcomes = await outcomesFrom(store.outcomes, 0);
      outcomes.forEach((outcome, sequence) => {
        const { exposure } = outcome;
        if (sequence < 40 || exposure?.group === arm) expected.fold(outcome, sequence);
        else expected.skipTo(sequence + 1);
      });
      expect(encodeLearning(own)).toEqual(encodeLearning(expected));
      expect(own.sequence).toBe(160);
    }
    expect(runtime.snapshot().learning.sequence).toBe(160);
  });

  it('spend from parts of the budget of their own, at prices of their own', async () => {
    const run = await start();
    const issued = await work(80);
    const accounts = new Set(
      issued.map(({ decision, member }) => `${member!.arm} ${decision.budget!.accountId}`),
    );
    expect([...accounts].sort()).toEqual([
      'control team~1.0/acme',
      'holdout team/acme',
      'other team~1.1/acme',
    ]);
    const limits = run.snapshots!.arms.map(({ policy }) => policy.budgets[0]!.period!.limitNanoUsd);
    const rest = run.snapshots!.others.policy.budgets[0]!.period!.limitNanoUsd;
    // Whole nano-USD, rounded down.
    expect([...limits, rest].map((limit) => Number((limit / 1e9).toFixed(6)))).toEqual([4, 4, 2]);
    expect([...run.learning[0]!.budgets.accounts.keys()]).toEqual(['team~1.0/acme']);
  });

  it.each([
    ['from the log alone', 1_000],
    ['from a snapshot and the log’s tail', 50],
  ])('are after a restart what they were, %s', async (_name, every) => {
    await runtime.close();
    runtime = await open(every);
    await work(10);
    const run = await start();
    await work(90);
    const before = run.learning.map(encodeLearning);
    const { sums } = run.state.groups[1]!;
    const units = run.state.units.content().positions;
    // No close: whatever was not snapshotted is read from the log.
    const crashed = runtime;
    runtime = await open();
    const again = runtime.experiments.run('two', ACME);
    expect(again.learning.map(encodeLearning)).toEqual(before);
    expect(again.state.groups[1]!.sums).toEqual(sums);
    expect(again.state.units.content().positions).toEqual(units);
    expect(again.state.rhoSquared).toEqual(run.state.rhoSquared);
    expect(again.state.largestLogEvidence).toBe(run.state.largestLogEvidence);
    for (let user = 0; user < 20; user++)
      expect(select(user).member).toEqual(
        crashed.decider.select(questionOf({ attributes: { user: `user-${user}` } }), false).member,
      );
  });

  it('keep what they came to when retention lets go of the outcomes, over a crash', async () => {
    const run = await start();
    await work(60);
    const before = run.learning.map(encodeLearning);
    const { sums } = run.state.groups[1]!;
    await runtime.close();
    runtime = await open(1_000, { outcomeKeepMs: 1, everyMs: 20 });
    environment.timeMs += 30 * 86_400_000;
    await expect.poll(() => store.outcomes.base(), { timeout: 30_000 }).toBe(120);
    expect(await outcomesFrom(store.outcomes, 0)).toEqual([]);
    // No close: a restart finds the base and what the experiment kept before the removal.
    const crashed = runtime;
    runtime = await open();
    const again = runtime.experiments.run('two', ACME);
    expect(again.learning.map(encodeLearning)).toEqual(before);
    expect(again.state.groups[1]!.sums).toEqual(sums);
    await crashed.close();
  });

  it('are made anew where the policy’s half-lives change under them', async () => {
    await work(10);
    const run = await start();
    await work(40);
    const { halfLifeHours, ...rest } = runtime.snapshot().policy.settingsJson.bandit as {
      halfLifeHours: object;
    };
    await writeJson(folder, 'bandit.json', { ...rest, halfLifeHours: { ...halfLifeHours, quality: 24 } });
    expect(await runtime.policies.reload()).toEqual([]);
    await work(10, 1_000);
    expect(run.learning.map(({ sequence }) => sequence)).toEqual([120, 120]);
    expect(run.learning[0]!.version).toBe(runtime.snapshot().learning.version);
  });

  it('are told in the decision log', async () => {
    await start();
    const [issued] = await work(1);
    await runtime.decisionLog!.flush();
    for await (const logged of store.decisions.range(0, Number.MAX_SAFE_INTEGER)) {
      const { exposure } = decodeDecision(logged)!;
      expect(exposure).toMatchObject({ experiment: 1, phase: 0 });
      expect(['control', 'other', 'holdout'][exposure!.group]).toBe(issued!.member!.arm);
    }
  });

  it('may be a kept policy version, whose files are kept with the experiment', async () => {
    const first = runtime.snapshot().policy.version;
    const { bandit } = runtime.snapshot().policy.settingsJson;
    await writeJson(folder, 'bandit.json', { ...(bandit as object), policy: 'greedy' });
    expect(await runtime.policies.reload()).toEqual([]);
    const arms = [
      { id: 'control', weight: 0.5 },
      { id: 'before', weight: 0.5, policyVersion: first.slice(0, 10) },
    ];
    await start({ arms, holdout: 0 });
    const check = async (): Promise<void> => {
      for (const { member, policyVersion } of await work(20))
        expect(policyVersion === first).toBe(member!.arm === 'before');
    };
    await check();
    await runtime.close();
    runtime = await open();
    await check();
    await runtime.experiments.stop('two', ACME, undefined, CHANGE);
    await expect(
      start({
        id: 'three',
        arms: [arms[0]!, { ...arms[1]!, policyVersion: 'ffffffffff' }],
        holdout: 0,
        useCases: ['x'],
      }),
    ).rejects.toMatchObject({ code: 'UNKNOWN_POLICY' });
  });

  it('are what Explain decides by and names, but where each request is drawn by itself', async () => {
    const arms = [
      { id: 'control', weight: 0.5 },
      { id: 'large', weight: 0.5, model: 'acme/large' },
    ];
    await start({ arms, holdout: 0 });
    const explain = (user: number) =>
      runtime.decider.explain(questionOf({ attributes: { user: `user-${user}` } }));
    const seen = new Set<string>();
    for (let user = 0; user < 20; user++) {
      const { member, deliberation } = explain(user);
      expect(member).toEqual(select(user).member);
      const large = deliberation.candidates.find(({ arm }) => arm.model.id === 'acme/large');
      expect(large!.propensityQ16 === 65_536).toBe(member!.arm === 'large');
      seen.add(member!.arm);
    }
    expect(seen.size).toBe(2);
    await runtime.experiments.stop('two', ACME, undefined, CHANGE);
    await start({ id: 'by-request', unit: 'request', arms, holdout: 0 });
    expect(explain(1).member).toBeUndefined();
  });

  it('that refuse a request say why by their own policy', async () => {
    const [base] = [runtime.snapshot().policy.version];
    await writeJson(folder, 'rules/test.json', {
      rules: [ruleEntry('closed', 'exclude', { models: ['*'], reason: 'closed here' })],
    });
    const closed = (await readPolicyFolder(folder)).version;
    expect(await runtime.policies.reload()).toEqual([]);
    await runtime.policies.activate(base, CHANGE);
    const arms = [
      { id: 'control', weight: 0.5 },
      { id: 'closed', weight: 0.5, policyVersion: closed },
    ];
    await start({ arms, holdout: 0 });
    let refusals = 0;
    for (let user = 0; user < 20; user++) {
      if (
        runtime.decider.explain(questionOf({ attributes: { user: `user-${user}` } })).member!.arm ===
        'control'
      )
        select(user);
      else {
        expect(() => select(user)).toThrow(/rule:closed \(closed here\)/);
        refusals += 1;
      }
    }
    expect(refusals).toBeGreaterThan(0);
  });

  it('that are pinned to a model decide as usual where it is no candidate, and count all the same', async () => {
    const arms = [
      { id: 'control', weight: 0.5 },
      { id: 'large', weight: 0.5, model: 'acme/large' },
    ];
    await start({ arms, holdout: 0 });
    const ask = (user: number, regions: readonly string[]) =>
      runtime.decider.select(
        questionOf({
          attributes: { user: `user-${user}` },
          requirements: { ...questionOf().requirements, regions },
        }),
        false,
      );
    for (let user = 0; user < 20; user++) {
      const free = ask(user, []);
      if (free.member!.arm === 'large') {
        expect(free.decision.chain[0]!.model.id).toBe('acme/large');
        expect(free.decision.chain[0]!.propensityQ16).toBe(65_536);
        const elsewhere = ask(user, ['eu']);
        expect(elsewhere.member!.arm).toBe('large');
        expect(elsewhere.decision.chain[0]!.model.id).toBe('borealis/eu');
      }
    }
  });
});
