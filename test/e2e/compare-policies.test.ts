import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { DiffReport } from '../../src/cli/diff-report.js';
import { PolicyDifference } from '../../src/gen/sextant/v1/policy.js';
import { CHROMIUM, complaintsOf, launchBrowser, seriousFaults, settled } from './browser.js';
import { runSextant, startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { operatorTokens } from './operators.js';
import { editJson, filesOf, forUseCase, policyFolder, SOUND, writeRule } from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { ask, wentWell } from './samples.js';

const REQUESTS = 40;
/** A comparison runs at the lowest priority. */
vi.setConfig({ testTimeout: 300_000 });
const tokens = { acme: 'the token of acme', other: 'the token of another tenant' };

let server: BuiltServer;
let acme: Sextant;
let other: Sextant;
const active = policyFolder(SOUND);
/** Leaves `closed` without a model, and weighs otherwise. */
const candidate = policyFolder(SOUND);

beforeAll(async () => {
  writeRule(candidate, 'closed', {
    conditions: forUseCase('closed'),
    event: { type: 'exclude', params: { models: ['*'], reason: 'a test' } },
  });
  editJson(candidate, 'bandit.json', (value) => ({
    ...value,
    weights: { quality: 0.1, cost: 0.9, latency: 0 },
  }));
  const settings = { 'auth.tokens': JSON.stringify(operatorTokens(tokens)) };
  server = await startServer({ rulesPath: active, settings });
  acme = connect(server.address, { token: tokens.acme });
  other = connect(server.address, { token: tokens.other });
  for (let i = 0; i < REQUESTS; i++) {
    const { ticket } = await acme.select(ask(i % 4 === 0 ? 'closed' : 'open', `Question ${i}?`));
    await acme.report({ ticket, attempts: [wentWell({ quality: (i % 10) / 10 })] });
  }
});
afterAll(() => [acme, other].forEach((client) => client?.close()));

test('a candidate is held against the policy in force, on the requests of the caller’s tenant alone', async () => {
  const files = filesOf(candidate);
  const answer = await acme.comparePolicies({ files });
  expect(answer.fromVersion).toBe((await acme.activePolicy({})).version);
  expect(answer.useCases).toMatchObject([
    { useCase: 'closed', requests: BigInt(REQUESTS / 4), refused: BigInt(REQUESTS / 4), changedShare: 1 },
    { useCase: 'open', requests: BigInt((REQUESTS * 3) / 4), refused: 0n },
  ]);
  expect(answer.losses[0]).toMatchObject({ cause: 'rule closed', requests: BigInt(REQUESTS / 4) });
  expect(answer.disagreements[0]).toMatchObject({
    useCase: 'closed',
    difference: PolicyDifference.REFUSED,
    likeliest: '',
  });
  const { useCases } = await acme.comparePolicies({ files, useCase: 'open' });
  expect(useCases.map(({ useCase }) => useCase)).toEqual(['open']);
  expect(await other.comparePolicies({ files })).toMatchObject({ useCases: [], firstTime: undefined });
  const same = await acme.comparePolicies({ version: answer.fromVersion });
  expect(same.useCases.map(({ changedShare }) => changedShare)).toEqual([0, 0]);
});

test('what cannot be compared is refused with the reason', async () => {
  expect(await refusalOf(acme.comparePolicies({ fromVersion: 'abc' }))).toMatchObject({
    fields: ['from_version', 'version'],
  });
  const files = filesOf(candidate);
  expect(await refusalOf(acme.comparePolicies({ fromVersion: '00000000', files }))).toMatchObject({
    reason: 'UNKNOWN_POLICY',
  });
  const broken = files.map((one) =>
    one.file === 'bandit.json' ? { ...one, content: Buffer.from('{') } : one,
  );
  expect(await refusalOf(acme.comparePolicies({ files: broken }))).toMatchObject({
    reason: 'POLICY_REFUSED',
  });
});

test.skipIf(CHROMIUM === undefined)('the page compares a folder that was never in force', async () => {
  const origin = `http://127.0.0.1:${server.adminPort}`;
  const browser = await launchBrowser(CHROMIUM!);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const complaints = complaintsOf(page, origin);
    await page.goto(origin);
    await page.getByLabel(/^Token/).fill(tokens.acme);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Rules', exact: true }).first().click();
    await settled(page);
    const form = page.getByRole('region', { name: 'On logged requests' });
    await form.locator('select').last().selectOption('folder');
    await form.locator('input[type=file]').setInputFiles(candidate);
    await form.getByText(/\d+ files of a policy/).waitFor();
    await form.getByRole('button', { name: 'Compare' }).click();
    const byUseCase = page.getByRole('region', { name: 'Changed, by use case' });
    await byUseCase.waitFor({ timeout: 120_000 });
    expect(await byUseCase.innerText()).toMatch(/closed\s+10\s+100 %\s+–\s+–\s+10/);
    expect(await page.getByRole('region', { name: 'What takes candidates away' }).innerText()).toContain(
      'rule closed',
    );
    await page
      .getByRole('region', { name: 'Requests that change the most' })
      .getByRole('link')
      .first()
      .click();
    await page.getByRole('region', { name: 'Candidates, as logged' }).waitFor();
    await page.goBack();
    await settled(page);
    expect(await seriousFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
  } finally {
    await browser.close();
  }
});

test('the figures are those of sextant rules diff', async () => {
  const answer = await acme.comparePolicies({ files: filesOf(candidate) });
  await server.stop();
  const { stdout } = await runSextant([
    ...['rules', 'diff', active, candidate],
    ...['--log', server.storePath, '--tenant', 'acme', '--json'],
  ]);
  const report = JSON.parse(stdout) as DiffReport;
  expect(report.rows.map(({ useCase, requests, changedShare }) => [useCase, requests, changedShare])).toEqual(
    answer.useCases.map(({ useCase, requests, changedShare }) => [useCase, Number(requests), changedShare]),
  );
  expect(report.moves).toEqual(answer.moves);
  expect(report.disagreements.map(({ decisionId }) => decisionId)).toEqual(
    answer.disagreements.map(({ decisionId }) => decisionId),
  );
});
