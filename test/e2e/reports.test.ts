import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { OutcomeMetric, OutcomeStatus, type ReportResponse } from '../../src/gen/sextant/v1/outcome.js';
import { openTicket, sealTicket } from '../../src/runtime/ticket-codec.js';
import { parseTicketKeys } from '../../src/runtime/ticket-keys.js';
import { startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { policyFolder, SOUND } from './policy-folder.js';
import { readStatus, refusalOf } from './refusal.js';
import { ask, wentUnjudged, wentWell } from './samples.js';

let server: BuiltServer;
let sextant: Sextant;
let useCase: string;
let tests = 0;

beforeAll(async () => {
  server = await startServer({ rulesPath: policyFolder(SOUND) });
  sextant = connect(server.address);
});

afterAll(() => sextant.close());

beforeEach(() => {
  useCase = `reports-${(tests += 1)}`;
});

const { EXECUTION, QUALITY } = OutcomeMetric;
const brought = ({ recorded }: ReportResponse) =>
  recorded.map(({ attempt, metric, duplicate }) => [attempt, metric, duplicate ? 'duplicate' : 'new']);
const sequence = async () => (await sextant.listPosteriors({})).stateSequence;
const beliefs = async () => (await sextant.listPosteriors({ useCase })).posteriors;
/** A belief without what the clock alone changes. */
const evidence = async () =>
  (await beliefs()).map(({ model, quality, success }) => [
    model,
    quality!.observations.toFixed(3),
    success!.observations.toFixed(3),
    quality!.mean.toFixed(6),
  ]);

describe('a report that is sent twice', () => {
  test('counts once: it is acknowledged as a duplicate and changes no belief', async () => {
    const { ticket, decisionId } = await sextant.select(ask(useCase));
    const report = { ticket, attempts: [wentWell()] };
    const first = await sextant.report(report);
    expect(first.decisionId).toBe(decisionId);
    expect(brought(first)).toEqual([
      [0, EXECUTION, 'new'],
      [0, QUALITY, 'new'],
    ]);
    const [known, at] = [await evidence(), await sequence()];

    const again = await Promise.all([1, 2, 3].map(() => sextant.report(report)));
    for (const receipt of again)
      expect(brought(receipt)).toEqual([
        [0, EXECUTION, 'duplicate'],
        [0, QUALITY, 'duplicate'],
      ]);
    expect([await evidence(), await sequence()]).toEqual([known, at]);
  });

  test('counts once where both copies are sent at the same moment', async () => {
    const { ticket } = await sextant.select(ask(useCase));
    const before = await sequence();
    const copies = await Promise.all(
      Array.from({ length: 20 }, () => sextant.report({ ticket, attempts: [wentWell()] })),
    );
    expect(copies.flatMap(brought).filter(([, , kind]) => kind === 'new')).toHaveLength(2);
    expect(await sequence()).toBe(before + 2n);
  });

  test('is refused where it says something else; the first stands, and nothing of the second counts', async () => {
    const { ticket } = await sextant.select(ask(useCase));
    await sextant.report({ ticket, attempts: [wentWell({ quality: 1 })] });
    const known = await evidence();
    const other = { ticket, attempts: [wentWell({ quality: 0 }), wentWell({ attempt: 1 })] };
    expect(await refusalOf(sextant.report(other))).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'REPORT_CONFLICT',
    });
    expect(await evidence()).toEqual(known);
  });
});

describe('a ticket that is not what Select gave', () => {
  const invalid = { code: 'INVALID_ARGUMENT', reason: 'TICKET_INVALID' };
  let ticket: Buffer;
  const send = (bytes: Uint8Array) => refusalOf(sextant.report({ ticket: bytes, attempts: [wentWell()] }));
  const keys = () => parseTicketKeys(readFileSync(`${server.storePath}.keys`, 'utf8'), 'keys');

  beforeEach(async () => {
    ticket = Buffer.from((await sextant.select(ask(useCase))).ticket);
  });

  test('is refused wherever one bit of it was changed', async () => {
    for (let at = 0; at < ticket.length; at += 7) {
      const forged = Buffer.from(ticket);
      forged[at]! ^= 1 << (at % 8);
      expect(await send(forged), `byte ${at}`).toMatchObject(invalid);
    }
  });

  test('is refused where it was cut, lengthened or made up', async () => {
    for (const cut of [
      ticket.subarray(0, 1),
      ticket.subarray(0, 37),
      ticket.subarray(0, -1),
      ticket.subarray(1),
    ]) {
      expect(await send(cut)).toMatchObject(invalid);
    }
    expect(await send(Buffer.concat([ticket, Buffer.alloc(1)]))).toMatchObject(invalid);
    expect(await send(Buffer.alloc(512))).toMatchObject(invalid);
    expect(await send(Buffer.alloc(0))).toMatchObject({ reason: 'INVALID_FIELD', fields: ['ticket'] });
  });

  test('is refused after its life, with the time at which it ended', async () => {
    const fresh = openTicket(ticket, keys(), Date.now());
    // As if it had been issued a week and a second ago: signed with the server's own key.
    const old = sealTicket(
      { ...fresh, issueTimeMs: fresh.issueTimeMs - (fresh.lifeSeconds + 1) * 1000 },
      keys(),
    );
    const refusal = await send(old);
    expect(refusal).toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'TICKET_EXPIRED' });
    expect(refusal.message).toContain('expired at 20');
  });

  test('is good after a restart, since keys outlive the process', async () => {
    sextant.close();
    await server.restart();
    sextant = connect(server.address);
    expect(brought(await sextant.report({ ticket, attempts: [wentWell()] }))).toHaveLength(2);
  });
});

