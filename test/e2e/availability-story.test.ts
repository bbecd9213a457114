import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BreakerState } from '../../src/gen/sextant/v1/insight.js';
import { OutcomeStatus, type AttemptOutcome } from '../../src/gen/sextant/v1/outcome.js';
import { Filter, type SelectResponse } from '../../src/gen/sextant/v1/selection.js';
import { startServer, type BuiltServer } from './built-server.js';
import { metricsOf } from './metrics-text.js';
import { connect, type Sextant } from './clients.js';
import { editJson, policyFolder } from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { ask } from './samples.js';

const NOVA = 'amazon/nova-lite';
const GEMINI = 'google/gemini-2.5-flash';
const GPTS = ['openai/gpt-4.1-mini', 'openai/gpt-4o-mini', 'openai/gpt-4.1-nano'];
const ALL = [NOVA, GEMINI, ...GPTS];
const USE_CASE = 'availability';
const CONSECUTIVE = 3;

/** So long that no test can come upon its end. */
const LONG = { firstSeconds: 900, maxSeconds: 900, retryAfterMaxSeconds: 3600, jitter: 0 };
const SHORT = { firstSeconds: 0.1, maxSeconds: 0.1, retryAfterMaxSeconds: 0, jitter: 0 };

let server: BuiltServer;
let sextant: Sextant;

const writeOpen = (rulesPath: string, open: object): void =>
  writeFileSync(
    join(rulesPath, 'availability.json'),
    JSON.stringify({ consecutiveFailures: CONSECUTIVE, open }),
  );

/** Changes how long breakers stay open, and waits until that is in force. */
async function setOpen(open: object): Promise<void> {
  const { version } = await sextant.activePolicy({});
  writeOpen(server.rulesPath, open);
  while ((await sextant.activePolicy({})).version === version) await sleep(20);
}

beforeAll(async () => {
  const rulesPath = policyFolder(ALL);
  // Every model is chosen as often as the next, so that what is left alone is left alone by its breaker.
  editJson(rulesPath, 'bandit.json', (value) => ({ ...value, policy: 'uniform' }));
  writeOpen(rulesPath, LONG);
  server = await startServer({ rulesPath });
  sextant = connect(server.address);
});

afterAll(() => sextant.close());

const select = (model?: string) =>
  sextant.select({
    ...ask(USE_CASE),
    ...(model !== undefined && { requirements: { providers: [model.split('/')[0]!] } }),
    maxFallbacks: 4,
  });

/** A decision for a model, as soon as there is one: where its breaker is open, that is when it is half-open. */
async function decisionFor(model: string): Promise<SelectResponse> {
  for (;;) {
    const decision = await select(model).catch(() => undefined);
    if (decision?.choice!.model === model) return decision;
    if (decision === undefined) await sleep(20);
  }
}

const report = ({ ticket }: SelectResponse, status: OutcomeStatus, more: Partial<AttemptOutcome> = {}) =>
  sextant.report({ ticket, attempts: [{ attempt: 0, status, ...more }] });

async function fail(model: string): Promise<void> {
  for (let i = 0; i < CONSECUTIVE; i++) await report(await decisionFor(model), OutcomeStatus.SERVER_ERROR);
}

async function refuse(model: string, seconds: bigint): Promise<void> {
  const retryAfter = { seconds, nanos: 0 };
  await report(await decisionFor(model), OutcomeStatus.RATE_LIMITED, { retryAfter });
}

/** Probes a model until it is closed again. */
async function mend(model: string): Promise<void> {
  while ((await healthOf(model)).state !== BreakerState.CLOSED) {
    await report(await decisionFor(model), OutcomeStatus.SUCCESS);
  }
}

const healthOf = async (model: string) => (await sextant.listModelHealth({ model })).models[0]!;

