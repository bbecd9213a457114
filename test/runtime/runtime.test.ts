import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TenantId } from '../../src/core/ids.js';
import type { AttemptReport } from '../../src/core/outcome/normalize.js';
import { FaultyPolicyError } from '../../src/runtime/faulty-policy-error.js';
import type { Runtime } from '../../src/runtime/runtime.js';
import { ephemeralTicketKeys } from '../../src/runtime/ticket-keys.js';
import { openMemoryStore } from '../../src/store/memory/memory-store.js';
import type { Store } from '../../src/store/ports.js';
import { policyFolder, SHIPPED_RULES } from '../builders/policy.js';
import { questionOf } from '../builders/question.js';
import { fixedEnvironment, openTestRuntime, type FixedEnvironment } from '../builders/runtime.js';
import { collect, outcomesFrom } from '../contract/collect.js';

const ACME = 'acme' as TenantId;
const KEYS = ephemeralTicketKeys();
const GOOD: AttemptReport = {
  attempt: 0,
  status: 'success',
  quality: 1,
  qualitySource: 'test',
  latencyMs: 700,
  usage: { inputTokens: 1000, outputTokens: 200 },
};

let store: Store;
let environment: FixedEnvironment;
let runtime: Runtime;

const open = (folder = SHIPPED_RULES): Promise<Runtime> =>
  openTestRuntime({
    store,
    keys: KEYS,
    environment,
    policyFolder: folder,
    decisionLog: { maxQueue: 100, attributes: [] },
  });
/** Lets the loop turn, as a caller's next request does. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

beforeEach(async () => {
  store = openMemoryStore();
  environment = fixedEnvironment();
  runtime = await open();
});
afterEach(() => runtime.close());

describe('select, report, learn: on the shipped rules', () => {
  it('moves the posterior of the arm that was chosen', async () => {
    const { decision, ticket } = runtime.decider.select(questionOf(), false);
    const [choice] = decision.chain;
    const qualityOf = (): number => {
      const { candidates } = runtime.decider.explain(questionOf()).deliberation;
      return candidates.find(({ arm }) => arm.armId === choice!.arm.armId)!.belief.quality.mean;
    };
    const before = qualityOf();
    const receipt = await runtime.reporter.report(ACME, ticket, [GOOD]);
    expect(receipt.recorded).toMatchObject([
      { attempt: 0, metric: 'execution', duplicate: false, costNanoUsd: expect.any(Number) as number },
      { attempt: 0, metric: 'quality', duplicate: false },
    ]);
    expect(qualityOf()).toBeGreaterThan(before);
    expect(runtime.snapshot().learning.sequence).toBe(2);
  });

  it('counts a repeated report once, and refuses a conflicting one whole', async () => {
    const { ticket } = runtime.decider.select(questionOf(), false);
    await runtime.reporter.report(ACME, ticket, [GOOD]);
    await turn();
    environment.timeMs += 5_000;
    const again = await runtime.reporter.report(ACME, ticket, [GOOD]);
    expect(again.recorded.map(({ duplicate }) => duplicate)).toEqual([true, true]);
    await turn();
    const conflict = runtime.reporter.report(ACME, ticket, [{ ...GOOD, quality: 0 }]);
    await expect(conflict).rejects.toMatchObject({ code: 'REPORT_CONFLICT' });
    expect(runtime.snapshot().learning.sequence).toBe(2);
  });

  it('takes a late judgement in a second report', async () => {
    const { ticket } = runtime.decider.select(questionOf(), false);
    const { quality: _, ...executed } = GOOD;
    await runtime.reporter.report(ACME, ticket, [executed]);
    await turn();
    const late = { attempt: 0, quality: 0.25, qualitySource: 'user' };
    const receipt = await runtime.reporter.report(ACME, ticket, [late]);
    expect(receipt.recorded).toEqual([{ attempt: 0, metric: 'quality', duplicate: false }]);
  });

  it('refuses another tenant’s ticket, an attempt that was not decided, and an expired ticket', async () => {
    const { ticket, decision } = runtime.decider.select(questionOf({ maxFallbacks: 1 }), false);
    const { reporter } = runtime;
    await expect(reporter.report('other' as TenantId, ticket, [GOOD])).rejects.toMatchObject({
      code: 'TICKET_FOREIGN',
    });
    await expect(
      reporter.report(ACME, ticket, [{ ...GOOD, attempt: decision.chain.length }]),
    ).rejects.toMatchObject({
      code: 'INVALID_FIELD',
      details: { faults: [{ path: 'attempts[0].attempt' }] },
    });
    environment.timeMs += 3_600_001;
    await expect(reporter.report(ACME, ticket, [GOOD])).rejects.toMatchObject({ code: 'TICKET_EXPIRED' });
    expect(store.outcomes.head()).toBe(0);
  });

  it('learns nothing from selecting or explaining', () => {
    for (let i = 0; i < 50; i++) runtime.decider.select(questionOf(), true);
    runtime.decider.explain(questionOf());
    expect(runtime.snapshot().learning.revision).toBe(0);
    expect(store.outcomes.head()).toBe(0);
  });

  it('logs each decision with the propensity that its ticket carries into the outcome', async () => {
    const { ticket, decision } = runtime.decider.select(questionOf(), false);
    await runtime.reporter.report(ACME, ticket, [GOOD]);
    await runtime.decisionLog!.flush();
    expect(await collect(store.decisions.range(0, Infinity))).toHaveLength(1);
    const [outcome] = await outcomesFrom(store.outcomes);
    expect(outcome).toMatchObject({
      propensityQ16: decision.chain[0]!.propensityQ16,
      segment: decision.segment,
      policyVersion: runtime.policies.policy.version.slice(0, 16),
    });
  });

  it('knows after a restart what it knew before', async () => {
    for (let i = 0; i < 20; i++) {
      const { ticket } = runtime.decider.select(questionOf(), false);
      await runtime.reporter.report(ACME, ticket, [{ ...GOOD, quality: i / 20 }]);
      await turn();
    }
    const known = () =>
      runtime.decider
        .explain(questionOf())
        .deliberation.candidates.map(({ model, belief, expectedUtility }) => ({
          model: model.id,
          // Sums that were made in another order agree up to rounding.
          quality: belief.quality.mean.toFixed(9),
          success: belief.success,
          utility: expectedUtility.toFixed(9),
        }));
    const before = known();
    await runtime.close();
    runtime = await open();
    expect(known()).toEqual(before);
  });
});

describe('refusals of select', () => {
  it('name every model and the filter that removed it', () => {
    const impossible = questionOf({
      requirements: { allOf: [], anyOf: [], noneOf: [], minContextWindowTokens: 100_000_000 },
    });
    const { size } = runtime.registry.registry;
    try {
      runtime.decider.select(impossible, false);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'NO_CANDIDATE' });
      const { obstacles } = (error as { details: { obstacles: { kind: string; subject: string }[] } })
        .details;
      expect(new Set(obstacles.map(({ subject }) => subject)).size).toBe(size);
      expect(obstacles.some(({ kind }) => kind === 'requirement')).toBe(true);
    }
  });
});

describe('a start', () => {
  it('is refused on a faulty folder, with every fault', async () => {
    const folder = await policyFolder({ bandit: { poolingStrength: 0, referenceCostUsd: 0 } });
    const refusal = await open(folder).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(FaultyPolicyError);
    expect((refusal as FaultyPolicyError).faults.map(({ path }) => path).sort()).toEqual([
      'poolingStrength',
      'referenceCostUsd',
    ]);
    await rm(folder, { recursive: true });
  });
});
