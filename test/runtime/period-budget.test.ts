import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { RESERVATION_LIFE_MS } from '../../src/core/budget/period-standing.js';
import { SextantError } from '../../src/core/errors.js';
import type { DecisionId, TenantId } from '../../src/core/ids.js';
import { LearningState } from '../../src/core/learning/learning-state.js';
import type { Policy } from '../../src/core/selection/policy.js';
import { Activity } from '../../src/runtime/activity.js';
import { Breakers } from '../../src/runtime/breakers.js';
import { Decider, type IssuedDecision } from '../../src/runtime/decider.js';
import { ReportWatch } from '../../src/runtime/report-watch.js';
import { ESTIMATING } from '../../src/runtime/token-counter.js';
import { Reservations } from '../../src/runtime/reservations.js';
import { ephemeralTicketKeys } from '../../src/runtime/ticket-keys.js';
import { modelEntry, policyFolder, smallPolicy, snapshotOf } from '../builders/policy.js';
import { questionOf } from '../builders/question.js';
import { NO_SHADOW } from '../builders/shadow.js';
import { fixedEnvironment, openTestRuntime, silent } from '../builders/runtime.js';
import { outcomeOf } from '../store/outcome-arbitrary.js';

const KEYS = ephemeralTicketKeys();
const LIMIT_NANO_USD = 40_000_000;
const MODELS = [
  modelEntry('acme/large', { prices: { inputUsdPerMTok: 3, outputUsdPerMTok: 15 } }),
  modelEntry('acme/small'),
];
const budgetEntry = (onExhausted: string): object => ({
  id: 'team',
  tenant: 'acme',
  period: { usd: LIMIT_NANO_USD / 1e9, every: 'day', timeZone: 'Asia/Kolkata', onExhausted },
});
/** Ten in the evening in Kolkata: two hours before the next day. */
const EVENING_MS = Date.parse('2026-03-10T16:30:00Z');
const MIDNIGHT_MS = Date.parse('2026-03-10T18:30:00Z');

let stops: Policy;
let thrifts: Policy;
beforeAll(async () => {
  stops = await smallPolicy({ models: MODELS, budgets: [budgetEntry('stop')] });
  thrifts = await smallPolicy({ models: MODELS, budgets: [budgetEntry('cheapest')] });
});

/** A decider with its clock, and reports that are folded as they come. */
function desk(policy: Policy) {
  const environment = fixedEnvironment();
  environment.timeMs = EVENING_MS;
  const learning = new LearningState(policy.bandit.halfLives);
  const snapshot = snapshotOf(policy, learning);
  const reservations = new Reservations();
  const decider = new Decider({
    snapshot: () => snapshot,
    keys: KEYS,
    environment,
    experiments: { route: () => undefined },
    shadow: NO_SHADOW,
    ticketLifeSeconds: 86_400,
    decisionLog: undefined,
    reservations,
    reportWatch: new ReportWatch({ matureMs: 3_600_000, logger: silent, nowMs: () => environment.timeMs }),
    activity: new Activity(() => environment.timeMs),
    breakers: new Breakers({ environment, logger: silent, modelOf: () => undefined }),
    tokens: ESTIMATING,
  });
  const explained = () => decider.explain(questionOf()).deliberation;
  return {
    environment,
    explained,
    select: () => decider.select(questionOf(), false),
    standing: () => explained().standing!,
    report(decisionId: DecisionId, costNanoUsd: number | undefined, eventTimeMs = environment.timeMs) {
      const execution = { status: 'success' as const, ...(costNanoUsd !== undefined && { costNanoUsd }) };
      const budget = { id: 'team', averageNanoUsd: 0 };
      // Another tenant's arms, so that estimates stay as they are.
      const tenant = 'other' as TenantId;
      const outcome = outcomeOf(0, { decisionId, execution, budget, tenant, eventTimeMs });
      learning.fold(outcome, learning.sequence);
      reservations.release(outcome.decisionId);
    },
  };
}
type Desk = ReturnType<typeof desk>;

