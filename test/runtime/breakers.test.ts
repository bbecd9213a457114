import { rm } from 'node:fs/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SextantError } from '../../src/core/errors.js';
import type { DecisionId, TenantId } from '../../src/core/ids.js';
import type { AttemptReport } from '../../src/core/outcome/normalize.js';
import type { OutcomeStatus } from '../../src/core/outcome/outcome.js';
import type { ModelId } from '../../src/core/registry/model.js';
import type { IssuedDecision } from '../../src/runtime/decider.js';
import type { Runtime } from '../../src/runtime/runtime.js';
import { ephemeralTicketKeys } from '../../src/runtime/ticket-keys.js';
import { openMemoryStore } from '../../src/store/memory/memory-store.js';
import type { Store } from '../../src/store/ports.js';
import { modelEntry, policyFolder, writeJson } from '../builders/policy.js';
import { questionOf } from '../builders/question.js';
import { fixedEnvironment, openTestRuntime, type FixedEnvironment } from '../builders/runtime.js';

const A = 'acme/a' as ModelId;
const B = 'borealis/b' as ModelId;
const KEYS = ephemeralTicketKeys();
const FIRST_MS = 10_000;
const SETTINGS = { open: { firstSeconds: FIRST_MS / 1000, jitter: 0 } };

let folder: string;
let store: Store;
let environment: FixedEnvironment;
let runtime: Runtime;
let lines: Record<string, unknown>[];