describe('a decision with fallbacks', () => {
  test('takes one report on all attempts, and each model learns of its own', async () => {
    const { ticket, choice, fallbacks } = await sextant.select(ask(useCase));
    const receipt = await sextant.report({
      ticket,
      attempts: [
        { attempt: 0, status: OutcomeStatus.SERVER_ERROR },
        { attempt: 1, status: OutcomeStatus.RATE_LIMITED },
        wentWell({ attempt: 2, quality: 0.9 }),
      ],
    });
    expect(brought(receipt)).toEqual([
      [0, EXECUTION, 'new'],
      [1, EXECUTION, 'new'],
      [2, EXECUTION, 'new'],
      [2, QUALITY, 'new'],
    ]);
    const bySuccess = new Map((await beliefs()).map(({ model, success }) => [model, success!.mean]));
    expect(bySuccess.get(choice!.model)).toBeLessThan(choice!.expectedSuccess);
    expect(bySuccess.get(fallbacks[0]!.model)).toBeLessThan(fallbacks[0]!.expectedSuccess);
    expect(bySuccess.get(fallbacks[1]!.model)).toBeGreaterThan(fallbacks[1]!.expectedSuccess);
  });

  test('refuses an attempt that it does not have, and records nothing of that report', async () => {
    const { ticket } = await sextant.select({ ...ask(useCase), maxFallbacks: 1 });
    const before = await sequence();
    const report = { ticket, attempts: [wentWell(), wentWell({ attempt: 2 })] };
    expect(await refusalOf(sextant.report(report))).toMatchObject({ fields: ['attempts[1].attempt'] });
    expect(await sequence()).toBe(before);
  });
});

test('quality may come later, in a report of its own', async () => {
  const { ticket, choice } = await sextant.select(ask(useCase));
  const execution = wentUnjudged();
  expect(brought(await sextant.report({ ticket, attempts: [execution] }))).toEqual([[0, EXECUTION, 'new']]);
  const later = { ticket, attempts: [{ quality: 0.25, qualitySource: 'judge:strict' }] };
  expect(brought(await sextant.report(later))).toEqual([[0, QUALITY, 'new']]);
  const [belief] = await beliefs();
  expect(belief!.model).toBe(choice!.model);
  expect(belief!.meanOutputTokens).toBeCloseTo(80, 6);
  expect(belief!.meanLatencyMs).toBeCloseTo(1200, 6);
  expect(belief!.quality!.observations).toBeCloseTo(1, 3);
});

test('cost is computed from usage and the price list where the caller does not know it', async () => {
  const decision = await sextant.select(ask(useCase));
  const { recorded } = await sextant.report({ ticket: decision.ticket, attempts: [wentWell()] });
  const { model } = await sextant.getModel({ id: decision.choice!.model });
  const { inputNanoUsdPerMtok, outputNanoUsdPerMtok } = model!.prices!;
  const expected = (20n * inputNanoUsdPerMtok + 80n * outputNanoUsdPerMtok) / 1_000_000n;
  expect(recorded[0]!.costNanoUsd).toBe(expected);
});

test('one bad item of a batch fails alone, with a status of its own', async () => {
  const tickets = await Promise.all([1, 2].map(async () => (await sextant.select(ask(useCase))).ticket));
  const { results } = await sextant.reportBatch({
    items: [
      { id: 'first', report: { ticket: tickets[0]!, attempts: [wentWell()] } },
      { id: 'forged', report: { ticket: Buffer.alloc(100), attempts: [wentWell()] } },
      { id: 'second', report: { ticket: tickets[1]!, attempts: [wentWell()] } },
    ],
  });
  expect(results.map(({ id, outcome }) => [id, outcome?.$case])).toEqual([
    ['first', 'response'],
    ['forged', 'error'],
    ['second', 'response'],
  ]);
  const { outcome } = results[1]!;
  expect(readStatus(outcome?.$case === 'error' ? outcome.value : expect.fail())).toMatchObject({
    reason: 'TICKET_INVALID',
  });
});