async function decisions(count = 60): Promise<SelectResponse[]> {
  const items = Array.from({ length: count }, (_, i) => ({
    id: String(i),
    request: { ...ask(USE_CASE), maxFallbacks: 4 },
  }));
  const { results } = await sextant.selectBatch({ items });
  return results.map(({ outcome }) => (outcome?.$case === 'response' ? outcome.value : expect.fail()));
}
const named = (found: readonly SelectResponse[]): Set<string> =>
  new Set(found.flatMap(({ choice, fallbacks }) => [choice!, ...fallbacks]).map(({ model }) => model));

async function metric(name: string): Promise<string[]> {
  const text = await metricsOf(server);
  return text.split('\n').filter((line) => line.startsWith(name));
}

test('content filters and callers who give up never open a breaker', async () => {
  for (const status of [OutcomeStatus.CONTENT_FILTERED, OutcomeStatus.CANCELLED]) {
    for (let i = 0; i < 10; i++) await report(await decisionFor(NOVA), status);
  }
  expect(await healthOf(NOVA)).toMatchObject({
    state: BreakerState.CLOSED,
    calls: 0,
    consecutiveFailures: 0,
  });
  expect(named(await decisions())).toEqual(new Set(ALL));
});

test('a model that fails is left', async () => {
  await fail(GEMINI);
  expect(await healthOf(GEMINI)).toMatchObject({
    state: BreakerState.OPEN,
    reason: `${CONSECUTIVE} failures in a row, the last server_error`,
  });
  expect(named(await decisions())).toEqual(new Set(ALL.filter((model) => model !== GEMINI)));
});

test('it comes back by its probes', async () => {
  await setOpen(SHORT);
  const probe = await decisionFor(GEMINI);
  expect(probe.choice!.probe).toBe(true);
  expect(await healthOf(GEMINI)).toMatchObject({ state: BreakerState.HALF_OPEN, probesInFlight: 1 });
  await report(probe, OutcomeStatus.SERVER_ERROR);
  expect((await healthOf(GEMINI)).reason).toBe('a probe failed with server_error');

  await mend(GEMINI);
  await setOpen(LONG);
  const back = await decisions();
  expect(named(back)).toEqual(new Set(ALL));
  expect(back.every(({ choice }) => !choice!.probe)).toBe(true);
});

test('the health of models says since when, until when and why; so do log and metrics', async () => {
  await refuse(NOVA, 900n);
  const health = await healthOf(NOVA);
  expect(health).toMatchObject({
    model: NOVA,
    state: BreakerState.OPEN,
    reason: 'the provider refused with rate_limited and asked to wait 900 s',
    lastFailure: { status: OutcomeStatus.RATE_LIMITED, retryAfter: { seconds: 900n, nanos: 0 } },
  });
  const change = health.changes.at(-1)!;
  expect(change).toMatchObject({ to: BreakerState.OPEN, time: health.sinceTime, reason: health.reason });
  expect(health.statuses.map(({ status }) => status)).toContain(OutcomeStatus.RATE_LIMITED);
  expect(Number(health.untilTime!.seconds - health.sinceTime!.seconds)).toBeGreaterThan(890);
  const listed = await sextant.listModelHealth({ pageSize: 2 });
  expect(listed.models.map(({ model }) => model)).toEqual([NOVA, GEMINI]);
  const rest = await sextant.listModelHealth({ pageToken: listed.nextPageToken });
  expect(rest.models.map(({ model }) => model)).toEqual([...GPTS].sort());
  expect(await refusalOf(sextant.listModelHealth({ model: 'acme/none' }))).toMatchObject({
    code: 'NOT_FOUND',
  });

  expect(server.logged('breaker opened').at(-1)).toMatchObject({ model: NOVA, from: 'closed', level: 40 });
  expect(server.logged('breaker closed')).toMatchObject([{ model: GEMINI, from: 'half_open' }]);
  expect(await metric('sextant_model_breaker_state')).toEqual(
    expect.arrayContaining([
      `sextant_model_breaker_state{model="${NOVA}",state="open"} 1`,
      `sextant_model_breaker_state{model="${NOVA}",state="closed"} 0`,
      `sextant_model_breaker_state{model="${GEMINI}",state="closed"} 1`,
    ]),
  );
  const opened = `sextant_model_breaker_transitions_total{model="${NOVA}",state="open"} 1`;
  expect(await metric('sextant_model_breaker_transitions_total')).toContain(opened);
});

