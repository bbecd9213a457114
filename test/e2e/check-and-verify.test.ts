import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { runSextant, startServer } from './built-server.js';
import { connect } from './clients.js';
import { editJson, forUseCase, newFolder, policyFolder, SOUND, writeRule } from './policy-folder.js';
import { ask, wentWell } from './samples.js';
import { PROJECT_ROOT } from '../service/public-descriptors.js';

/** What the schema of OASIS has against a log. */
function sarifFaults(log: unknown): readonly string[] {
  const schema = JSON.parse(
    readFileSync(join(PROJECT_ROOT, 'third_party/sarif/sarif-schema-2.1.0.json'), 'utf8'),
  ) as object;
  // One of its patterns has a bracket too many, which is an error in Unicode mode alone.
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  formats.default(ajv);
  const validate = ajv.compile(schema);
  return validate(log)
    ? []
    : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

describe('sextant check', () => {
  test('says ok, with the version that a server on this folder will say', async () => {
    const folder = policyFolder();
    const { code, stdout } = await runSextant(['check', folder]);
    expect(code).toBe(0);
    const [, version] = /^ok: .*policy ([0-9a-f]{12}) in /.exec(stdout)!;
    const json = await runSextant(['check', folder, '--json']);
    expect(json.code).toBe(0);
    const checked = JSON.parse(json.stdout) as { ok: boolean; version: string; faults: unknown[] };
    expect(checked).toMatchObject({ ok: true, faults: [] });
    expect(checked.version.slice(0, 12)).toBe(version);
    const server = await startServer({ rulesPath: folder });
    const sextant = connect(server.address);
    expect((await sextant.activePolicy({})).version).toBe(checked.version);
    sextant.close();
  });

  test('names every fault of a bad folder with its file, and exits with 2', async () => {
    const folder = policyFolder(SOUND);
    editJson(folder, 'bandit.json', (value) => ({ ...value, weights: { quality: -1, cost: 0, latency: 0 } }));
    editJson(folder, 'complexity.json', (value) => ({ ...value, thresholds: 'high' }));
    writeFileSync(join(folder, 'rules/half.json'), '{"rules": [{"name": ');
    const { code, stdout, stderr } = await runSextant(['check', folder]);
    expect([code, stdout]).toEqual([2, '']);
    for (const file of ['bandit.json', 'complexity.json', 'rules/half.json']) expect(stderr).toContain(file);
    expect(stderr).toMatch(/^\d+ faults$/m);

    const json = await runSextant(['check', folder, '--json']);
    expect(json.code).toBe(2);
    const { ok, faults } = JSON.parse(json.stdout) as {
      ok: boolean;
      faults: { file: string; reason: string }[];
    };
    expect(ok).toBe(false);
    expect(new Set(faults.map(({ file }) => file))).toEqual(
      new Set(['bandit.json', 'complexity.json', 'rules/half.json']),
    );
  });

  test('names faults of the configuration at file and line beside those of the folder', async () => {
    const config = join(newFolder(), 'sextant.yaml');
    writeFileSync(config, 'server:\n  port: 99999\n  hots: localhost\ntickets:\n  lifeHours: 9999\n');
    const { code, stderr } = await runSextant(['check', policyFolder(SOUND), '--config', config]);
    expect(code).toBe(2);
    for (const word of [config, 'port', 'hots', 'lifeHours']) expect(stderr).toContain(word);
    const missing = await runSextant(['check', policyFolder(SOUND), '--config', '/nowhere/sextant.yaml']);
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('/nowhere/sextant.yaml')]);
  });

  test('says the line and column of each fault, also of a file that is no JSON', async () => {
    const folder = policyFolder(SOUND);
    writeRule(folder, 'slip', { conditions: forUseCase('a'), event: { type: 'exlude', params: {} } });
    writeFileSync(join(folder, 'budgets.json'), '{\n  "budgets": [\n    oops\n  ]\n}\n');
    const { code, stderr } = await runSextant(['check', folder]);
    expect(code).toBe(2);
    expect(stderr).toContain('budgets.json:3:5 $: is not valid JSON: line 3, column 5: ');
    expect(stderr).toMatch(
      /rules\/slip\.json:\d+:9 rules\[0\]\.event\.type: unknown event "exlude" \(did you mean exclude\?\)/,
    );
  });

  test('warns of what is allowed and not meant, which is a fault only where asked for', async () => {
    const folder = policyFolder(SOUND);
    const never = { fact: 'clock', path: '$.hour', operator: 'greaterThan', value: 23 };
    writeRule(folder, 'slip', {
      conditions: { all: [never] },
      event: { type: 'reject', params: { reason: 'x' } },
    });
    const { code, stdout, stderr } = await runSextant(['check', folder]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^ok: /)]);
    expect(stderr).toMatch(
      /^rules\/slip\.json:\d+:11 .*: warning: can never hold: .* \[never-holds\]\n1 warning\n$/,
    );
    expect((await runSextant(['check', folder, '--strict'])).code).toBe(2);
    const json = await runSextant(['check', folder, '--json']);
    expect(json.code).toBe(0);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: true,
      faults: [],
      warnings: [{ file: 'rules/slip.json', code: 'never-holds', column: 11 }],
    });
  });

  test('finds what is wrong with fixtures, at file and line', async () => {
    const folder = policyFolder();
    editJson(folder, 'tests/cost.json', (value) => {
      const [first, ...rest] = value['fixtures'] as Record<string, unknown>[];
      return { ...value, fixtures: [{ ...first, expect: { fired: ['cost-cap-fre'] } }, ...rest] };
    });
    const { code, stderr } = await runSextant(['check', folder]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/tests\/cost\.json:\d+:\d+ .*cost-cap-fre.*did you mean .?cost-cap-free/);
  });

  test('speaks SARIF', async () => {
    const folder = policyFolder(SOUND);
    writeRule(folder, 'slip', { conditions: forUseCase('a'), event: { type: 'exlude', params: {} } });
    const { code, stdout } = await runSextant(['check', folder, '--sarif']);
    expect(code).toBe(2);
    expect(sarifFaults(JSON.parse(stdout))).toEqual([]);
    expect(JSON.parse(stdout)).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'sextant' } },
          results: [
            {
              ruleId: 'fault',
              level: 'error',
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: expect.stringMatching(/rules\/slip\.json$/) as string },
                    region: { startColumn: 9 },
                  },
                },
              ],
            },
          ],
        },
      ],
    });
  });

  test('refuses a folder that is not there', async () => {
    const { code, stderr } = await runSextant(['check', '/nowhere/rules']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('/nowhere/rules')]);
  });
});

