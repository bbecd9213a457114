import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { CHROMIUM, complaintsOf, launchBrowser, seriousFaults, settled, widthOf } from './browser.js';
import { runSextant, startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { operatorTokens } from './operators.js';
import { editJson, newFolder, policyFolder, SOUND } from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { ask, wentUnjudged, wentWell } from './samples.js';

const QUALITY: Readonly<Record<string, number>> = { [SOUND[0]]: 0.3, [SOUND[1]]: 0.8, [SOUND[2]]: 0.6 };
const [POOR, BEST] = SOUND;
const REQUESTS = 800;
const AT_ONCE = 20;
/** Every so many requests nobody says how good the answer was. */
const UNJUDGED_EVERY = 10;
/** Comparisons run at the lowest priority. */
vi.setConfig({ testTimeout: 120_000 });
const tokens = { acme: 'the token of acme', other: 'the token of another tenant' };
const tokenFile = join(newFolder(), 'token');

let server: BuiltServer;
let acme: Sextant;
let other: Sextant;

const definition = {
  id: 'exploration',
  useCases: ['chat'],
  unit: 'attribute:user',
  arms: [
    // One learns as it goes, the other sends each model as much.
    { id: 'learning', weight: 0.5, bandit: { policy: 'epsilon-greedy', epsilon: 0.6 } },
    { id: 'uniform', weight: 0.5, bandit: { policy: 'uniform' } },
  ],
  metrics: [{ metric: 'quality' }],
};

beforeAll(async () => {
  writeFileSync(tokenFile, tokens.acme);
  const rulesPath = policyFolder(SOUND);
  editJson(rulesPath, 'bandit.json', (value) => ({
    ...value,
    weights: { quality: 1, cost: 0, latency: 0 },
  }));
  server = await startServer({
    rulesPath,
    settings: { 'auth.tokens': JSON.stringify(operatorTokens(tokens)) },
  });
  acme = connect(server.address, { token: tokens.acme, deadlineMs: 60_000 });
  other = connect(server.address, { token: tokens.other });
});
afterAll(() => {
  acme.close();
  other.close();
});

const cli = (...more: string[]) => runSextant(['experiments', 'models', definition.id, ...more]);
const connected = (): string[] => ['--address', server.address, '--token-file', tokenFile];

async function one(i: number): Promise<void> {
  const { ticket, choice } = await acme.select({
    ...ask('chat', `Question ${i}?`),
    attributes: { user: `user-${i}` },
  });
  const unjudged = wentUnjudged();
  const quality = QUALITY[choice!.model]! + (i % 2 === 0 ? 0.1 : -0.1);
  const attempts = [i % UNJUDGED_EVERY === 0 ? unjudged : wentWell({ quality })];
  await acme.report({ ticket, attempts });
}

test('what was never started, or has no answers, is refused with the reason', async () => {
  expect(await refusalOf(acme.compareExperimentModels({ id: definition.id }))).toMatchObject({
    code: 'NOT_FOUND',
    reason: 'UNKNOWN_EXPERIMENT',
  });
  expect(await refusalOf(acme.compareExperimentModels({}))).toMatchObject({ fields: ['id'] });
  await acme.startExperiment({ experiment: { $case: 'definition', value: definition } });
  expect(await refusalOf(acme.compareExperimentModels({ id: definition.id }))).toMatchObject({
    code: 'FAILED_PRECONDITION',
    reason: 'NOTHING_TO_EVALUATE',
    message: 'there is no decision of the experiment to compare models on: none is in the decision log',
  });
  await one(0);
  const { code, stderr } = await cli(...connected());
  expect([code, stderr]).toEqual([1, expect.stringContaining('1 have no reported quality')]);
});

test('models within an arm are compared over the logged propensities, by RPC and by command', async () => {
  for (let done = 1; done < REQUESTS; done += AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, REQUESTS - done) }, (_, i) => one(done + i)));
  const { arms } = await acme.compareExperimentModels({ id: definition.id });
  expect(arms.map(({ arm }) => arm)).toEqual(['learning', 'uniform']);
  expect(arms.reduce((sum, arm) => sum + Number(arm.decisions + arm.withoutQuality), 0)).toBe(REQUESTS);
  for (const { models, decisions, withoutQuality, withoutPropensity } of arms) {
    expect(decisions).toBeGreaterThan(7n * withoutQuality);
    expect(withoutPropensity).toBe(0n);
    expect(models.length).toBeGreaterThanOrEqual(2);
    const [reference, ...others] = models;
    expect(reference!.difference).toBeUndefined();
    for (const { routedTo, meanQuality, interval, difference } of models.filter((m) => m.interval)) {
      expect(interval!.low - 0.05).toBeLessThan(QUALITY[routedTo]!);
      expect(interval!.high + 0.05).toBeGreaterThan(QUALITY[routedTo]!);
      expect(Math.abs(meanQuality! - QUALITY[routedTo]!)).toBeLessThan(0.15);
      if (difference === undefined) continue;
      const gap = QUALITY[routedTo]! - QUALITY[reference!.routedTo]!;
      expect(Math.abs(difference.value - gap)).toBeLessThan(0.15);
    }
    expect(others.some(({ difference }) => difference !== undefined)).toBe(true);
  }
  expect(arms[0]!.models[0]!.routedTo).toBe(BEST);
  const shown = await cli(...connected());
  expect(shown.code).toBe(0);
  expect(shown.stdout).toMatch(/^arm +model +n +as routed +AIPW +95 % +over +difference/m);
  expect(shown.stdout).toMatch(new RegExp(`^ *uniform +${POOR} +\\d+ `, 'm'));
  expect(shown.stdout).toMatch(/^learning: \d+ decisions without a quality are left out$/m);
});

