import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDecision, readDecisions, type DecisionFilter } from '../../src/admin/read/decisions.js';
import { parsePlace } from '../../src/admin/read/log-place.js';
import type { Sources } from '../../src/admin/read/sources.js';
import { questionFromJson } from '../../src/cli/wire-json.js';
import { decisionIdToBytes, type DecisionId, type TenantId, type UseCase } from '../../src/core/ids.js';
import type { ModelId } from '../../src/core/registry/model.js';
import { DecisionRecord } from '../../src/gen/sextant/storage/v1/storage.js';
import { LOOKED_UP_MOST, SCANNED_MOST, type LogPlace } from '../../src/runtime/decision-history.js';
import type { Runtime } from '../../src/runtime/runtime.js';
import { openMemoryStore } from '../../src/store/memory/memory-store.js';
import type { Store } from '../../src/store/ports.js';
import { policyFolder } from '../builders/policy.js';
import { questionOf } from '../builders/question.js';
import { fixedEnvironment, openTestRuntime, type FixedEnvironment } from '../builders/runtime.js';

const LOG = { maxQueue: 100_000, attributes: ['plan'] };

let folder: string;
let environment: FixedEnvironment;
let runtime: Runtime;
let store: Store;
beforeEach(async () => {
  store = openMemoryStore();
  folder = await policyFolder();
  environment = fixedEnvironment();
  Object.assign(environment, { newDecisionId: timedIds(environment) });
  runtime = await openTestRuntime({ store, policyFolder: folder, environment, decisionLog: LOG });
});
afterEach(async () => {
  await runtime.close();
  await rm(folder, { recursive: true });
});

