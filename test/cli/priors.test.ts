import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { priorsCommand, runPriorsFit, type PriorsFitOptions } from '../../src/cli/priors.js';
import type { TenantId, UseCase } from '../../src/core/ids.js';
import { rngFromSeed } from '../../src/core/random.js';
import type { ArmId } from '../../src/core/registry/model.js';
import type { Outcome } from '../../src/core/outcome/outcome.js';
import { openLevelStore } from '../../src/store/level/open-level-store.js';
import { policyFolder, policyOf } from '../builders/policy.js';
import { outcomeOf, qualityOf } from '../store/outcome-arbitrary.js';

let folder: string;
let rules: string;
let store: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sextant-priors-'));
  store = join(folder, 'store');
  rules = await policyFolder();
});

afterEach(async () => {
  await rm(folder, { recursive: true });
  await rm(rules, { recursive: true });
});

const USE_CASES = ['chat', 'extract', 'sql', 'summary', 'translate'];
const ARMS = { large: 1, small: 2, deleted: 9 };

/** Each use case asks the large model for 40 answers and the small one for 20, half of them hard. */
function someOutcomes(tenant = 'acme'): Outcome[] {
  const rng = rngFromSeed(3n);
  const outcomes: Outcome[] = [];
  const add = (arm: number, useCase: string, level: string, rate: number): void => {
    const common = {
      tenant: tenant as TenantId,
      useCase: useCase as UseCase,
      segment: level,
      armId: arm as ArmId,
    };
    const n = outcomes.length;
    const quality = { value: rng() < rate ? 1 : 0, source: 'test' };
    const execution = { status: 'success' as const, outputTokens: 400 + 200 * rng(), latencyMs: 900 };
    outcomes.push(qualityOf(n, { ...common, quality }), outcomeOf(n, { ...common, execution }));
  };
  for (const useCase of USE_CASES) {
    for (let i = 0; i < 40; i++)
      add(ARMS.large, useCase, i % 2 === 0 ? 'low' : 'high', i % 2 === 0 ? 0.95 : 0.9);
    for (let i = 0; i < 20; i++)
      add(ARMS.small, useCase, i % 2 === 0 ? 'low' : 'high', i % 2 === 0 ? 0.7 : 0.1);
  }
  add(ARMS.deleted, 'chat', 'low', 1);
  return outcomes;
}

async function fill(outcomes: readonly Outcome[]): Promise<void> {
  const opened = await openLevelStore(store);
  const ids = JSON.stringify([
    ['acme/large', ARMS.large],
    ['acme/small', ARMS.small],
    ['acme/gone', ARMS.deleted],
  ]);
  await opened.documents.put('arm', 'ids', Buffer.from(ids), 0);
  await opened.outcomes.append(outcomes.map((outcome) => [outcome]));
  await opened.close();
}

async function fit(changes: Partial<PriorsFitOptions> = {}) {
  let [out, err] = ['', ''];
  const metrics = ['quality', 'outputTokens', 'latencyMs'] as const;
  const code = await runPriorsFit(
    { store, rules, metrics, maxStrength: 50, ...changes },
    { out: (text) => void (out += text), err: (text) => void (err += text) },
  );
  return { code, out, err };
}

const priorsText = (): Promise<string> => readFile(join(rules, 'priors.json'), 'utf8');

