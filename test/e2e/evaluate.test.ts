import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { DecisionRecord } from '../../src/gen/sextant/storage/v1/storage.js';
import { openLevelStore } from '../../src/store/level/open-level-store.js';
import { runSextant, startServer } from './built-server.js';
import { connect } from './clients.js';
import { editJson, newFolder, policyFolder, SOUND } from './policy-folder.js';
import { ask, wentUnjudged, wentWell } from './samples.js';

const QUALITY: Readonly<Record<string, number>> = { [SOUND[0]]: 0.9, [SOUND[1]]: 0.5, [SOUND[2]]: 0.2 };
const REQUESTS = 540;
/** One answer in ten is never judged. */
const UNJUDGED_EVERY = 10;
const storePath = join(newFolder(), 'store');

function policyOf(bandit: object, models: readonly string[] = SOUND): string {
  const folder = policyFolder(models);
  editJson(folder, 'bandit.json', (value) => ({ ...value, ...bandit }));
  return folder;
}

beforeAll(async () => {
  const server = await startServer({ storePath, rulesPath: policyOf({ policy: 'uniform' }) });
  const sextant = connect(server.address);
  for (let i = 0; i < REQUESTS; i++) {
    const { choice, ticket } = await sextant.select(ask(i % 2 === 0 ? 'even' : 'odd', `Question ${i}?`));
    const quality = QUALITY[choice!.model]! + (i % 3 === 0 ? 0.05 : -0.025);
    const unjudged = wentUnjudged();
    await sextant.report({ ticket, attempts: [i % UNJUDGED_EVERY === 0 ? unjudged : wentWell({ quality })] });
  }
  sextant.close();
  await server.stop();
});

interface Evaluated {
  readonly quality: {
    readonly support: {
      readonly decisions: number;
      readonly rewarded: number;
      readonly objections: string[];
    };
    readonly estimates: {
      readonly estimator: string;
      readonly value: number;
      readonly asymptotic: { readonly low: number; readonly high: number };
    }[];
    readonly lift: { readonly value: number };
    readonly logged: number;
  };
  readonly byUseCase: { readonly useCase: string }[];
}

async function evaluated(policy: string, ...more: string[]): Promise<Evaluated & { code: number | null }> {
  const arguments_ = ['evaluate', '--json', '--store', storePath, '--policy', policy, ...more];
  const { code, stdout } = await runSextant(arguments_);
  return { code, ...(JSON.parse(stdout) as Evaluated) };
}

test('what a fixed model would have earned is found in the log of a policy that took all evenly', async () => {
  for (const fixedModel of [SOUND[0], SOUND[2]]) {
    const { code, quality } = await evaluated(policyOf({ policy: 'fixed', fixedModel }));
    expect(code).toBe(0);
    for (const { estimator, value, asymptotic } of quality.estimates) {
      if (estimator === 'switch-dr') continue;
      // The server draws as it likes: five standard errors, which one log in a million is outside of.
      const halfWidth = (asymptotic.high - asymptotic.low) / 2;
      expect(halfWidth, estimator).toBeLessThan(0.15);
      expect(Math.abs(value - QUALITY[fixedModel]!), estimator).toBeLessThan(2.5 * halfWidth);
    }
    expect(Math.sign(quality.lift.value)).toBe(fixedModel === SOUND[0] ? 1 : -1);
  }
});

test('a decision whose quality was never told is missing, and not worth nothing', async () => {
  const { quality, byUseCase } = await evaluated(policyOf({ policy: 'uniform' }));
  expect(quality.support).toMatchObject({
    decisions: REQUESTS,
    rewarded: REQUESTS - REQUESTS / UNJUDGED_EVERY,
  });
  expect(Math.abs(quality.lift.value)).toBeLessThan(0.06);
  expect(byUseCase.map(({ useCase }) => useCase)).toEqual(['even', 'odd']);
});

