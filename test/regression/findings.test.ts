import { expect, it } from 'vitest';
import { betaCdf } from '../../src/core/bandit/beta-distribution.js';
import { betaMarginal, pointMarginal } from '../../src/core/bandit/marginal.js';
import { probabilityOfBest } from '../../src/core/bandit/probability-of-best.js';
import { sampleBeta } from '../../src/core/bandit/sample.js';
import { BudgetLedger } from '../../src/core/budget/budget-ledger.js';
import { SextantError } from '../../src/core/errors.js';
import type { TenantId } from '../../src/core/ids.js';
import { compareStates } from '../../src/core/learning/compare-states.js';
import { normalizeAttempt } from '../../src/core/outcome/normalize.js';
import { priceTable } from '../../src/core/cost/price-table.js';
import { rngFromSeed } from '../../src/core/random.js';
import { Status } from '../../src/gen/google/rpc/status.js';
import { SelectRequest } from '../../src/gen/sextant/v1/selection.js';
import { ReportJournal } from '../../src/runtime/report-journal.js';
import { durationFromMs, msFromTimestamp } from '../../src/service/encode/time.js';
import { statusOf } from '../../src/service/status.js';
import { decodeQuestion } from '../../src/service/validate/question.js';
import { openMemoryStore } from '../../src/store/memory/memory-store.js';
import { folded } from '../builders/learning.js';
import { policyFolder } from '../builders/policy.js';
import { questionOf } from '../builders/question.js';
import { openTestRuntime } from '../builders/runtime.js';
import { totalVariation } from '../builders/statistics.js';
import { ISSUED_MS, ticketOf } from '../builders/ticket.js';
import { outcomeOf } from '../store/outcome-arbitrary.js';

