import type { DecisionId, TenantId, UseCase } from '../../src/core/ids.js';
import type { ArmId } from '../../src/core/registry/model.js';
import type { Ticket } from '../../src/core/ticket/ticket.js';

export const ISSUED_MS = 1_770_000_000_000;

/** A ticket of a choice and one fallback, with the changes that a test is about. */
export function ticketOf(changes: Partial<Ticket> = {}): Ticket {
  return {
    decisionId: '01900000-0000-7000-8000-000000000001' as DecisionId,
    tenant: 'acme' as TenantId,
    useCase: 'support-chat' as UseCase,
    segment: 'code/high',
    issueTimeMs: ISSUED_MS,
    lifeSeconds: 604_800,
    policyVersion: '0123456789abcdef',
    chain: [
      { armId: 7 as ArmId, expectedQualityQ16: 52_000, expectedCostNanoUsd: 4_000_000 },
      { armId: 9 as ArmId, expectedQualityQ16: 40_000, expectedCostNanoUsd: 900_000 },
    ],
    propensityQ16: 40_000,
    inputTokens: 1000,
    batch: false,
    seed: 0x0123_4567_89ab_cdefn,
    lambda: 0.25,
    ...changes,
  };
}
