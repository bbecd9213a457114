import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readPolicyFolder } from '../../src/config/read-policy-folder.js';
import { startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import {
  editJson,
  editModels,
  forUseCase,
  newFolder,
  policyFolder,
  SOUND,
  writeRule,
} from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { ask } from './samples.js';

/** A change is read after 200 ms of quiet, or by the poll every 2 s; the rest is for a busy machine. */
const SOON = { timeout: 20_000, interval: 50 };

let folder: string;
let pristine: string;
let server: BuiltServer;
let sextant: Sextant;

beforeAll(async () => {
  folder = policyFolder(SOUND);
  pristine = join(newFolder(), 'rules');
  cpSync(folder, pristine, { recursive: true });
  server = await startServer({ rulesPath: folder });
  sextant = connect(server.address);
});

afterAll(() => sextant.close());

/** Makes the folder what it was at the start. */
function restore(): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  cpSync(pristine, folder, { recursive: true });
}

const pinned = (model: string) => ({
  conditions: forUseCase('pinned'),
  event: { type: 'pin', params: { model } },
});
const version = async () => (await sextant.activePolicy({})).version;
const chosen = async () => {
  const decisions = await Promise.all(Array.from({ length: 10 }, () => sextant.select(ask('pinned'))));
  return [...new Set(decisions.map(({ choice }) => choice!.model))];
};

/** Waits until what is in the folder now is in force: by its version, as a choice may agree by chance. */
async function inForce(): Promise<void> {
  await expect.poll(version, SOON).toBe((await readPolicyFolder(folder)).version);
  await expect.poll(async () => (await sextant.activePolicy({})).rejectedVersion, SOON).toBe('');
}

/** Changes the folder and waits until that is in force. */
async function change(edit: () => void): Promise<void> {
  edit();
  await inForce();
}

test('a rule that is written into the folder decides the next requests, and its edit the ones after', async () => {
  const { ruleCount } = await sextant.activePolicy({});
  await change(() => writeRule(folder, 'pin', pinned(SOUND[0])));
  expect(await chosen()).toEqual([SOUND[0]]);
  expect((await sextant.activePolicy({})).ruleCount).toBe(ruleCount + 1);
  expect((await sextant.select(ask('pinned'))).policyVersion).toBe(await version());

  await change(() => writeRule(folder, 'pin', pinned(SOUND[1])));
  expect(await chosen()).toEqual([SOUND[1]]);

  await change(() => rmSync(join(folder, 'rules/pin.json')));
  expect((await sextant.activePolicy({})).ruleCount).toBe(ruleCount);
});

test('a ticket of an older policy can still be reported', async () => {
  const { ticket } = await sextant.select(ask('older'));
  await change(() => editJson(folder, 'bandit.json', (value) => ({ ...value, poolingStrength: 9 })));
  expect((await sextant.report({ ticket, attempts: [{ quality: 1 }] })).recorded).toHaveLength(1);
});

