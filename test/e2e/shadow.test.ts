import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AuditAction } from '../../src/gen/sextant/v1/audit.js';
import { PolicyDifference, ShadowPhase } from '../../src/gen/sextant/v1/policy.js';
import { runSextant, startServer, type BuiltServer } from './built-server.js';
import { metricsOf } from './metrics-text.js';
import { connect, type Sextant } from './clients.js';
import { operatorTokens } from './operators.js';
import { editJson, forUseCase, newFolder, policyFolder, SOUND, writeRule } from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { ask, wentWell } from './samples.js';

const SOON = { timeout: 20_000, interval: 50 };
const tokens = { acme: 'the token of acme', other: 'the token of another tenant' };

let server: BuiltServer;
let acme: Sextant;
let other: Sextant;
const tokenFile = join(newFolder(), 'token');

beforeAll(async () => {
  const entries = operatorTokens(tokens);
  writeFileSync(tokenFile, tokens.acme);
  server = await startServer({
    rulesPath: policyFolder(SOUND),
    settings: { 'auth.tokens': JSON.stringify(entries) },
  });
  acme = connect(server.address, { token: tokens.acme });
  other = connect(server.address, { token: tokens.other });
});
afterAll(() => {
  acme.close();
  other.close();
});

/** A candidate that leaves `closed` alone without a model, and `open` as it is. */
function candidate(): string {
  const folder = policyFolder(SOUND);
  writeRule(folder, 'closed', {
    conditions: forUseCase('closed'),
    event: { type: 'exclude', params: { models: ['*'], reason: 'a test' } },
  });
  return folder;
}

const policy = (...arguments_: string[]) =>
  runSextant(['policy', ...arguments_, '--address', server.address, '--token-file', tokenFile]);

async function work(sextant: Sextant, useCase: string, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const { ticket } = await sextant.select(ask(useCase, `Question ${i}?`));
    await sextant.report({ ticket, attempts: [wentWell()] });
  }
}

const live = () =>
  expect.poll(async () => (await acme.getShadow({})).shadow?.phase, SOON).toBe(ShadowPhase.LIVE);

test('a candidate runs beside the policy in force on a thread of its own, and its disagreements are counted', async () => {
  await work(acme, 'open', 20);
  const { code, stdout } = await policy('shadow', 'start', candidate(), '--reason', 'before Friday');
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^[0-9a-f]{12} runs beside [0-9a-f]{12}\n$/)]);
  await live();
  await work(acme, 'open', 30);
  await work(acme, 'closed', 10);
  await work(other, 'closed', 5);
  await expect
    .poll(async () => (await acme.getShadow({})).useCases.map(({ requests }) => requests), SOON)
    .toEqual([10n, 30n]);
  const { shadow, useCases, losses, disagreements } = await acme.getShadow({});
  expect(shadow).toMatchObject({ phase: ShadowPhase.LIVE, reason: 'before Friday', skippedRequests: 0n });
  const [closed, open] = useCases;
  expect(closed).toMatchObject({ useCase: 'closed', refused: 10n, changedShare: 1 });
  expect(open).toMatchObject({ useCase: 'open', refused: 0n, otherCandidates: 0n, otherShares: 0n });
  expect(open!.changedShare).toBeLessThan(0.002);
  // The posteriors of what was learned before it started are made seconds later than the server's, under a half-life of
  // 720 h; where nothing was, the two are equal to the last bit.
  expect(open!.expectedCostNanoUsd / open!.expectedCostNanoUsdActive).toBeCloseTo(1, 5);
  expect(losses).toEqual([{ cause: 'rule closed', requests: 10n, candidates: 30n }]);
  expect(disagreements).toHaveLength(10);
  expect(disagreements[0]).toMatchObject({
    useCase: 'closed',
    difference: PolicyDifference.REFUSED,
    likeliest: '',
    causes: ['rule closed'],
  });
});

test('a tenant sees its own requests alone, and not who of another tenant started it', async () => {
  const { shadow, useCases, disagreements } = await other.getShadow({});
  expect(shadow).toMatchObject({ startedBy: undefined, reason: '' });
  expect(useCases.map(({ useCase, requests }) => [useCase, requests])).toEqual([['closed', 5n]]);
  expect(disagreements).toHaveLength(5);
});

test('people read it, and ops find it among the metrics', async () => {
  const { stdout } = await policy('shadow');
  for (const text of ['by ops of acme (acme): before Friday', 'closed', '100.0 %', 'rule closed'])
    expect(stdout).toContain(text);
  const metrics = await metricsOf(server);
  expect(metrics).toContain('sextant_shadow_requests{difference="refused"} 15');
  expect(metrics).toContain('sextant_shadow_requests{difference="skipped"} 0');
});

test('it is there again after a kill, and gone once it was stopped', async () => {
  acme.close();
  other.close();
  await server.kill();
  await server.restart();
  acme = connect(server.address, { token: tokens.acme });
  other = connect(server.address, { token: tokens.other });
  await live();
  expect((await acme.getShadow({})).useCases).toEqual([]);
  await work(acme, 'closed', 3);
  await expect.poll(async () => (await acme.getShadow({})).useCases[0]?.refused, SOON).toBe(3n);
  expect((await policy('shadow', 'stop')).stdout).toBe('no candidate runs any more\n');
  expect((await acme.getShadow({})).shadow).toBeUndefined();
  const { entries } = await acme.listAuditEntries({});
  expect(entries.slice(0, 2).map(({ action }) => action)).toEqual([
    AuditAction.SHADOW_STOPPED,
    AuditAction.SHADOW_STARTED,
  ]);
});

test('what cannot be run is refused with the reason', async () => {
  const folder = candidate();
  editJson(folder, 'bandit.json', (value) => ({ ...value, policy: 'best' }));
  const { code, stderr } = await policy('shadow', 'start', folder);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^bandit\.json:\d+:\d+ policy: /)]);
  expect((await policy('shadow', 'start', 'nowhere')).stderr).toBe(
    'nowhere is neither a folder nor a version, 8 or more digits\n',
  );
  expect(await refusalOf(acme.stopShadow({}))).toMatchObject({ reason: 'NO_SHADOW' });
  expect(await refusalOf(acme.startShadow({ fraction: 2 }))).toMatchObject({
    reason: 'INVALID_FIELD',
    fields: ['version', 'fraction'],
  });
  expect(await refusalOf(acme.startShadow({ version: 'deadbeef00' }))).toMatchObject({
    reason: 'UNKNOWN_POLICY',
  });
});