test('the explanation says that a model is left alone, and until when', async () => {
  const { explanation } = await sextant.explain({ request: ask(USE_CASE) });
  const removal = explanation!.removals.find(({ model }) => model === NOVA);
  expect(removal).toMatchObject({ filter: Filter.AVAILABILITY });
  expect(removal!.reason).toMatch(/^is open until 20\d\d-.*Z: the provider refused/);
  expect(explanation!.candidates.map(({ model }) => model)).not.toContain(NOVA);
});

test('where two models of a provider fail, its others are no first fallback', async () => {
  const [first, second, third] = GPTS as [string, string, string];
  await refuse(first, 900n);
  await refuse(second, 900n);
  const found = await decisions();
  const ofThird = found.filter(({ choice }) => choice!.model === third);
  expect(ofThird.length).toBeGreaterThan(0);
  for (const { fallbacks } of ofThird) expect(fallbacks.map(({ model }) => model)).toEqual([GEMINI]);
  for (const { choice, fallbacks } of found) {
    if (choice!.model === GEMINI) expect(fallbacks.map(({ model }) => model)).toEqual([third]);
  }
});

test('with every model down, the refusal says until when', async () => {
  await refuse(GPTS[2]!, 800n);
  await refuse(GEMINI, 700n);
  const refusal = await refusalOf(select());
  expect(refusal).toMatchObject({ code: 'UNAVAILABLE', reason: 'MODELS_UNAVAILABLE' });
  expect(refusal.message).toMatch(/^no model can be asked before 20\d\d-/);
  expect(Number(refusal.retryAfter!.seconds)).toBeGreaterThan(600);
  expect(Number(refusal.retryAfter!.seconds)).toBeLessThanOrEqual(700);
  const subjects = refusal.preconditions.filter(({ type }) => type === 'availability');
  expect(subjects.map(({ subject }) => subject).sort()).toEqual([...ALL].sort());
});

test('refused decisions are counted by code, those of a batch too', async () => {
  const refused = async (): Promise<number> => {
    const [line] = await metric('sextant_selects_refused_total{code="MODELS_UNAVAILABLE"}');
    return Number(line!.split(' ').at(-1));
  };
  const before = await refused();
  expect(before).toBeGreaterThan(0);
  await sextant.selectBatch({ items: ['a', 'b'].map((id) => ({ id, request: ask(USE_CASE) })) });
  expect(await refused()).toBe(before + 2);
  expect(await metric('sextant_selects_refused_total{code="BUDGET_EXHAUSTED"}')).toEqual([
    expect.stringMatching(/ 0$/),
  ]);
});

test('a restart finds the breakers as they were', async () => {
  sextant.close();
  await server.restart();
  sextant = connect(server.address);
  expect((await healthOf(NOVA)).state).toBe(BreakerState.OPEN);
  expect((await refusalOf(select())).reason).toBe('MODELS_UNAVAILABLE');
});

test('a report may name a time to wait only where the provider refused or failed', async () => {
  const { ticket } = await select(NOVA).catch(() => ({ ticket: Uint8Array.of(1) }));
  const attempts = [{ status: OutcomeStatus.TIMEOUT, retryAfter: { seconds: 1n, nanos: 0 } }];
  expect(await refusalOf(sextant.report({ ticket, attempts }))).toMatchObject({
    code: 'INVALID_ARGUMENT',
    fields: ['attempts[0].retry_after'],
  });
});