describe('sextant priors fit', () => {
  it('fits a log, reports what helps, and writes a policy that loads', async () => {
    await fill(someOutcomes());
    const { code, out, err } = await fit();
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('602 outcomes, 20 cells\n2 outcomes passed over: ');
    expect(out).toMatch(/^quality +acme\/small +sql +high +10 +0\.\d+ +[\d.]+$/m);
    expect(out).toMatch(/^outputTokens +acme\/large +\* +\* +200 +\d+ +0\.\d+ +50$/m);
    expect(out).toMatch(/^quality +acme\/small +sql +high +10 +0\.\d{4} +\d\.\d{4} +[\d.]+ +helps$/m);
    expect(out).toMatch(
      /^quality: fitted priors help in \d+ and hurt in \d+ of 20 cells; [\d.]+ nats gained/m,
    );

    const { priors } = await policyOf(rules);
    const sql = priors.useCases.get('sql' as UseCase)!;
    const small = 'acme/small' as keyof typeof sql.models;
    expect(priors.models[small]!.outputTokens!.median).toBeGreaterThan(400);
    expect(sql.levels.low![small]!.quality!.mean).toBeGreaterThan(sql.levels.high![small]!.quality!.mean);
    expect(priors.default.quality).toEqual({ mean: 0.75, strength: 2 });
    expect(await priorsText()).not.toMatch(/"strength": (5[1-9]|[6-9]\d|\d{3})/);
  });

  it('keeps what people wrote, unless told to replace it', async () => {
    await fill(someOutcomes());
    const mine = { 'acme/small': { quality: { mean: 0.33, strength: 7 } } };
    const file = JSON.parse(await priorsText()) as object;
    await writeFile(
      join(rules, 'priors.json'),
      JSON.stringify({ ...file, useCases: { sql: { models: mine } } }),
    );
    expect((await fit()).out).toMatch(/sql +\* +20 .* the file has its own$/m);
    expect(await priorsText()).toContain('{ "mean": 0.33, "strength": 7 }');
    const first = await priorsText();
    await fit();
    expect(await priorsText()).toBe(first);
    await fit({ replace: true });
    expect(await priorsText()).not.toContain('0.33');
  });

  it('writes nothing on a dry run, and to another file where told', async () => {
    await fill(someOutcomes());
    const before = await priorsText();
    expect((await fit({ dryRun: true })).out).toContain('Dry run: nothing was written.');
    const out = join(folder, 'fitted.json');
    await fit({ out, metrics: ['quality'], maxStrength: 12 });
    expect(await priorsText()).toBe(before);
    const text = await readFile(out, 'utf8');
    expect(text).toContain('"strength": 12 }');
    expect(
      Object.keys((JSON.parse(text) as { models: { 'acme/large': object } }).models['acme/large']),
    ).toEqual(['quality']);
  });

  it('pools tenants only when told to', async () => {
    const other = someOutcomes('borealis').map((outcome, i) =>
      outcome.metric === 'quality'
        ? qualityOf(50_000 + i, { ...outcome, decisionId: qualityOf(50_000 + i).decisionId })
        : outcomeOf(50_000 + i, { ...outcome, decisionId: outcomeOf(50_000 + i).decisionId }),
    );
    await fill([...someOutcomes(), ...other]);
    const refused = await fit();
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('outcomes of 2 tenants (acme, borealis)');
    expect((await fit({ tenant: 'acme', dryRun: true })).out).toContain('602 outcomes');
    expect((await fit({ allTenants: true, dryRun: true })).out).toContain('1204 outcomes');
  });

  it('says what is wrong with the store, the policy or the file', async () => {
    expect(await fit()).toMatchObject({ code: 1, err: expect.stringContaining('STORE_MISSING') as string });
    await fill([]);
    expect((await fit()).out).toContain('nothing to fit');
    const out = join(folder, 'broken.json');
    await writeFile(out, '{"default": {}}');
    expect(await fit({ out })).toMatchObject({
      code: 2,
      err: expect.stringContaining('default.quality: is required') as string,
    });
    await writeFile(join(rules, 'priors.json'), '{');
    expect(await fit()).toMatchObject({ code: 2, err: expect.stringContaining('priors.json') as string });
  });

  it('takes its options from the command line', async () => {
    await fill(someOutcomes());
    const out = join(folder, 'fitted.json');
    const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const args = ['fit', '--store', store, '--rules.path', rules, '--out', out];
    await priorsCommand().parseAsync([...args, '--max-strength', '20', '--metric', 'latencyMs'], {
      from: 'user',
    });
    expect(printed).toHaveBeenCalledWith(expect.stringContaining('at most 20 outcomes'));
    printed.mockRestore();
    expect(await readFile(out, 'utf8')).toContain(
      '"acme/large": {\n      "latencyMs": { "median": 900, "sigma": 0.05, "strength": 20 }',
    );
  });

  it.each([
    ['--metric', 'success'],
    ['--max-strength', '0'],
  ])('refuses %s %s', async (option, value) => {
    const command = priorsCommand();
    const quiet = { writeErr: () => undefined };
    command.commands[0]!.exitOverride().configureOutput(quiet);
    await expect(command.parseAsync(['fit', option, value], { from: 'user' })).rejects.toThrow(option);
  });
});
