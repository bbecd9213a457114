import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PolicyFolder } from '../../src/config/policy-files.js';
import { readPolicyFolder } from '../../src/config/read-policy-folder.js';
import type { TenantId } from '../../src/core/ids.js';
import {
  gateOf,
  isRunning,
  statusOf,
  type PromotionState,
} from '../../src/core/promotion/promotion-state.js';
import { DEFAULT_PROMOTION, type PromotionSettings } from '../../src/core/promotion/settings.js';
import type { Runtime } from '../../src/runtime/runtime.js';
import { ephemeralTicketKeys } from '../../src/runtime/ticket-keys.js';
import { openMemoryStore } from '../../src/store/memory/memory-store.js';
import type { Store } from '../../src/store/ports.js';
import { StoreError } from '../../src/store/store-error.js';
import { FOUR_MODELS, modelEntry, policyFolder, type PolicyParts } from '../builders/policy.js';
import { questionOf } from '../builders/question.js';
import { actor, fixedEnvironment, openTestRuntime, type FixedEnvironment } from '../builders/runtime.js';

const ACME = 'acme' as TenantId;
const KEYS = ephemeralTicketKeys();
const ANN = actor('ann');
const LONG = 120_000;

const SETTINGS: PromotionSettings = {
  ...DEFAULT_PROMOTION,
  shadow: { ...DEFAULT_PROMOTION.shadow, decisions: 20, maxDecideMs: 60_000 },
  canary: {
    ...DEFAULT_PROMOTION.canary,
    shares: [0.25, 0.5],
    unit: 'attribute:user',
    minimumUnits: 30,
    minimumHours: 0,
    guardrails: [{ metric: 'quality', worseBy: 0.3, relative: false }],
  },
};

const folders: string[] = [];
let store: Store;
let environment: FixedEnvironment;
let runtime: Runtime;
let base: string;
let users = 0;

async function folderOf(parts: PolicyParts): Promise<string> {
  const folder = await policyFolder(parts);
  folders.push(folder);
  return folder;
}

const candidateOf = async (parts: PolicyParts): Promise<PolicyFolder> =>
  readPolicyFolder(await folderOf(parts));
const another = (): Promise<PolicyFolder> => candidateOf({ bandit: { poolingStrength: 9 } });

async function open(of: Store = store): Promise<void> {
  runtime = await openTestRuntime({
    store: of,
    keys: KEYS,
    environment,
    policyFolder: base,
    decisionLog: { maxQueue: 10_000, attributes: [] },
  });
}