describe('sextant schema', () => {
  test('writes schemas with the names of the folder, which the folder still passes', async () => {
    const folder = policyFolder(SOUND);
    const { code, stdout } = await runSextant(['schema', folder]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+ schemas in /)]);
    const text = readFileSync(join(folder, 'schema/rules.schema.json'), 'utf8');
    expect(text).toContain('"amazon/nova-lite"');
    expect(text).not.toContain('"openai/gpt-5"');
    expect((await runSextant(['check', folder])).code).toBe(0);
  });

  test('writes nothing where the folder has a fault', async () => {
    const folder = policyFolder(SOUND);
    const before = readFileSync(join(folder, 'schema/rules.schema.json'), 'utf8');
    writeFileSync(join(folder, 'rules/half.json'), '{"rules": [');
    const { code, stderr } = await runSextant(['schema', folder]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('rules/half.json')]);
    expect(readFileSync(join(folder, 'schema/rules.schema.json'), 'utf8')).toBe(before);
  });
});

describe('sextant verify', () => {
  /** Two loads and four processes. */
  const VERIFY_TIMEOUT_MS = 120_000;
  const FINDS =
    'finds the state of snapshot and tail equal to a fold of the whole log, after load, a kill and a stop';
  test(FINDS, { timeout: VERIFY_TIMEOUT_MS }, async () => {
    const server = await startServer({
      rulesPath: policyFolder(SOUND),
      settings: { 'store.snapshotEveryOutcomes': '100' },
    });
    const load = async (reports: number): Promise<void> => {
      const sextant = connect(server.address);
      await Promise.all(
        Array.from({ length: reports }, async (_, i) => {
          const { ticket } = await sextant.select(ask(`verify-${i % 7}`, `Request number ${i}`));
          await sextant.report({ ticket, attempts: [wentWell({ quality: (i % 5) / 4 })] });
        }),
      );
      sextant.close();
    };
    const verify = () =>
      runSextant(['verify', '--store.path', server.storePath, '--rules.path', server.rulesPath]);
    await load(300);
    await server.kill();
    const killed = await verify();
    expect([killed.code, killed.stdout]).toEqual([
      0,
      expect.stringMatching(/^outcomes +600 [^]*at [1-9]\d*, tail of \d+\nequal$/m),
    ]);

    await server.restart();
    await load(100);
    expect(await server.stop()).toBe(0);
    const stopped = await verify();
    expect([stopped.code, stopped.stdout]).toEqual([
      0,
      expect.stringMatching(/^outcomes +800 [^]*at 800, tail of 0\nequal$/m),
    ]);
  });

  test('makes no store where there is none', async () => {
    const { code, stderr } = await runSextant([
      'verify',
      '--store.path',
      '/nowhere/store',
      '--rules.path',
      policyFolder(SOUND),
    ]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('STORE_MISSING')]);
  });
});