/** Ids that begin with the time, as real ones do. */
function timedIds(clock: FixedEnvironment): () => DecisionId {
  let count = 0;
  return () => {
    const time = clock.timeMs.toString(16).padStart(12, '0');
    const rest = (count++).toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${rest}` as DecisionId;
  };
}

const as = (tenant: string): Sources => ({ runtime, tenant: tenant as TenantId, nowMs: environment.timeMs });

interface Taken {
  readonly tenant?: string;
  readonly useCase?: string;
  readonly quality?: number;
}

/** One decision, a millisecond after the one before; reported where a quality is given. */
async function take({ tenant = 'acme', useCase = 'chat', quality }: Taken = {}): Promise<string> {
  environment.timeMs += 1;
  const question = questionOf({
    tenant: tenant as TenantId,
    useCase: useCase as UseCase,
    attributes: { plan: 'free', user: 'someone' },
  });
  const { decisionId, ticket } = runtime.decider.select(question, false);
  if (quality !== undefined) {
    const usage = { inputTokens: 1000, outputTokens: 100 };
    await runtime.reporter.report(tenant as TenantId, ticket, [
      { attempt: 0, status: 'success', latencyMs: 500, usage, quality, qualitySource: 'test' },
    ]);
  }
  return decisionId;
}

async function ids(filter: DecisionFilter, tenant = 'acme'): Promise<string[]> {
  const { decisions } = await readDecisions(as(tenant), filter);
  return decisions.map(({ decisionId }) => decisionId);
}

describe('a search of the decision log', () => {
  it('finds the newest first, by use case, model, time and whether they were reported', async () => {
    const startMs = environment.timeMs;
    const [first, second, third] = [
      await take({ quality: 0.5 }),
      await take({ useCase: 'sql' }),
      await take(),
    ];
    expect(await ids({})).toEqual([third, second, first]);
    expect(await ids({ useCase: 'sql' })).toEqual([second]);
    expect(await ids({ reported: true })).toEqual([first]);
    expect(await ids({ reported: false })).toEqual([third, second]);
    expect(await ids({ fromMs: startMs + 2, toMs: startMs + 3 })).toEqual([second]);
    const { decisions, models } = await readDecisions(as('acme'), {});
    expect(models).toContain(decisions[0]!.model);
    expect(await ids({ model: decisions[0]!.model })).toContain(third);
    expect(await ids({ model: 'nobody/none' })).toEqual([]);
  });

  it('shows a tenant its own alone', async () => {
    const own = await take();
    const foreign = await take({ tenant: 'globex' });
    expect(await ids({})).toEqual([own]);
    expect(await readDecision(as('acme'), foreign as DecisionId)).toBeUndefined();
    expect(await readDecision(as('globex'), foreign as DecisionId)).toBeDefined();
  });

  it('goes on where the page before ended, and finds each once', async () => {
    const taken: string[] = [];
    for (let i = 0; i < 120; i++) taken.unshift(await take());
    const found: string[] = [];
    let after: LogPlace | undefined;
    do {
      const page = await readDecisions(as('acme'), after === undefined ? {} : { after });
      found.push(...page.decisions.map(({ decisionId }) => decisionId));
      after = page.next === null ? undefined : parsePlace(page.next);
    } while (after !== undefined);
    expect(found).toEqual(taken);
  });

  it('looks at so many and no more, and says where to go on', async () => {
    const rare = await take({ useCase: 'rare' });
    for (let i = 0; i < SCANNED_MOST; i++) await take();
    const page = await readDecisions(as('acme'), { useCase: 'rare' });
    expect(page).toMatchObject({ decisions: [], scanned: SCANNED_MOST });
    expect(await ids({ useCase: 'rare', after: parsePlace(page.next!)! })).toEqual([rare]);
    const lookedUp = await readDecisions(as('acme'), { reported: true });
    expect(lookedUp).toMatchObject({ decisions: [], scanned: LOOKED_UP_MOST });
  });
});

describe('one decision', () => {
  it('is told as it was logged, with what came of it', async () => {
    const id = await take({ quality: 0.75 });
    const view = (await readDecision(as('acme'), id as DecisionId))!;
    expect(view).toMatchObject({ decisionId: id, useCase: 'chat', stateSequence: 0, stateSequenceNow: 2 });
    expect(view.policyVersion).toBe(view.policyVersionNow);
    expect(view.attributes).toEqual([{ name: 'plan', value: 'free' }]);
    expect(view.attempts).toMatchObject([
      { attempt: 0, model: view.model, status: 'success', quality: 0.75, latencyMs: 500 },
    ]);
    const sum = view.logged.reduce((total, { propensity }) => total + propensity, 0);
    expect(sum).toBeCloseTo(1, 9);
    expect(view.logged.filter(({ isChoice }) => isChoice)).toMatchObject([{ model: view.model }]);
  });

  it('names its fallbacks in the order of the answer', async () => {
    environment.timeMs += 1;
    const { decision, decisionId } = runtime.decider.select(questionOf({ maxFallbacks: 2 }), false);
    const order = decision.chain.slice(1).map(({ arm }) => arm.model.id);
    expect(order).toHaveLength(2);
    const view = (await readDecision(as('acme'), decisionId))!;
    expect(view.fallbacks).toEqual(order);
    for (const { model, isChoice, fallback } of view.logged)
      expect(fallback).toBe(
        isChoice || !order.includes(model as ModelId) ? null : 1 + order.indexOf(model as ModelId),
      );
  });

  it('is read from a log from before fallbacks were kept', async () => {
    const id = await take();
    const { record, issueTimeMs } = (await runtime.decisionHistory.one(
      id as DecisionId,
      'acme' as TenantId,
    ))!;
    const older = id.replace(/.$/, 'f') as DecisionId;
    const decisionIdBytes = decisionIdToBytes(older);
    const body = DecisionRecord.encode({ ...record, decisionId: decisionIdBytes, chainArmIds: [] }).finish();
    await store.decisions.append([{ decisionId: older, issueTimeMs, body }]);
    const view = (await readDecision(as('acme'), older))!;
    expect(view.fallbacks).toBeNull();
    expect(view.logged.every(({ fallback }) => fallback === null)).toBe(true);
  });

  it('comes with a request to explain that the server takes, and that asks the same', async () => {
    const id = await take();
    const { explainRequest, level, inputTokens } = (await readDecision(as('acme'), id as DecisionId))!;
    const { request } = explainRequest as { request: unknown };
    const question = questionFromJson(request, 'acme');
    expect(question).toMatchObject({ ok: true, value: { useCase: 'chat', attributes: { plan: 'free' } } });
    if (!question.ok) return;
    const { deliberation } = runtime.decider.explain(question.value, false);
    expect(deliberation.profile).toMatchObject({ level, inputTokens });
  });
});