describe('a folder that is broken', () => {
  let good: string;

  beforeEach(async () => {
    await change(() => writeRule(folder, 'pin', pinned(SOUND[0])));
    good = await version();
  });

  // What a failed test leaves behind is not the next one's to stumble over.
  afterEach(() => change(() => restore()));

  const rejected = async () => {
    const refused = (await readPolicyFolder(folder)).version;
    await expect.poll(async () => (await sextant.activePolicy({})).rejectedVersion, SOON).toBe(refused);
    const active = await sextant.activePolicy({});
    expect(active.version).toBe(good);
    expect(await chosen()).toEqual([SOUND[0]]);
    return active.faults;
  };

  test('by half a file leaves the last good version in force and names file and line; mended, it follows', async () => {
    const path = join(folder, 'rules/pin.json');
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, whole.slice(0, whole.length / 2));
    const faults = await rejected();
    expect(faults).toEqual([expect.objectContaining({ file: 'rules/pin.json', path: '$' })]);
    expect(faults[0]!.reason).toMatch(/not valid JSON/);

    await change(() => writeFileSync(path, whole.replaceAll(SOUND[0], SOUND[2])));
    expect(await chosen()).toEqual([SOUND[2]]);
    expect(await sextant.activePolicy({})).toMatchObject({ rejectedVersion: '', faults: [] });
  });

  test('by an unknown fact, operator and model is refused with all three named', async () => {
    writeRule(folder, 'wrong', {
      conditions: {
        all: [
          { fact: 'reqest', path: '$.useCase', operator: 'equal', value: 'x' },
          { fact: 'request', path: '$.useCase', operator: 'equals', value: 'x' },
        ],
      },
      event: { type: 'pin', params: { model: 'acme/nothing' } },
    });
    const faults = await rejected();
    expect(faults.every(({ file }) => file === 'rules/wrong.json')).toBe(true);
    const said = faults.map(({ path, reason, suggestion }) => `${path} ${reason} ${suggestion}`).join('\n');
    for (const word of ['conditions.all[0]', 'conditions.all[1]', 'params.model'])
      expect(said).toContain(word);

    // Taken back, the folder is what is in force, and nothing is rejected any more.
    rmSync(join(folder, 'rules/wrong.json'));
    await expect.poll(async () => (await sextant.activePolicy({})).rejectedVersion, SOON).toBe('');
    expect(await version()).toBe(good);
  });

  test('by a model that RPC made already is refused, and by a file that is gone', async () => {
    const { model } = await sextant.getModel({ id: SOUND[1] });
    await sextant.createModel({ model: { ...model!, id: 'acme/both', aliases: [] } });
    editModels(folder, (models) => [
      ...models,
      { ...models[0]!, id: 'acme/both', provider: 'acme', aliases: [] },
    ]);
    expect((await rejected()).map(({ reason }) => reason).join()).toMatch(/acme\/both|twice|already|both/);
    await sextant.deleteModel({ id: 'acme/both' });
    editModels(folder, (models) => models.filter(({ id }) => id !== 'acme/both'));
    await expect.poll(async () => (await sextant.activePolicy({})).rejectedVersion, SOON).toBe('');

    const priors = readFileSync(join(folder, 'priors.json'));
    rmSync(join(folder, 'priors.json'));
    expect(await rejected()).toEqual([
      expect.objectContaining({ file: 'priors.json', reason: 'is missing' }),
    ]);
    writeFileSync(join(folder, 'priors.json'), priors);
    await expect.poll(async () => (await sextant.activePolicy({})).rejectedVersion, SOON).toBe('');
  });
});

test('a new price changes what EstimateCost says', async () => {
  const [model] = SOUND;
  const cost = async () =>
    (await sextant.estimateCost({ input: { inputTokens: 1_000_000n, complexity: {} }, model })).costs[0]!
      .cost!.meanNanoUsd;
  const before = await cost();
  await change(() =>
    editModels(folder, (models) =>
      models.map((entry) =>
        entry.id === model ? { ...entry, prices: { ...entry.prices, inputUsdPerMTok: 99 } } : entry,
      ),
    ),
  );
  expect(await cost()).toBeGreaterThan(before);
  expect(Number(await cost()) / 1e9).toBeGreaterThan(99);
});

test('a model that leaves the file is no candidate, its tickets are still good, and it comes back with what it learned', async () => {
  const { ticket } = await sextant.select({ ...ask('leaving'), requirements: { providers: ['google'] } });
  const models = readFileSync(join(folder, 'models.json'));
  const rules = join(folder, 'rules');
  rmSync(join(rules, 'pin.json'), { force: true });
  await change(() => editModels(folder, (all) => all.filter(({ id }) => id !== SOUND[1])));
  expect(
    await refusalOf(sextant.select({ ...ask('leaving'), requirements: { providers: ['google'] } })),
  ).toMatchObject({
    reason: 'NO_CANDIDATE',
  });
  await sextant.report({ ticket, attempts: [{ quality: 1 }] });
  await change(() => writeFileSync(join(folder, 'models.json'), models));
  const { posteriors } = await sextant.listPosteriors({ useCase: 'leaving' });
  expect(posteriors.map(({ model, quality }) => [model, quality!.observations.toFixed(2)])).toEqual([
    [SOUND[1], '1.00'],
  ]);
});

test('what is no part of a policy is refused by name, and other files are left alone', async () => {
  const before = await version();
  mkdirSync(join(folder, 'notes'));
  writeFileSync(join(folder, 'notes/ideas.json'), '{}');
  await expect
    .poll(async () => (await sextant.activePolicy({})).faults.map(({ file }) => file), SOON)
    .toEqual(['notes/ideas.json']);
  await change(() => {
    rmSync(join(folder, 'notes'), { recursive: true });
    writeFileSync(join(folder, 'README.md'), 'Ask before you change this.');
  });
  expect(await version()).toBe(before);
});
