import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { OutcomeStatus } from '../../src/gen/sextant/v1/outcome.js';
import { startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { editJson, filesOf, forUseCase, policyFolder, SOUND, writeRule } from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { ask, wentWell } from './samples.js';

const QUALITY: Readonly<Record<string, number>> = { [SOUND[0]]: 0.9, [SOUND[1]]: 0.5, [SOUND[2]]: 0.2 };
const REQUESTS = 450;
/** Evaluations run at the lowest priority. */
vi.setConfig({ testTimeout: 300_000 });
const tokens = { acme: 'the token of acme', other: 'the token of another tenant', caller: 'selects alone' };

let server: BuiltServer;
let acme: Sextant;
let other: Sextant;
let caller: Sextant;

function policyOf(bandit: object): string {
  const folder = policyFolder(SOUND);
  editJson(folder, 'bandit.json', (value) => ({ ...value, ...bandit }));
  return folder;
}

beforeAll(async () => {
  const entry = (token: string, tenant: string, roles: readonly string[]) => ({
    sha256: createHash('sha256').update(token).digest('hex'),
    principal: `one of ${tenant}`,
    tenant,
    roles,
  });
  const entries = [
    entry(tokens.acme, 'acme', ['select', 'report', 'read']),
    entry(tokens.other, 'other', ['select', 'report', 'read']),
    entry(tokens.caller, 'acme', ['select']),
  ];
  server = await startServer({
    rulesPath: policyOf({ policy: 'uniform' }),
    settings: { 'auth.tokens': JSON.stringify(entries) },
  });
  acme = connect(server.address, { token: tokens.acme });
  other = connect(server.address, { token: tokens.other });
  caller = connect(server.address, { token: tokens.caller });
  for (let i = 0; i < REQUESTS; i++) {
    const { choice, ticket } = await acme.select(ask(i % 2 === 0 ? 'even' : 'odd', `Question ${i}?`));
    const quality = QUALITY[choice!.model]!;
    const second = { ...wentWell({ quality: 0.7 }), attempt: 1 };
    const attempts =
      i % 10 === 0
        ? [{ attempt: 0, status: OutcomeStatus.TIMEOUT, latency: { seconds: 9n, nanos: 0 } }, second]
        : [wentWell({ quality })];
    await acme.report({ ticket, attempts });
  }
});

afterAll(() => [acme, other, caller].forEach((client) => client.close()));

test('a running server tells what a candidate would have earned, on the log as it is at this moment', async () => {
  const candidate = policyOf({ policy: 'fixed', fixedModel: SOUND[0] });
  const evaluated = await acme.evaluatePolicy({ files: filesOf(candidate) });
  const { support, estimates, logged, lift } = evaluated.quality!;
  expect(support).toMatchObject({ decisions: BigInt(REQUESTS), rewarded: BigInt((REQUESTS * 9) / 10) });
  expect(support!.objections).toEqual([]);
  const weighed = support!.weights.reduce((sum, { decisions }) => sum + decisions, 0n);
  expect(weighed).toBe(support!.rewarded);
  const top = support!.weights.at(-1)!;
  expect(support!.largestWeight).toBeGreaterThanOrEqual(top.from);
  for (const { estimator, value, asymptotic } of estimates) {
    // The server draws as it likes: five standard errors.
    const halfWidth = (asymptotic!.high - asymptotic!.low) / 2;
    expect(Math.abs(value - 0.9), estimator).toBeLessThan(2.5 * halfWidth + 1e-9);
  }
  expect(logged).toBeGreaterThan(0.3);
  expect(lift).toBeGreaterThan(0);
  expect(evaluated.success!.logged).toBeCloseTo(0.9, 9);
  expect(evaluated.useCases.map(({ useCase }) => useCase)).toEqual(['even', 'odd']);
  expect(evaluated.fallbacks).toMatchObject({ decisions: BigInt(REQUESTS / 10) });
  expect(evaluated.fallbacks!.meanQuality).toBeCloseTo(0.7, 9);
  expect(evaluated.reporting.map(({ arm }) => arm).sort()).toEqual([...SOUND].sort());
});

test('only the use case that is asked for is evaluated, and a budget on its own money', async () => {
  const candidate = policyOf({ policy: 'uniform' });
  editJson(candidate, 'budgets.json', (value) => ({
    ...value,
    budgets: [{ id: 'tight', tenant: 'acme', averageUsdPerRequest: 1e-8 }],
  }));
  const { quality, budgets } = await acme.evaluatePolicy({ files: filesOf(candidate), useCase: 'even' });
  expect(quality!.support!.decisions).toBe(BigInt(REQUESTS / 2));
  expect(budgets).toMatchObject([{ account: 'tight', decisions: BigInt(REQUESTS / 2) }]);
  expect(budgets[0]!.boundShare).toBeGreaterThan(0.9);
});

test('a policy that picks what was never logged gets no figure, and is told what is missing', async () => {
  const fixedModel = 'openai/gpt-4o-mini';
  const candidate = policyFolder([...SOUND, fixedModel]);
  editJson(candidate, 'bandit.json', (value) => ({ ...value, policy: 'fixed', fixedModel }));
  const { quality } = await acme.evaluatePolicy({ files: filesOf(candidate) });
  expect(quality!.support).toMatchObject({ unsupportedShare: 1 });
  expect(quality!.support!.objections.join()).toContain('100.0 % of its choices');
});

test('another tenant has no decision to evaluate on, and a caller without the role is turned away', async () => {
  const files = filesOf(policyOf({ policy: 'uniform' }));
  expect(await refusalOf(other.evaluatePolicy({ files }))).toMatchObject({
    code: 'FAILED_PRECONDITION',
    reason: 'NOTHING_TO_EVALUATE',
  });
  expect(await refusalOf(caller.evaluatePolicy({ files }))).toMatchObject({ code: 'PERMISSION_DENIED' });
});

test('what cannot be evaluated is refused with the reason', async () => {
  const files = filesOf(policyOf({ policy: 'uniform' }));
  const later = { seconds: 2_000_000_000n, nanos: 0 };
  const bad = acme.evaluatePolicy({
    version: 'abc',
    files,
    startTime: later,
    endTime: { seconds: 1n, nanos: 0 },
  });
  expect([...(await refusalOf(bad)).fields].sort()).toEqual(['end_time', 'files', 'version']);
  const broken = files.map(({ file, content }) => ({
    file,
    content: file === 'bandit.json' ? Buffer.from('{"policy": "oracle"}') : content,
  }));
  expect(await refusalOf(acme.evaluatePolicy({ files: broken }))).toMatchObject({ reason: 'POLICY_REFUSED' });
  expect(await refusalOf(acme.evaluatePolicy({ version: '00000000' }))).toMatchObject({
    reason: 'UNKNOWN_POLICY',
  });
  const closed = policyFolder(SOUND);
  for (const useCase of ['even', 'odd'])
    writeRule(closed, `closed-${useCase}`, {
      conditions: forUseCase(useCase),
      event: { type: 'exclude', params: { models: ['*'], reason: 'a test' } },
    });
  const { reason, message } = await refusalOf(acme.evaluatePolicy({ files: filesOf(closed) }));
  expect(reason).toBe('NOTHING_TO_EVALUATE');
  expect(message).toContain(`${REQUESTS} requests the policy would refuse`);
});

test('a second evaluation at the same time is told to come back, and decisions go on', async () => {
  const files = filesOf(policyOf({ policy: 'greedy' }));
  const both = await Promise.allSettled([acme.evaluatePolicy({ files }), acme.evaluatePolicy({ files })]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const refused = both.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
  expect(await refusalOf(Promise.reject(refused.reason as Error))).toMatchObject({
    code: 'RESOURCE_EXHAUSTED',
    reason: 'EVALUATION_RUNNING',
    retryAfter: { seconds: 10n },
  });
  await expect(acme.select(ask('even'))).resolves.toBeDefined();
});
