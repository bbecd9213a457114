import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SextantError } from '../../src/core/errors.js';
import type { DecisionId, TenantId, UseCase } from '../../src/core/ids.js';
import type { ArmId } from '../../src/core/registry/model.js';
import type { Ticket } from '../../src/core/ticket/ticket.js';
import { openTicket, sealTicket, TICKET_MAX_BYTES } from '../../src/runtime/ticket-codec.js';
import { newTicketKeyLine, parseTicketKeys } from '../../src/runtime/ticket-keys.js';
import { ISSUED_MS, ticketOf } from '../builders/ticket.js';

const LINE = `01020304:${'ab'.repeat(32)}\n`;
const OTHER_LINE = `05060708:${'cd'.repeat(32)}\n`;
const KEYS = parseTicketKeys(LINE, 'test');

function codeOf(act: () => unknown): string {
  try {
    act();
    return 'none';
  } catch (error) {
    return error instanceof SextantError ? error.code : `unforeseen: ${String(error)}`;
  }
}

const name = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,30}$/);
const whole = fc.maxSafeNat();
const uint16 = fc.option(fc.integer({ min: 1, max: 0xffff }), { nil: undefined });
/** What a ticket says that only judges estimates and shows drift. */
const TOLD = { costInterval: 0xffff, expectedSuccessQ16: 0xffff, expectedLogLatencyQ10: 0xfffe };
const link = fc
  .record({
    armId: fc.nat(0xffff_ffff) as fc.Arbitrary<ArmId>,
    expectedQualityQ16: fc.nat(0xffff),
    expectedCostNanoUsd: whole,
    costInterval: uint16,
    expectedSuccessQ16: uint16,
    expectedLogLatencyQ10: uint16,
  })
  .map(({ costInterval, expectedSuccessQ16, expectedLogLatencyQ10, ...rest }) => ({
    ...rest,
    ...(costInterval !== undefined && { costInterval }),
    ...(expectedSuccessQ16 !== undefined && { expectedSuccessQ16 }),
    ...(expectedLogLatencyQ10 !== undefined && { expectedLogLatencyQ10 }),
  }));
const anyTicket: fc.Arbitrary<Ticket> = fc
  .record({
    decisionId: fc.uuid() as fc.Arbitrary<DecisionId>,
    tenant: name as fc.Arbitrary<TenantId>,
    useCase: name as fc.Arbitrary<UseCase>,
    segment: name,
    issueTimeMs: fc.integer({ min: ISSUED_MS, max: ISSUED_MS + 1e9 }),
    lifeSeconds: fc.integer({ min: 0, max: 2_592_000 }),
    policyVersion: fc.constantFrom('0123456789abcdef', 'ffffffffffffffff'),
    chain: fc.array(link, { minLength: 1, maxLength: 5 }),
    propensityQ16: fc.nat(65_536),
    inputTokens: whole,
    batch: fc.boolean(),
    budget: fc.option(fc.record({ id: name, averageNanoUsd: whole }), { nil: undefined }),
    exposure: fc.constantFrom(
      undefined,
      { experiment: 1, group: 0, phase: 0, position: 0 },
      { experiment: 0xffff, group: 16, phase: 255, position: 2 ** 53 - 1, covariate: 0.25 },
    ),
    seed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    lambda: fc.float({ min: 0, max: 1e6, noNaN: true }),
  })
  .map(({ budget, exposure, ...rest }) => ({
    ...rest,
    ...(budget && { budget }),
    ...(exposure && { exposure }),
  }));