beforeEach(async () => {
  store = openMemoryStore();
  environment = fixedEnvironment();
  base = await folderOf({});
  users = 0;
  await open();
});
afterEach(async () => {
  await runtime.close();
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

async function work(times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    environment.timeMs += 1_000;
    const user = users++;
    const { ticket } = runtime.decider.select(questionOf({ attributes: { user: `user-${user}` } }), false);
    const attempt = {
      attempt: 0,
      status: 'success' as const,
      quality: 0.8 + (user % 5) / 50,
      qualitySource: 'test',
      usage: { inputTokens: 1_000, outputTokens: 100 },
    };
    await runtime.reporter.report(ACME, ticket, [attempt]);
  }
}

const begin = async (
  changes: { candidate?: PolicyFolder; settings?: PromotionSettings; isRehearsal?: boolean } = {},
) =>
  runtime.promotions.begin({
    candidate: changes.candidate ?? (await another()),
    settings: SETTINGS,
    isRehearsal: false,
    actor: ANN,
    reason: 'a test',
    ...changes,
  });

/** Requests come, and the promotion goes on, until something holds of it. */
const until = (holds: (state: PromotionState) => boolean): Promise<PromotionState> =>
  vi.waitFor(
    async () => {
      await work(10);
      await runtime.promotions.step();
      const state = runtime.promotions.promotion();
      expect(holds(state), `${gateOf(state).gate}: ${gateOf(state).findings.join('; ')}`).toBe(true);
      return state;
    },
    { timeout: 60_000, interval: 5 },
  );
const atGate = (gate: string) => until((state) => gateOf(state).gate === gate);
const ended = () => until((state) => !isRunning(state));

function expectNothingLeft(): void {
  expect(runtime.shadow.view).toBeUndefined();
  expect(runtime.experiments.all.filter((run) => run.isRunning)).toEqual([]);
}

describe('a promotion', () => {
  it(
    'goes on where it stood after a restart at each of its gates',
    async () => {
      await work(50);
      const candidate = await another();
      await begin({ candidate });
      for (const gate of ['replay', 'shadow', 'canary']) {
        await atGate(gate);
        await runtime.close();
        await open();
        expect(gateOf(runtime.promotions.promotion()).gate).toBe(gate);
      }
      const end = await ended();
      expect([statusOf(end), runtime.snapshot().policy.version]).toEqual(['full', candidate.version]);
      expectNothingLeft();
      await runtime.close();
      await open();
      expect(runtime.snapshot().policy.version).toBe(candidate.version);
      expect(runtime.promotions.promotion()).toEqual(end);
    },
    LONG,
  );

  it(
    'comes to the same end wherever a write fails and the process with it',
    async () => {
      for (let written = 0; ; written++) {
        await runtime.close();
        store = openMemoryStore();
        environment = fixedEnvironment();
        const failing = new FailingWrites(store);
        await open(failing.store);
        await work(30);
        const candidate = await another();
        failing.failAfter(written);
        await begin({ candidate }).catch(() => undefined);
        await vi.waitFor(
          async () => {
            if (!failing.hasFailed) await work(10);
            await runtime.promotions.step().catch(() => undefined);
            const { all } = runtime.promotions;
            expect(failing.hasFailed || (all.length === 1 && !isRunning(all[0]!))).toBe(true);
          },
          { timeout: 60_000, interval: 5 },
        );
        if (!failing.hasFailed) {
          expect(statusOf(runtime.promotions.promotion())).toBe('full');
          expect(written).toBeGreaterThan(10);
          return;
        }
        await runtime.close().catch(() => undefined);
        await open();
        // A start that was not written was not answered either.
        if (runtime.promotions.all.length === 0) await begin({ candidate });
        const end = await ended();
        expect([statusOf(end), written]).toEqual(['full', written]);
        expect(runtime.snapshot().policy.version).toBe(candidate.version);
        expectNothingLeft();
      }
    },
    LONG,
  );

  it(
    'that is aborted in its canary takes everything back at once, and cannot be aborted twice',
    async () => {
      const version = runtime.snapshot().policy.version;
      await work(20);
      await begin({ settings: { ...SETTINGS, canary: { ...SETTINGS.canary, minimumUnits: 100_000 } } });
      await atGate('canary');
      const end = await runtime.promotions.abort(undefined, ANN, 'enough');
      expect([statusOf(end), end.end!.reason, end.end!.by]).toEqual(['aborted', 'enough', ANN]);
      expect(gateOf(end).findings[0]).toMatch(/^25\.0 % of requests/);
      expectNothingLeft();
      expect(runtime.snapshot().policy.version).toBe(version);
      await expect(runtime.promotions.abort(1, ANN, '')).rejects.toMatchObject({
        code: 'PROMOTION_ENDED',
        message: expect.stringMatching(/^promotion 1 ended at .* already: aborted$/) as string,
      });
      await expect(runtime.promotions.abort(7, ANN, '')).rejects.toMatchObject({ code: 'UNKNOWN_PROMOTION' });
    },
    LONG,
  );

  it(
    'is overtaken by a policy that takes hold meanwhile, which is named',
    async () => {
      await begin();
      await atGate('shadow');
      const other = await candidateOf({ bandit: { poolingStrength: 3 } });
      await runtime.policies.promote(other, { actor: actor('bob'), reason: 'an incident' });
      await runtime.promotions.step();
      const state = runtime.promotions.promotion();
      expect([statusOf(state), state.end!.reason]).toEqual([
        'overtaken',
        `${other.version.slice(0, 12)} was taken in force meanwhile, by bob`,
      ]);
      expectNothingLeft();
    },
    LONG,
  );

  it('is refused with what stands in its way, and that is kept', async () => {
    const base = runtime.snapshot().policy.version;
    const same = await runtime.policies.folder(base);
    await expect(begin({ candidate: same })).rejects.toMatchObject({ code: 'PROMOTION_REFUSED' });
    const faulty = await candidateOf({ bandit: { poolingStrength: 'much' } });
    expect(statusOf(await begin({ candidate: faulty }))).toBe('refused');
    expect(gateOf(runtime.promotions.promotion()).findings.join()).toMatch(/bandit\.json poolingStrength/);
    const newcomer = await candidateOf({ models: [...FOUR_MODELS, modelEntry('dione/new')] });
    expect((await begin({ candidate: newcomer })).end!.reason).toMatch(
      /names dione\/new, which the policy in force/,
    );
    await runtime.shadow.start((await another()).sources, 1, { actor: ANN, reason: '' });
    expect((await begin()).end!.reason).toMatch(/runs as the shadow: stop it first/);
    await runtime.shadow.stop({ actor: ANN, reason: '' });
    await begin();
    await expect(begin()).rejects.toMatchObject({
      code: 'PROMOTION_RUNNING',
      message: expect.stringMatching(/^promotion 4 of [0-9a-f]{12} is at its /) as string,
    });
    expect(runtime.promotions.all.map(({ number }) => number)).toEqual([4, 3, 2, 1]);
  });

  it('that is a rehearsal asks the log alone', async () => {
    await work(30);
    await begin({ isRehearsal: true });
    const end = await ended();
    expect(statusOf(end)).toBe('rehearsed');
    expect(end.gates.map(({ gate }) => gate)).toEqual(['check', 'replay', 'evaluation']);
    expect(end.gates[1]!.figures['requests']).toBeGreaterThanOrEqual(30);
    const { entries } = await runtime.audit.page({ tenant: 'acme' }, { limit: 50 });
    expect(entries.filter(({ action }) => /^(shadow|experiment)/.test(action))).toEqual([]);
  });
});

/** A store whose changes of documents fail from some point on, as that of a process that is about to end. */
class FailingWrites {
  readonly store: Store;
  hasFailed = false;
  private left = Infinity;

  constructor(real: Store) {
    const documents = new Proxy(real.documents, {
      get: (target, name, receiver) => {
        const value = Reflect.get(target, name, receiver) as unknown;
        if (typeof value !== 'function') return value;
        const method = value.bind(target) as (...given: unknown[]) => unknown;
        return name === 'commit' ? (...given: unknown[]) => this.write(() => method(...given)) : method;
      },
    });
    this.store = new Proxy(real, {
      get: (target, name, receiver) => {
        if (name === 'documents') return documents;
        const value = Reflect.get(target, name, receiver) as unknown;
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }

  failAfter(writes: number): void {
    this.left = writes;
  }

  private write(commit: () => unknown): unknown {
    if (this.left > 0) {
      this.left -= 1;
      return commit();
    }
    this.hasFailed = true;
    return Promise.reject(new StoreError('STORE_IO', 'a test'));
  }
}
