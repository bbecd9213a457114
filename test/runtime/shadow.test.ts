import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readPolicyFolder } from '../../src/config/read-policy-folder.js';
import type { PolicySource } from '../../src/config/policy-files.js';
import type { TenantId, UseCase } from '../../src/core/ids.js';
import type { TallyReport } from '../../src/core/comparison/tally.js';
import type { AttemptReport } from '../../src/core/outcome/normalize.js';
import type { Question } from '../../src/core/selection/question.js';
import type { Runtime } from '../../src/runtime/runtime.js';
import type { OpenShadow, ShadowPort, ToShadow } from '../../src/runtime/shadow/shadow-messages.js';
import { openMemoryStore } from '../../src/store/memory/memory-store.js';
import type { Store } from '../../src/store/ports.js';
import { START_MS } from '../builders/learning.js';
import type { ModelId } from '../../src/core/registry/model.js';
import {
  BANDIT,
  FOUR_MODELS,
  modelEntry,
  ofModel,
  ofUseCase,
  policyFolder,
  ruleEntry,
  writeJson,
  type PolicyParts,
} from '../builders/policy.js';
import { questionOf } from '../builders/question.js';
import { actor, fixedEnvironment, openTestRuntime } from '../builders/runtime.js';
import { shadowInProcess } from '../builders/shadow.js';

const ACME = 'acme' as TenantId;
const ANN = { actor: actor('ann'), reason: 'a try' };
const GOOD: AttemptReport = {
  attempt: 0,
  status: 'success',
  quality: 0.9,
  qualitySource: 'test',
  latencyMs: 700,
  usage: { inputTokens: 1000, outputTokens: 200 },
};

const folders: string[] = [];
let store: Store;
let runtime: Runtime;

async function folderOf(parts: PolicyParts): Promise<string> {
  const folder = await policyFolder(parts);
  folders.push(folder);
  return folder;
}

const sourcesOf = async (parts: PolicyParts): Promise<readonly PolicySource[]> =>
  (await readPolicyFolder(await folderOf(parts))).sources;

async function open(parts: PolicyParts = {}, openShadow: OpenShadow = shadowInProcess): Promise<void> {
  runtime = await openTestRuntime({ store, policyFolder: await folderOf(parts), openShadow });
}