test('another tenant sees nothing of it', async () => {
  expect(await refusalOf(other.compareExperimentModels({ id: definition.id }))).toMatchObject({
    reason: 'UNKNOWN_EXPERIMENT',
  });
});

test.runIf(CHROMIUM)('the page compares them where somebody asks for it', async () => {
  const origin = `http://127.0.0.1:${server.adminPort}`;
  const browser = await launchBrowser(CHROMIUM!);
  try {
    const page = await browser.newPage({ viewport: { width: 360, height: 740 } });
    const complaints = complaintsOf(page, origin);
    await page.goto(`${origin}/?view=experiments&id=${definition.id}`);
    await page.getByLabel(/^Token/).fill(tokens.acme);
    await page.keyboard.press('Enter');
    await settled(page);
    const table = page.getByRole('region', { name: 'Models within arms, by AIPW' });
    expect(await table.count()).toBe(0);
    await page.getByRole('button', { name: 'Compare models by AIPW' }).click();
    await table.waitFor();
    await settled(page);
    const { arms } = await acme.compareExperimentModels({ id: definition.id });
    const text = await table.innerText();
    for (const { models } of arms)
      for (const { routedTo, meanQuality } of models) {
        expect(text).toContain(routedTo);
        if (meanQuality !== undefined) expect(text).toContain(meanQuality.toFixed(3));
      }
    expect(text).toContain('Quality as routed');
    expect(await seriousFaults(page)).toEqual([]);
    expect(await widthOf(page)).toBeLessThanOrEqual(360);
    expect(complaints).toEqual([]);
  } finally {
    await browser.close();
  }
});

test('a stopped store says the same, and what it has not', async () => {
  const live = await cli('--json', ...connected());
  acme.close();
  other.close();
  expect(await server.stop()).toBe(0);
  const stopped = await cli('--json', '--store', server.storePath);
  expect([stopped.code, JSON.parse(stopped.stdout)]).toEqual([0, JSON.parse(live.stdout)]);
  const missing = await runSextant(['experiments', 'models', 'nowhere', '--store', server.storePath]);
  expect([missing.code, missing.stderr]).toEqual([1, 'no experiment "nowhere" was started on this store\n']);
});