describe('a ticket', () => {
  it('opens as it was sealed', () => {
    fc.assert(
      fc.property(anyTicket, (ticket) => {
        expect(openTicket(sealTicket(ticket, KEYS), KEYS, ticket.issueTimeMs)).toEqual(ticket);
      }),
    );
  });

  it('opens out of the middle of a larger buffer', () => {
    const sealed = sealTicket(ticketOf(), KEYS);
    const within = Buffer.concat([Buffer.alloc(7, 1), sealed, Buffer.alloc(5, 2)]);
    expect(openTicket(within.subarray(7, 7 + sealed.length), KEYS, ISSUED_MS)).toEqual(ticketOf());
  });

  it('opens one from before tickets told intervals of cost and what drift is measured by', () => {
    const { chain } = openTicket(sealTicket(ticketOf(), KEYS), KEYS, ISSUED_MS);
    for (const told of Object.keys(TOLD)) expect(chain.every((attempt) => !(told in attempt))).toBe(true);
  });

  /** Five attempts, a context of 32 and a budget per tenant, all as long as they can be, with names of that length. */
  function fullTicket(nameLength: number): Ticket {
    const longest = 'n'.repeat(nameLength);
    return ticketOf({
      tenant: longest as TenantId,
      useCase: longest as UseCase,
      segment: 'factual_question/medium',
      chain: Array.from({ length: 5 }, () => ({
        armId: 0xffff_ffff as ArmId,
        expectedQualityQ16: 0xffff,
        expectedCostNanoUsd: 1_000_000_000_000,
        expectedOutputTokens: 1234.5,
        ...TOLD,
      })),
      context: new Int8Array(32).fill(-1),
      contextMapId: 0xffff_ffff,
      labelProbabilityQ16: 65_536,
      propensityQ16: 65_536,
      inputTokens: 100_000_000,
      batch: true,
      budget: { id: `${longest}/${longest}`, averageNanoUsd: 1_000_000_000_000 },
      seed: 2n ** 64n - 1n,
      lambda: 0.1,
    });
  }

  it('stays within 512 bytes with names of 63 bytes, and tells intervals of cost', () => {
    const sealed = sealTicket(fullTicket(63), KEYS);
    expect(sealed.length).toBeLessThanOrEqual(TICKET_MAX_BYTES);
    for (const link of openTicket(sealed, KEYS, ISSUED_MS).chain) expect(link.costInterval).toBe(0xffff);
    expect(TICKET_MAX_BYTES).toBe(512);
  });

  it('tells what drift is measured by where names have up to 48 bytes', () => {
    const { chain } = openTicket(sealTicket(fullTicket(48), KEYS), KEYS, ISSUED_MS);
    for (const link of chain) expect(link).toMatchObject(TOLD);
  });

  it('has room for an experiment where it is as long as can be', () => {
    const longest = 'n'.repeat(63);
    const chain = Array.from({ length: 5 }, () => ({
      armId: 0xffff_ffff as ArmId,
      expectedQualityQ16: 0xffff,
      expectedCostNanoUsd: 1_000_000_000_000,
      expectedOutputTokens: 1234.5,
      ...TOLD,
    }));
    const exposure = { experiment: 0xffff, group: 16, phase: 255, position: 2 ** 53 - 1, covariate: 0.25 };
    const ticket = ticketOf({
      tenant: longest as TenantId,
      useCase: longest as UseCase,
      segment: 'factual_question/medium',
      chain,
      context: new Int8Array(32).fill(-1),
      contextMapId: 0xffff_ffff,
      labelProbabilityQ16: 65_536,
      propensityQ16: 65_536,
      inputTokens: 100_000_000,
      batch: true,
      budget: { id: `${longest}~65535.16/${longest}`, averageNanoUsd: 1_000_000_000_000 },
      exposure,
      seed: 2n ** 64n - 1n,
      lambda: 0.1,
    });
    const opened = openTicket(sealTicket(ticket, KEYS), KEYS, ISSUED_MS);
    expect(opened.exposure).toEqual(exposure);
    expect(opened.budget).toEqual(ticket.budget);
  });

  it('leaves out what drift is measured by, and then intervals of cost, where it is full otherwise', () => {
    const chain = ticketOf().chain.map((attempt) => ({ ...attempt, ...TOLD }));
    const filled = (length: number): Ticket => ticketOf({ chain, segment: 's'.repeat(length) });
    const opened = (length: number) => openTicket(sealTicket(filled(length), KEYS), KEYS, ISSUED_MS).chain;
    const room = TICKET_MAX_BYTES - sealTicket(filled(300), KEYS).length;
    expect(opened(300 + room)).toEqual(chain);
    const { costInterval } = TOLD;
    expect(opened(300 + room + 1)).toEqual(ticketOf().chain.map((attempt) => ({ ...attempt, costInterval })));
    expect(opened(300 + room + 12)).toEqual(ticketOf().chain);
  });

  it('is refused when any one of its bytes was changed', () => {
    const sealed = sealTicket(ticketOf(), KEYS);
    for (let at = 0; at < sealed.length; at++) {
      for (const change of [1, 0x80, 0xff]) {
        const forged = Buffer.from(sealed);
        forged[at]! ^= change;
        expect(codeOf(() => openTicket(forged, KEYS, ISSUED_MS))).toBe('TICKET_INVALID');
      }
    }
  });

  it('is refused when it was cut short or drawn out', () => {
    const sealed = sealTicket(ticketOf(), KEYS);
    for (let length = 0; length < sealed.length; length++) {
      expect(codeOf(() => openTicket(sealed.subarray(0, length), KEYS, ISSUED_MS))).toBe('TICKET_INVALID');
    }
    for (const tail of [1, 32, 600]) {
      const longer = Buffer.concat([sealed, Buffer.alloc(tail)]);
      expect(codeOf(() => openTicket(longer, KEYS, ISSUED_MS))).toBe('TICKET_INVALID');
    }
  });

  it('is refused with any bytes that nobody signed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect(codeOf(() => openTicket(bytes, KEYS, ISSUED_MS))).toBe('TICKET_INVALID');
      }),
    );
  });

  it('lives to the end of its life, and not a millisecond longer', () => {
    const sealed = sealTicket(ticketOf({ lifeSeconds: 60 }), KEYS);
    expect(openTicket(sealed, KEYS, ISSUED_MS + 60_000).lifeSeconds).toBe(60);
    expect(codeOf(() => openTicket(sealed, KEYS, ISSUED_MS + 60_001))).toBe('TICKET_EXPIRED');
  });
});