function refusal({ select }: Desk): SextantError {
  try {
    select();
  } catch (error) {
    if (error instanceof SextantError) return error;
  }
  throw new Error('nothing was refused');
}
const costOf = ({ decision }: IssuedDecision): number => Math.ceil(decision.chain[0]!.cost!.meanNanoUsd);

/** Selects until a refusal. */
function selectAll(at: Desk): IssuedDecision[] {
  const issued: IssuedDecision[] = [];
  while (issued.length < 1000) {
    try {
      issued.push(at.select());
    } catch {
      break;
    }
  }
  return issued;
}

describe('a hard stop', () => {
  it('counts decisions in flight, so that a burst does not go beyond the limit', () => {
    const at = desk(stops);
    const issued = selectAll(at);
    const total = issued.reduce((sum, one) => sum + costOf(one), 0);
    expect(issued.length).toBeGreaterThan(5);
    expect(total).toBeLessThanOrEqual(LIMIT_NANO_USD);
    expect(at.standing()).toMatchObject({ reservedNanoUsd: total, spentNanoUsd: 0 });
  });

  it('removes dear candidates first, and names what remains', () => {
    const at = desk(stops);
    const { large, small } = costs(at);
    at.report(at.select().decisionId, LIMIT_NANO_USD - Math.floor((large + small) / 2));
    const found = at.explained();
    expect(found.candidates.map(({ model }) => model.id)).toEqual(['acme/small']);
    expect(found.removals).toMatchObject([{ model: 'acme/large', filter: 'budget' }]);
    expect(found.removals[0]!.reason).toMatch(/expected to cost .* USD, .* USD remain/);
  });

  it('refuses with the budget, the figures, and the time until the period ends', () => {
    const at = desk(stops);
    at.report(at.select().decisionId, LIMIT_NANO_USD);
    const error = refusal(at);
    expect(error.code).toBe('BUDGET_EXHAUSTED');
    expect(error.message).toContain('budget team is exhausted: 0.04 of 0.04 USD of this day are spent');
    expect(error.message).toContain('the next day begins at 2026-03-10T18:30:00.000Z');
    expect(error.details.retryAfterMs).toBe(MIDNIGHT_MS - EVENING_MS);
    expect(error.details.obstacles).toMatchObject([
      { kind: 'budget', subject: 'acme/large' },
      { kind: 'budget', subject: 'acme/small' },
    ]);
  });

  it('says to come back sooner where reports may free what is held', () => {
    const at = desk(stops);
    selectAll(at);
    expect(refusal(at).details.retryAfterMs).toBe(RESERVATION_LIFE_MS);
  });

  it('opens again with the next period, which late reports of the last one do not touch', () => {
    const at = desk(stops);
    const late = at.select();
    at.report(at.select().decisionId, LIMIT_NANO_USD);
    at.environment.timeMs = MIDNIGHT_MS - 1;
    expect(refusal(at).details.retryAfterMs).toBe(1);
    at.environment.timeMs = MIDNIGHT_MS;
    at.report(late.decisionId, LIMIT_NANO_USD, MIDNIGHT_MS - 1);
    expect(at.standing()).toMatchObject({ spentNanoUsd: 0, reservedNanoUsd: 0 });
    expect(() => at.select()).not.toThrow();
  });

  it('charges what was reported in place of what was held', () => {
    const at = desk(stops);
    const issued = at.select();
    at.report(issued.decisionId, 123);
    expect(at.standing()).toMatchObject({ spentNanoUsd: 123, reservedNanoUsd: 0 });
    at.report(at.select().decisionId, undefined);
    expect(at.standing()).toMatchObject({ spentNanoUsd: 123, reservedNanoUsd: 0 });
  });

  it('lets go of what was never reported', () => {
    const at = desk(stops);
    at.select();
    at.environment.timeMs += RESERVATION_LIFE_MS;
    expect(at.standing()).toMatchObject({ spentNanoUsd: 0, reservedNanoUsd: 0 });
  });

  it('never spends more than limit + excess over estimates + what came after its reservation lapsed', () => {
    const anyStep = fc.record({
      passMs: fc.constantFrom(0, 0, 1000, 60_000, 400_000),
      selects: fc.nat(6),
      reports: fc.array(
        fc.record({ which: fc.nat(50), costFactor: fc.double({ min: 0, max: 2, noNaN: true }) }),
        {
          maxLength: 6,
        },
      ),
    });
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 40 }), (steps) => {
        const at = desk(stops);
        const open: { issued: IssuedDecision; issuedMs: number }[] = [];
        const spent = new Map<boolean, number>();
        let allowance = LIMIT_NANO_USD;
        const settle = (which: number, costFactor: number): void => {
          const [one] = open.splice(which % open.length, 1);
          const estimate = costOf(one!.issued);
          const cost = Math.round(estimate * costFactor);
          const hasLapsed = at.environment.timeMs - one!.issuedMs >= RESERVATION_LIFE_MS;
          allowance += hasLapsed ? cost : Math.max(0, cost - estimate);
          at.report(one!.issued.decisionId, cost);
          const isNextDay = at.environment.timeMs >= MIDNIGHT_MS;
          spent.set(isNextDay, (spent.get(isNextDay) ?? 0) + cost);
        };
        for (const { passMs, selects, reports } of steps) {
          at.environment.timeMs += passMs;
          for (let i = 0; i < selects; i++) {
            try {
              open.push({ issued: at.select(), issuedMs: at.environment.timeMs });
            } catch {
              break;
            }
          }
          for (const { which, costFactor } of reports) if (open.length > 0) settle(which, costFactor);
        }
        while (open.length > 0) settle(0, 1);
        for (const sum of spent.values()) expect(sum).toBeLessThanOrEqual(allowance);
      }),
    );
  });
});