beforeEach(() => (store = openMemoryStore()));
afterEach(async () => {
  await runtime.close();
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

const live = () => vi.waitFor(() => expect(runtime.shadow.view?.phase).toBe('live'));
const select = (changes: Partial<Question> = {}) => runtime.decider.select(questionOf(changes), false);
const learn = async (times: number): Promise<void> => {
  for (let i = 0; i < times; i++) await runtime.reporter.report(ACME, select().ticket, [GOOD]);
};
const reported = async (tenant = ACME): Promise<TallyReport> => (await runtime.shadow.report(tenant))!;
const noLarge = [ruleEntry('no-large', 'exclude', { reason: 'dear' }, { conditions: ofModel('acme/large') })];

describe('a shadow', () => {
  it('agrees with the policy in force where it is the same, whatever is learned meanwhile', async () => {
    const linear = { bandit: { ...BANDIT, policy: 'linear', linear: { ...BANDIT.linear, hashedWords: 8 } } };
    await open(linear);
    await learn(20);
    await runtime.shadow.start(await sourcesOf(linear), 1, ANN);
    await live();
    await learn(40);
    const { rows, disagreements } = await reported();
    expect(rows).toMatchObject([{ useCase: 'chat', requests: 40, differences: { none: 40 } }]);
    expect(rows[0]!.changedShare).toBeLessThan(1e-9);
    expect(disagreements).toEqual([]);
  });

  it('counts what it would do otherwise, by tenant, and says why', async () => {
    await open();
    await runtime.shadow.start(await sourcesOf({ rules: noLarge }), 1, ANN);
    await live();
    const { decisionId } = select();
    select({ tenant: 'other' as TenantId });
    const { rows, losses, disagreements } = await reported();
    expect(rows).toMatchObject([{ tenant: ACME, requests: 1, differences: { candidates: 1 } }]);
    expect(losses).toEqual([{ cause: 'rule no-large', requests: 1, arms: 1 }]);
    expect(disagreements).toMatchObject([
      { decisionId, difference: 'candidates', losses: ['rule no-large'] },
    ]);
    expect(runtime.shadow.counts).toMatchObject({ candidates: 2, none: 0, skipped: 0 });
  });

  it('sees refusals of either side', async () => {
    const closed = (useCase: string) => [
      ruleEntry('closed', 'reject', { reason: 'closed' }, { conditions: ofUseCase(useCase) }),
    ];
    await open({ rules: closed('old') });
    await runtime.shadow.start(await sourcesOf({ rules: closed('new') }), 1, ANN);
    await live();
    expect(() => select({ useCase: 'old' as UseCase })).toThrow('closed');
    select({ useCase: 'new' as UseCase });
    const { rows } = await reported();
    expect(rows).toMatchObject([
      { useCase: 'new', differences: { refused: 1 } },
      { useCase: 'old', differences: { admitted: 1 } },
    ]);
  });

  it('learns by its own settings what was learned before it', async () => {
    await open();
    await learn(30);
    const bandit = { ...BANDIT, halfLifeHours: { ...BANDIT.halfLifeHours, quality: 100 } };
    await runtime.shadow.start(await sourcesOf({ bandit }), 1, ANN);
    await live();
    select();
    const { rows } = await reported();
    expect(rows).toMatchObject([{ requests: 1, answered: 1 }]);
    expect(rows[0]!.qualityAfter).toBeGreaterThan(0.85);
    expect(rows[0]!.qualityAfter).toBeCloseTo(rows[0]!.qualityBefore, 6);
  });

  it('reads texts where its contexts are others, and sees none where they are not', async () => {
    const linear = (hashedWords: number) => ({
      bandit: { ...BANDIT, policy: 'linear', linear: { ...BANDIT.linear, hashedWords } },
    });
    const crossed: ToShadow[] = [];
    const spied: OpenShadow = (origin, listener) => {
      const port = shadowInProcess(origin, listener);
      return { ...port, post: (message) => (crossed.push(message), port.post(message)) };
    };
    await open(linear(8), spied);
    const input = { ...questionOf().input, messages: [{ role: 'user' as const, text: 'Which river?' }] };
    for (const [words, crosses] of [
      [8, false],
      [16, true],
    ] as const) {
      crossed.length = 0;
      await runtime.shadow.start(await sourcesOf(linear(words)), 1, ANN);
      await live();
      select({ input });
      expect((await reported()).rows).toMatchObject([{ requests: 1, answered: 1 }]);
      expect(JSON.stringify(crossed).includes('Which river?')).toBe(crosses);
    }
  });

  it('sees a model that is tried again as the decision saw it, not as the decision left it', async () => {
    const environment = fixedEnvironment();
    const parts = { models: [modelEntry('acme/one')] };
    const policyFolder = await folderOf(parts);
    runtime = await openTestRuntime({ store, policyFolder, environment });
    await runtime.shadow.start(await sourcesOf(parts), 1, ANN);
    await live();
    const refused: AttemptReport = {
      attempt: 0,
      status: 'rate_limited',
      retryAfterMs: 1_000,
      qualitySource: '',
    };
    await runtime.reporter.report(ACME, select().ticket, [refused]);
    environment.timeMs += 120_000;
    let probes = 0;
    try {
      // Each takes one of the places for probes, and the last leaves none.
      for (; probes < 100; probes++) expect(select().decision.chain[0]!.isProbe).toBe(true);
    } catch (error) {
      expect(error).toMatchObject({ code: 'MODELS_UNAVAILABLE' });
    }
    expect(probes).toBeGreaterThan(0);
    const { rows } = await reported();
    expect(rows).toMatchObject([{ differences: { none: probes + 2, refused: 0 } }]);
  });

  it('runs again after a restart, with nothing counted; stopped, it does not', async () => {
    await open();
    await runtime.shadow.start(await sourcesOf({ rules: noLarge }), 0.25, ANN);
    await live();
    const { version } = runtime.shadow.view!;
    select();
    const restart = async (): Promise<void> => {
      await runtime.close();
      await open();
    };
    await restart();
    await live();
    expect(runtime.shadow.view).toMatchObject({
      version,
      fraction: 0.25,
      reason: 'a try',
      startedBy: ANN.actor,
    });
    expect((await reported()).rows).toEqual([]);
    await runtime.shadow.stop(ANN);
    expect(runtime.shadow.view).toBeUndefined();
    await restart();
    expect(runtime.shadow.view).toBeUndefined();
    await expect(runtime.shadow.stop(ANN)).rejects.toMatchObject({ code: 'NO_SHADOW' });
    const { entries } = await runtime.audit.page({ tenant: ACME }, { limit: 10 });
    expect(entries.map(({ action, target }) => [action, target]).slice(-5)).toEqual(
      expect.arrayContaining([
        ['shadow stopped', version],
        ['shadow started', version],
      ]),
    );
  });

  it('refuses a faulty candidate with every fault, and the one that runs goes on', async () => {
    await open();
    await runtime.shadow.start(await sourcesOf({ rules: noLarge }), 1, ANN);
    await live();
    const { version } = runtime.shadow.view!;
    const faulty = (await sourcesOf({})).map((source) =>
      source.file === 'bandit.json' ? { ...source, bytes: Buffer.from('{') } : source,
    );
    await expect(runtime.shadow.start(faulty, 1, ANN)).rejects.toMatchObject({ code: 'POLICY_REFUSED' });
    expect(runtime.shadow.view).toMatchObject({ version, phase: 'live' });
  });

  it('begins to count anew when another policy is in force', async () => {
    await open();
    await runtime.shadow.start(await sourcesOf({ rules: noLarge }), 1, ANN);
    await live();
    select();
    expect((await reported()).rows).toHaveLength(1);
    await writeJson(folders[0]!, 'rules/test.json', { rules: noLarge });
    await runtime.policies.reload();
    expect((await reported()).rows).toEqual([]);
    expect(runtime.shadow.view).toMatchObject({ activeVersion: runtime.policies.policy.version });
    select();
    expect((await reported()).rows).toMatchObject([{ requests: 1, differences: { none: 1 } }]);
  });

  it('passes requests over where it cannot follow, and lets decisions go on where it fails', async () => {
    let crash: (error: unknown) => void = () => undefined;
    const deaf: OpenShadow = (_origin, { message, failed }): ShadowPort => {
      crash = failed;
      setImmediate(() => message({ kind: 'ready', sequence: 0 }));
      return { post: () => undefined, close: () => Promise.resolve() };
    };
    await open({}, deaf);
    await runtime.shadow.start(await sourcesOf({}), 1, ANN);
    await live();
    for (let i = 0; i < 1_100; i++) select();
    expect(runtime.shadow.view).toMatchObject({ phase: 'live', skipped: 100 });
    const report = runtime.shadow.report(ACME);
    crash(new Error('out of memory'));
    await expect(report).rejects.toMatchObject({ code: 'SHADOW_UNAVAILABLE' });
    expect(runtime.shadow.view).toMatchObject({ phase: 'failed', failure: 'out of memory' });
    expect(select().decision.candidates).toHaveLength(4);
  });

  it('fails, and says so, where a model that was made since takes a name of the candidate', async () => {
    await open();
    const models = [...FOUR_MODELS, modelEntry('dune/new')];
    await runtime.shadow.start(await sourcesOf({ models }), 1, ANN);
    await live();
    const { model } = runtime.registry.registry.byId('acme/small' as ModelId)!;
    const made = { ...model, id: 'dune/new' as ModelId, provider: 'dune' };
    await runtime.registry.create(made, { validateOnly: false, nowMs: START_MS, actor: ANN.actor });
    await vi.waitFor(() => expect(runtime.shadow.view?.phase).toBe('failed'));
    expect(runtime.shadow.view!.failure).toContain('dune/new');
    expect(select().decision.candidates).toHaveLength(5);
    expect(await runtime.shadow.report(ACME)).toBeUndefined();
  });
});