it('journal: a caller that reports again right after its acknowledgement is not left waiting', async () => {
  const journal = new ReportJournal(
    openMemoryStore().outcomes,
    { maxQueue: 10, maxBatch: 10 },
    () => undefined,
  );
  const report = async (n: number) => {
    await journal.append([outcomeOf(n)]);
    return 'done';
  };
  await report(1);
  const stuck = new Promise((resolve) => setTimeout(() => resolve('stuck'), 300));
  expect(await Promise.race([report(2), stuck])).toBe('done');
});
it('status: 1,000 models removed for one reason stay under 8 KiB', () => {
  const obstacles = Array.from({ length: 1000 }, (_, i) => ({
    kind: 'rule:r',
    subject: `provider/model-${i}`,
    reason: 'x',
  }));
  expect(
    Status.encode(statusOf(new SextantError('NO_CANDIDATE', 'x', { obstacles }))).finish().length,
  ).toBeLessThan(8192);
});
it('status: one violation with a huge label stays under 8 KiB', () => {
  const label = 'x'.repeat(100_000);
  try {
    decodeQuestion(
      SelectRequest.fromPartial({
        useCase: 'a',
        input: { content: { $case: 'text', value: '' } },
        requirements: { allOf: [label, label] },
      }),
      't' as TenantId,
    );
  } catch (error) {
    expect(Status.encode(statusOf(error as SextantError)).finish().length).toBeLessThan(8192);
  }
});
it('filter: 40,000 labels are refused in a moment', () => {
  const allOf = Array.from({ length: 40_000 }, (_, i) => i.toString(36));
  const begin = performance.now();
  try {
    decodeQuestion(
      SelectRequest.fromPartial({
        useCase: 'a',
        input: { content: { $case: 'text', value: '' } },
        requirements: { allOf },
      }),
      't' as TenantId,
    );
  } catch {
    /* refused */
  }
  expect(performance.now() - begin).toBeLessThan(2_000);
});
it('normalize: an event is never before its issue, though the clock was set back', () => {
  const [outcome] = normalizeAttempt(
    ticketOf(),
    { attempt: 0, status: 'success', qualitySource: '' },
    { receiveTimeMs: ISSUED_MS - 5_000, digest: () => 'a'.repeat(16) },
  );
  expect(outcome!.eventTimeMs).toBeGreaterThanOrEqual(ISSUED_MS);
  expect(outcome!.receiveTimeMs).toBeGreaterThanOrEqual(outcome!.eventTimeMs);
});
it('normalize: cached tokens count when the answer length is implied by the cost', () => {
  const prices = priceTable({ inputUsdPerMTok: 2, cachedInputUsdPerMTok: 0.2, outputUsdPerMTok: 10 });
  const usage = { inputTokens: 1000, cachedInputTokens: 1000 };
  const [outcome] = normalizeAttempt(
    ticketOf(),
    { attempt: 0, status: 'success', qualitySource: '', usage, costNanoUsd: 1_200_000 },
    { prices, receiveTimeMs: ISSUED_MS, digest: () => 'a'.repeat(16) },
  );
  expect(outcome!.execution!.outputTokens).toBeCloseTo(100, 6);
});
it('normalize: a cost below the prompt’s list price implies no length', () => {
  const prices = priceTable({ inputUsdPerMTok: 2, outputUsdPerMTok: 10 });
  const [outcome] = normalizeAttempt(
    ticketOf(),
    { attempt: 0, status: 'success', qualitySource: '', costNanoUsd: 1_000_000 },
    { prices, receiveTimeMs: ISSUED_MS, digest: () => 'a'.repeat(16) },
  );
  expect(outcome!.execution!.outputTokens).toBeUndefined();
});
it('budget: a request whose choice failed without a cost and whose fallback cost the average leaves λ at 0', () => {
  const ledger = new BudgetLedger();
  const budget = { id: 'team', averageNanoUsd: 1_000_000 };
  for (let i = 0; i < 50; i++) {
    const at = { budget, eventTimeMs: ISSUED_MS + i * 1000, receiveTimeMs: ISSUED_MS + i * 1000 };
    ledger.fold(outcomeOf(i, { ...at, attempt: 0, execution: { status: 'timeout' } }));
    ledger.fold(
      outcomeOf(i, { ...at, attempt: 1, execution: { status: 'success', costNanoUsd: 1_000_000 } }),
    );
  }
  expect(ledger.lambda('team')).toBe(0);
});
it('time: nanos stay below 1e9', () => {
  expect(durationFromMs(1999.9999999)).toEqual({ seconds: 2n, nanos: 0 });
});
it('time: a timestamp is rounded down', () => {
  expect(msFromTimestamp({ seconds: 1_770_000_000n, nanos: 1_999_999 })).toBe(1_770_000_000_001);
});
it('best: the higher of two certain values wins at any scale', () => {
  expect([...probabilityOfBest([pointMarginal(-1e8), pointMarginal(-2e8)])]).toEqual([1, 0]);
});
it('betaCdf is right at 1e7 observations', () => {
  expect(betaCdf({ alpha: 1e7, beta: 1e7 }, 0.5)).toBeCloseTo(0.5, 6);
});
it('best: 13 arms agree with Thompson draws within 0.005', { timeout: 60_000 }, () => {
  const arms = Array.from({ length: 13 }, (_, i) => ({ alpha: 300 + i * 7, beta: 100, shift: -0.001 * i }));
  const rng = rngFromSeed(1n);
  const shares = new Float64Array(13);
  const draws = 400_000;
  for (let d = 0; d < draws; d++) {
    let b = 0,
      h = -Infinity;
    arms.forEach((a, k) => {
      const u = sampleBeta(a, rng) + a.shift;
      if (u > h) [b, h] = [k, u];
    });
    shares[b]! += 1 / draws;
  }
  expect(
    totalVariation(probabilityOfBest(arms.map((a) => betaMarginal(a, 1, a.shift, 65))), shares),
  ).toBeLessThan(0.005);
});
it('compareStates names spend of a budget before its first bucket', () => {
  const [a, b] = [folded([outcomeOf(1)]), folded([outcomeOf(1)])];
  b.budgets.account('team').baseCostNanoUsd += 5e6;
  expect(compareStates(a, b)).not.toEqual([]);
});
it('conflict names what conflicts', async () => {
  const folder = await policyFolder();
  const runtime = await openTestRuntime({ policyFolder: folder, ticketLifeSeconds: 60 });
  const { ticket } = runtime.decider.select(questionOf(), false);
  const good = { attempt: 0, status: 'success' as const, quality: 1, qualitySource: 'x' };
  await runtime.reporter.report('acme' as TenantId, ticket, [good]);
  await new Promise((r) => setTimeout(r, 5));
  await expect(
    runtime.reporter.report('acme' as TenantId, ticket, [{ ...good, quality: 0 }]),
  ).rejects.toThrow(/another quality/);
});
it('a tenant that the configuration allows can select', async () => {
  const folder = await policyFolder({ budgets: [{ id: 'b'.repeat(63), averageUsdPerRequest: 1 }] });
  const runtime = await openTestRuntime({ policyFolder: folder, ticketLifeSeconds: 60 });
  runtime.decider.select(
    questionOf({ tenant: 't'.repeat(128) as TenantId, useCase: 'u'.repeat(63) as never }),
    false,
  );
});