test('a model that was never a candidate is no figure, and says so', async () => {
  const models = [...SOUND, 'openai/gpt-4o-mini'];
  const { code, quality } = await evaluated(policyOf({ policy: 'fixed', fixedModel: models[3] }, models));
  expect(code).toBe(3);
  expect(quality.support.objections.join()).toContain('100.0 % of its choices');
});

test('a log whose choices have no probability that they were drawn with is refused, and says why', async () => {
  const bare = join(newFolder(), 'store');
  const [from, to] = [await openLevelStore(storePath), await openLevelStore(bare)];
  for await (const { outcomes } of from.outcomes.read(0)) await to.outcomes.append([outcomes]);
  for await (const { body, ...key } of from.decisions.range(0, Number.MAX_SAFE_INTEGER)) {
    const record = DecisionRecord.decode(body);
    for (const candidate of record.candidates) candidate.propensityQ16 = 0;
    await to.decisions.append([{ ...key, body: DecisionRecord.encode(record).finish() }]);
  }
  await Promise.all([from.close(), to.close()]);
  const policy = policyOf({ policy: 'uniform' });
  const { code, stderr } = await runSextant(['evaluate', '--store', bare, '--policy', policy]);
  expect([code, stderr.trim()]).toEqual([
    2,
    `there is no decision to evaluate on: ${REQUESTS} decisions have no probability of their choice: nothing follows from them`,
  ]);
});

test('contexts that a policy cannot read are refused with the reason', async () => {
  const linear = { hashedWords: 16 };
  const folder = policyOf({});
  editJson(folder, 'bandit.json', (value) => ({
    ...value,
    linear: { ...(value['linear'] as object), ...linear },
  }));
  const { code, stderr } = await runSextant(['evaluate', '--store', storePath, '--policy', folder]);
  expect(code).toBe(2);
  expect(stderr).toContain(`${REQUESTS} decisions have contexts of another layout`);
});

test('a policy may be named by its algorithm, and a name that is none is refused', async () => {
  const configured = ['--rules.path', policyOf({ policy: 'uniform' })];
  const named = await evaluated(`fixed:${SOUND[0]}`, ...configured);
  expect(named.quality.lift.value).toBeGreaterThan(0);
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['oracle', /oracle is neither a folder, nor a version, .* nor one of linear, beta/],
    ['fixed:acme/none', /fixed needs one of the models/],
    ['00000000', /no policy version/],
  ];
  for (const [policy, reason] of wrong) {
    const { code, stderr } = await runSextant([
      ...['evaluate', '--store', storePath, '--policy', policy],
      ...configured,
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(reason);
  }
});

test('a filter that lets nothing through is refused with what it asks for', async () => {
  const filter = ['--use-case', 'evne', '--since', '2026-01-01T00:00Z'];
  const flags = ['--store', storePath, '--policy', policyOf({ policy: 'uniform' }), ...filter];
  const { code, stderr } = await runSextant(['evaluate', ...flags]);
  expect([code, stderr.trim()]).toEqual([
    2,
    'there is no decision to evaluate on: the log has none of use case "evne" since 2026-01-01T00:00:00.000Z',
  ]);
});

test('an algorithm on a folder that is not there is refused with its name', async () => {
  const flags = ['--store', storePath, '--policy', 'greedy', '--rules.path', '/nowhere/rules'];
  const { code, stderr } = await runSextant(['evaluate', ...flags]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^\/nowhere\/rules \$: cannot be read: ENOENT/)]);
});

test('people get a headline and tables', async () => {
  const { code, stdout } = await runSextant([
    'evaluate',
    '--store',
    storePath,
    '--policy',
    policyOf({ policy: 'fixed', fixedModel: SOUND[0] }),
  ]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^Quality 0\.\d+, \+0\.\d+ \[0\.\d+, 0\.\d+\] against the log's 0\.\d+; cost [+-]\d/,
  );
  for (const word of [
    'snips',
    'switch-dr',
    'By use case',
    'Success',
    'Fallbacks: none',
    'Reports: no difference is shown',
  ])
    expect(stdout).toContain(word);
});