describe('the keys of tickets', () => {
  it('refuse a ticket of another key, and of another secret under the same id', () => {
    const sealed = sealTicket(ticketOf(), KEYS);
    const sameId = parseTicketKeys(`01020304:${'ff'.repeat(32)}`, 'test');
    for (const keys of [parseTicketKeys(OTHER_LINE, 'test'), sameId]) {
      expect(codeOf(() => openTicket(sealed, keys, ISSUED_MS))).toBe('TICKET_INVALID');
    }
  });

  it('rotate: the first line signs, every line verifies', () => {
    const rotated = parseTicketKeys(`# new\n${OTHER_LINE}\n${LINE}`, 'test');
    const [old, fresh] = [sealTicket(ticketOf(), KEYS), sealTicket(ticketOf(), rotated)];
    expect(openTicket(old, rotated, ISSUED_MS)).toEqual(ticketOf());
    expect(openTicket(fresh, rotated, ISSUED_MS)).toEqual(ticketOf());
    expect(openTicket(fresh, parseTicketKeys(OTHER_LINE, 'test'), ISSUED_MS)).toEqual(ticketOf());
    expect(codeOf(() => openTicket(fresh, KEYS, ISSUED_MS))).toBe('TICKET_INVALID');
  });

  it('are new with each new line', () => {
    expect(newTicketKeyLine()).not.toBe(newTicketKeyLine());
    expect(newTicketKeyLine()).toMatch(/^[0-9a-f]{8}:[0-9a-f]{64}:[0-9a-f]{8}\n$/);
  });
});