describe('a report', () => {
  it('lets go of what was held once it is durable, on the way from Select to the state', async () => {
    const folder = await policyFolder({ models: MODELS, budgets: [budgetEntry('stop')] });
    const environment = fixedEnvironment();
    const runtime = await openTestRuntime({ policyFolder: folder, environment, keys: KEYS });
    const standing = () => runtime.decider.explain(questionOf()).deliberation.standing;
    const issued = runtime.decider.select(questionOf(), false);
    expect(standing()).toMatchObject({ spentNanoUsd: 0, reservedNanoUsd: costOf(issued) });
    await runtime.reporter.report('acme' as TenantId, issued.ticket, [
      { attempt: 0, status: 'success', costNanoUsd: 77, qualitySource: '' },
    ]);
    expect(standing()).toMatchObject({ spentNanoUsd: 77, reservedNanoUsd: 0 });
    await runtime.close();
    await rm(folder, { recursive: true });
  });
});

describe('a soft stop', () => {
  it('sends what the money does not cover to the cheapest model', () => {
    const at = desk(thrifts);
    at.report(at.select().decisionId, 10 * LIMIT_NANO_USD);
    for (let i = 0; i < 20; i++) {
      expect(at.select().decision.chain.map(({ model }) => model.id)).toEqual(['acme/small']);
    }
    at.environment.timeMs = MIDNIGHT_MS + RESERVATION_LIFE_MS;
    expect(at.explained().candidates).toHaveLength(2);
  });
});

describe('a budget with a period alone', () => {
  it('is not paced, whatever was spent', () => {
    const at = desk(stops);
    at.report(at.select().decisionId, LIMIT_NANO_USD / 2);
    const found = at.explained();
    expect(found.lambda).toBe(0);
    expect(found.candidates.every(({ expectedUtility }) => Number.isFinite(expectedUtility))).toBe(true);
  });
});

function costs(at: Desk): { large: number; small: number } {
  const [large, small] = at.explained().candidates.map(({ cost }) => cost!.meanNanoUsd);
  return { large: large!, small: small! };
}
