import { beforeAll, describe, expect, it } from 'vitest';
import { contextValues } from '../../../src/core/context/context-vector.js';
import { contextLayoutOf } from '../../../src/core/selection/policy.js';
import type { DecisionId, TenantId, UseCase } from '../../../src/core/ids.js';
import { LearningState } from '../../../src/core/learning/learning-state.js';
import { normalizeAttempt } from '../../../src/core/outcome/normalize.js';
import type { ArmId } from '../../../src/core/registry/model.js';
import { deliberate, draw, type Decision } from '../../../src/core/selection/decide.js';
import type { Question } from '../../../src/core/selection/question.js';
import type { DecisionSnapshot } from '../../../src/core/selection/snapshot.js';
import { ticketOf } from '../../../src/core/selection/ticket-of.js';
import type { Ticket } from '../../../src/core/ticket/ticket.js';
import { openTicket, sealTicket, TICKET_MAX_BYTES } from '../../../src/runtime/ticket-codec.js';
import { ephemeralTicketKeys } from '../../../src/runtime/ticket-keys.js';
import { START_MS } from '../../builders/learning.js';
import { BANDIT, smallPolicy, snapshotOf } from '../../builders/policy.js';
import { questionOf } from '../../builders/question.js';
import { armOf, posteriorGap, posteriorOf } from '../../builders/regression.js';
import { ticketOf as anyTicketOf } from '../../builders/ticket.js';

const TEXT =
  'Prove that √2 is irrational, then write a Python function that checks it. Ünïcode: 日本 \ud83d!';
const ISSUE = {
  decisionId: '01900000-0000-7000-8000-000000000001' as DecisionId,
  issueTimeMs: START_MS,
  lifeSeconds: 3_600,
  policyVersion: '0123456789abcdef',
};
const keys = ephemeralTicketKeys();

let snapshot: DecisionSnapshot;
beforeAll(async () => {
  const bandit = { policy: 'linear', linear: { ...BANDIT.linear, hashedWords: 64 } };
  const policy = await smallPolicy({ bandit });
  snapshot = snapshotOf(policy, new LearningState(policy.bandit.halfLives, contextLayoutOf(policy)));
});

function question(): Question {
  const input = { messages: [{ role: 'user' as const, text: TEXT }], modalities: [], toolCount: 0 };
  return questionOf({ input, maxFallbacks: 3 });
}

function roundTrip(): { decision: Decision; ticket: Ticket } {
  const asked = question();
  const decision = draw(deliberate(snapshot, asked, { nowMs: START_MS, explain: false }), 5n, 3);
  const sealed = sealTicket(ticketOf(decision, asked, ISSUE), keys);
  return { decision, ticket: openTicket(sealed, keys, START_MS) };
}

describe('the context that a decision scored', () => {
  it('comes back in its ticket, byte by byte', () => {
    const { decision, ticket } = roundTrip();
    expect(decision.context).toHaveLength(86);
    expect(ticket.context).toEqual(decision.context);
  });

  it('is what the report’s outcomes teach, from the ticket alone', () => {
    const { decision, ticket } = roundTrip();
    const report = {
      attempt: 0,
      status: 'success' as const,
      quality: 0.9,
      qualitySource: 'test',
      usage: { outputTokens: 500 },
    };
    const context = { receiveTimeMs: START_MS, digest: () => '' };
    const { learning } = snapshot;
    for (const outcome of normalizeAttempt(ticket, report, context)) {
      expect(outcome.context).toEqual(decision.context);
      learning.fold(outcome, learning.sequence);
    }
    const x = contextValues(decision.context!);
    const expected = armOf(x.length, [{ x, y: 0.9, weight: 1 }]);
    const { armId } = decision.chain[0]!.arm;
    const { sums } = learning.useCase(ticket.tenant, ticket.useCase)!.regressions.get(armId)!.quality;
    const weight = sums.scalars[0]!;
    const [learned, byHand] = [
      posteriorOf(x.length, [{ sums, factor: 1 / weight }]),
      posteriorOf(x.length, [{ sums: expected.sums, factor: 1 }]),
    ];
    expect(posteriorGap(learned, byHand)).toBeLessThan(1e-12);
  });

  it('is nowhere the text: neither in the ticket nor in what is learned', () => {
    const asked = question();
    const decision = draw(deliberate(snapshot, asked, { nowMs: START_MS, explain: false }), 5n, 3);
    const sealed = sealTicket(ticketOf(decision, asked, ISSUE), keys).toString('latin1');
    for (const word of ['Prove', 'irrational', 'Python', 'python', 'checks']) {
      expect(sealed).not.toContain(word);
    }
  });
});

describe('a ticket with a full context', () => {
  it('stays within 512 bytes: 94 coordinates, five attempts, names of 63 bytes, a budget per tenant', () => {
    const longest = 'n'.repeat(63);
    const ticket = anyTicketOf({
      tenant: longest as TenantId,
      useCase: longest as UseCase,
      segment: 'medium',
      chain: Array.from({ length: 5 }, (_, i) => ({
        armId: (100_000 + i) as ArmId,
        expectedQualityQ16: 0xffff,
        expectedCostNanoUsd: 100_000_000_000,
        expectedOutputTokens: 123.456,
      })),
      propensityQ16: 65_536,
      inputTokens: 2_000_000,
      batch: true,
      budget: { id: `${longest}/${longest}`, averageNanoUsd: 100_000_000_000 },
      context: new Int8Array(94).fill(-127),
      contextMapId: 0xffffffff,
      labelProbabilityQ16: 65_536,
      seed: 2n ** 64n - 1n,
      lambda: 0.1,
    });
    expect(sealTicket(ticket, keys).length).toBeLessThanOrEqual(TICKET_MAX_BYTES);
  });
});