/** UUIDv7s of the environment's time, as the system's are. */
function uuidsOf(clock: FixedEnvironment): () => DecisionId {
  let ids = 0;
  return () => {
    const time = clock.timeMs.toString(16).padStart(12, '0');
    const tail = (ids++).toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${tail}` as DecisionId;
  };
}

const open = (): Promise<Runtime> => {
  const logger = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line) as never) });
  return openTestRuntime({ store, keys: KEYS, environment, policyFolder: folder, logger });
};

beforeEach(async () => {
  folder = await policyFolder({ models: [modelEntry(A), modelEntry(B)], bandit: { policy: 'uniform' } });
  await writeJson(folder, 'availability.json', SETTINGS);
  store = openMemoryStore();
  environment = fixedEnvironment();
  environment.newDecisionId = uuidsOf(environment);
  lines = [];
  runtime = await open();
});
afterEach(async () => {
  await runtime.close();
  await rm(folder, { recursive: true });
});

const select = (models?: string[]): IssuedDecision => {
  const requirements = { allOf: [], anyOf: [], noneOf: [], ...(models && { providers: models }) };
  return runtime.decider.select(questionOf({ requirements }), false);
};

/** Selects until a model is chosen. */
function selectFor(model: ModelId): IssuedDecision {
  for (let i = 0; i < 500; i++) {
    const issued = select([model.split('/')[0]!]);
    if (issued.decision.chain[0]!.model.id === model) return issued;
  }
  throw new Error(`${model} was never chosen`);
}

const report = (
  { ticket }: IssuedDecision,
  status: OutcomeStatus,
  changes: Partial<AttemptReport> = {},
  tenant = 'acme',
) =>
  runtime.reporter.report(tenant as TenantId, ticket, [
    { attempt: 0, status, qualitySource: '', ...changes },
  ]);

async function fail(model: ModelId, status: OutcomeStatus = 'server_error'): Promise<void> {
  const decisions = Array.from({ length: 5 }, () => selectFor(model));
  for (const decision of decisions) await report(decision, status);
}

const choices = (tenant = 'acme'): ReadonlySet<string> => {
  const question = questionOf({ tenant: tenant as TenantId });
  const decisions = Array.from({ length: 40 }, () => runtime.decider.select(question, false).decision);
  return new Set(decisions.map(({ chain }) => chain[0]!.model.id));
};
const stateOf = (model: ModelId) => runtime.breakers.view(model)?.state;
const refusalOf = (call: () => unknown): SextantError => {
  try {
    call();
  } catch (error) {
    if (error instanceof SextantError) return error;
  }
  throw new Error('it was not refused');
};

describe('a model that fails', () => {
  it('is left, for every tenant, and comes back by its probes', async () => {
    expect(choices()).toEqual(new Set([A, B]));
    await fail(A);
    expect(stateOf(A)).toBe('open');
    expect(choices()).toEqual(new Set([B]));
    expect(choices('another')).toEqual(new Set([B]));

    environment.timeMs += FIRST_MS;
    const probes = [selectFor(A), selectFor(A)];
    expect(probes.every(({ decision }) => decision.chain[0]!.isProbe)).toBe(true);
    expect(runtime.breakers.view(A)).toMatchObject({ state: 'half_open', probesInFlight: 2 });
    expect(choices()).toEqual(new Set([B]));
    for (const probe of probes) await report(probe, 'success');
    expect(stateOf(A)).toBe('closed');
    expect(choices()).toEqual(new Set([A, B]));
    expect(select().decision.chain.some(({ isProbe }) => isProbe)).toBe(false);
  });

  it('says so in the log once for each change, and counts them', async () => {
    await fail(A);
    environment.timeMs += FIRST_MS + 1;
    for (let i = 0; i < 3; i++) runtime.decider.explain(questionOf());
    for (const probe of [selectFor(A), selectFor(A)]) await report(probe, 'success');
    const changes = lines.filter(({ msg }) => String(msg).startsWith('breaker '));
    expect(changes.map(({ msg, model }) => [msg, model])).toEqual([
      ['breaker opened', A],
      ['breaker half-open', A],
      ['breaker closed', A],
    ]);
    expect(changes[0]).toMatchObject({ level: 40, reason: '5 failures in a row, the last server_error' });
    expect(runtime.breakers.transitions()).toEqual([
      { model: A, state: 'open', count: 1 },
      { model: A, state: 'half_open', count: 1 },
      { model: A, state: 'closed', count: 1 },
    ]);
  });

  it('is not probed by an explanation', async () => {
    await fail(A);
    environment.timeMs += FIRST_MS;
    const { candidates } = runtime.decider.explain(questionOf()).deliberation;
    expect(candidates.find(({ model }) => model.id === A)!.isProbe).toBe(true);
    expect(runtime.breakers.view(A)!.probesInFlight).toBe(0);
  });

  it('frees a probe that is never reported', async () => {
    await fail(A);
    environment.timeMs += FIRST_MS;
    selectFor(A);
    selectFor(A);
    expect(choices()).toEqual(new Set([B]));
    environment.timeMs += 60_000;
    expect(selectFor(A).decision.chain[0]!.isProbe).toBe(true);
  });
});

describe('what casts doubt on a provider', () => {
  it('is a model that fails, from its second failure on, until it is well or the failures are old', async () => {
    const failing = () => [...runtime.breakers.availability(environment.timeMs).failing];
    const decisions = Array.from({ length: 4 }, () => selectFor(A));
    await report(decisions[0]!, 'timeout');
    expect(failing()).toEqual([]);
    await report(decisions[1]!, 'timeout');
    expect(failing()).toEqual([A]);
    expect(choices()).toEqual(new Set([A, B]));
    environment.timeMs += 61_000;
    expect(failing()).toEqual([]);
    await report(decisions[2]!, 'timeout');
    expect(failing()).toEqual([A]);
    await report(decisions[3]!, 'success');
    environment.timeMs += 1;
    await report(selectFor(A), 'success');
    expect(failing()).toEqual([]);
  });
});

describe('a lone model', () => {
  it('that refuses is unavailable until the provider’s time is over', async () => {
    await report(selectFor(A), 'rate_limited', { retryAfterMs: 45_000 });
    const error = refusalOf(() => select(['acme']));
    const until = new Date(environment.timeMs + 45_000).toISOString();
    expect(error).toMatchObject({ code: 'MODELS_UNAVAILABLE', details: { retryAfterMs: 45_000 } });
    expect(error.message).toBe(
      `no model can be asked before ${until}: all that could take this request (1) failed and are left alone`,
    );
    // Before what other filters removed, since long details are cut at their end.
    expect(error.details.obstacles![0]).toEqual({
      kind: 'availability',
      subject: A,
      reason: `is open until ${until}: the provider refused with rate_limited and asked to wait 45 s`,
    });
    environment.timeMs += 45_000;
    expect(select(['acme']).decision.chain[0]!.isProbe).toBe(true);
  });

  it('all of whose probes are out is worth asking for in a second', async () => {
    await fail(A);
    environment.timeMs += FIRST_MS;
    select(['acme']);
    select(['acme']);
    const error = refusalOf(() => select(['acme']));
    expect(error).toMatchObject({ code: 'MODELS_UNAVAILABLE', details: { retryAfterMs: 1_000 } });
  });

  it('is not what is missing where a requirement removes it as well', async () => {
    await fail(A);
    expect(refusalOf(() => select(['nobody'])).code).toBe('NO_CANDIDATE');
  });
});

describe('reports of other things', () => {
  it('such as a quality change nothing', async () => {
    const { ticket } = selectFor(A);
    await runtime.reporter.report('acme' as TenantId, ticket, [
      { attempt: 0, quality: 0, qualitySource: 'user' },
    ]);
    expect(runtime.breakers.view(A)).toBeUndefined();
  });

  it.each(['content_filtered', 'context_too_long', 'invalid_request', 'cancelled'] as const)(
    'such as %s never open a breaker',
    async (status) => {
      for (let i = 0; i < 30; i++) await report(selectFor(A), status);
      expect(stateOf(A)).toBe('closed');
    },
  );

  it('that repeat one failure count it once', async () => {
    const decision = selectFor(A);
    for (let i = 0; i < 20; i++) await report(decision, 'server_error');
    expect(runtime.breakers.view(A)).toMatchObject({ state: 'closed', counts: { calls: 1, failures: 1 } });
  });

  it('that come late do not open one now', async () => {
    const decisions = Array.from({ length: 20 }, () => selectFor(A));
    const endTimeMs = environment.timeMs;
    environment.timeMs += 61_000;
    for (const decision of decisions) await report(decision, 'server_error', { endTimeMs });
    expect(stateOf(A)).toBe('closed');
  });
});

describe('a restart', () => {
  it('finds breakers as the log left them', async () => {
    await fail(A);
    await report(selectFor(B), 'rate_limited', { retryAfterMs: 100_000 });
    const before = [A, B].map((model) => runtime.breakers.view(model));
    const past = [A, B].map((model) => runtime.breakers.history(model));
    expect(past[1]).toMatchObject({
      transitions: [{ from: 'closed', to: 'open' }],
      statuses: [{ status: 'rate_limited', count: 1 }],
    });
    await runtime.close();
    runtime = await open();
    expect([A, B].map((model) => runtime.breakers.history(model))).toEqual(past);
    expect([A, B].map((model) => runtime.breakers.view(model))).toEqual(before);
    expect(lines.at(-1)).toMatchObject({ models: [A, B], msg: 'breakers are not closed at the start' });
    expect(refusalOf(() => select()).code).toBe('MODELS_UNAVAILABLE');
  });

  it('lets time pass while nothing runs', async () => {
    await fail(A);
    const failedMs = environment.timeMs;
    await runtime.close();
    environment.timeMs += 3_600_000;
    runtime = await open();
    expect(runtime.breakers.sinceMs).toBeLessThanOrEqual(failedMs);
    expect(stateOf(A)).toBe('half_open');
    for (const probe of [selectFor(A), selectFor(A)]) await report(probe, 'success');
    await runtime.close();
    runtime = await open();
    expect(stateOf(A)).toBe('closed');
  });
});

describe('a log whose tail cannot be read', () => {
  it('leaves breakers closed, and the log says so', async () => {
    await fail(A);
    await runtime.close();
    const { outcomes } = store;
    let reads = 0;
    const torn = {
      head: () => outcomes.head(),
      base: () => outcomes.base(),
      readBase: () => outcomes.readBase(),
      readOf: (id: DecisionId) => outcomes.readOf(id),
      append: outcomes.append.bind(outcomes),
      read: (from: number) => {
        // The fold reads first: what it can read is served.
        if (reads++ === 0) return outcomes.read(from);
        throw new Error('torn');
      },
    };
    store = { ...store, outcomes: torn, close: () => store.close() };
    runtime = await open();
    expect(lines.at(-1)).toMatchObject({ level: 40, msg: 'breakers were not restored' });
    expect(stateOf(A)).toBeUndefined();
    expect(choices()).toEqual(new Set([A, B]));
    store = { ...store, close: () => Promise.resolve() };
  });
});

describe('availability.json', () => {
  it('takes effect without a restart, and may switch breakers off', async () => {
    await fail(A);
    await writeJson(folder, 'availability.json', { enabled: false });
    expect(await runtime.policies.reload()).toEqual([]);
    expect(choices()).toEqual(new Set([A, B]));
    await fail(A);
    expect(choices()).toEqual(new Set([A, B]));
    await writeJson(folder, 'availability.json', { ...SETTINGS, consecutiveFailures: 1 });
    await runtime.policies.reload();
    await report(selectFor(A), 'timeout');
    expect(choices()).toEqual(new Set([B]));
  });

  it('that is faulty is refused, and the breakers stay as they are', async () => {
    await fail(A);
    await writeJson(folder, 'availability.json', { failureRate: 7 });
    expect((await runtime.policies.reload()).map(({ file, path }) => [file, path])).toEqual([
      ['availability.json', 'failureRate'],
    ]);
    expect(stateOf(A)).toBe('open');
  });

  it('may be absent', async () => {
    await rm(`${folder}/availability.json`);
    expect(await runtime.policies.reload()).toEqual([]);
    await fail(A);
    expect(stateOf(A)).toBe('open');
  });
});
