import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runSextant, startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { newFolder, policyFolder, SOUND } from './policy-folder.js';
import { ask, wentWell } from './samples.js';

const CALLS = 120;
const RIVER = 'rivers';

let server: BuiltServer;
let sextant: Sextant;
let chosen: Map<string, number>;

beforeAll(async () => {
  server = await startServer({ rulesPath: policyFolder(SOUND) });
  sextant = connect(server.address);
  chosen = new Map();
  for (let i = 0; i < CALLS; i++) {
    const { ticket, choice } = await sextant.select(ask(RIVER));
    chosen.set(choice!.model, (chosen.get(choice!.model) ?? 0) + 1);
    await sextant.report({ ticket, attempts: [wentWell({ quality: i % 2, costNanoUsd: 2_000_000n })] });
  }
  await sextant.select(ask('unreported'));
});
afterAll(() => sextant.close());

const report = (...args: string[]) => runSextant(['report', '--address', server.address, ...args]);

interface Told {
  readonly useCases: readonly {
    readonly useCase: string;
    readonly performance: Record<string, unknown>;
    readonly models: readonly { readonly model: string; readonly decisions: number }[];
    readonly savings: readonly { readonly against: string; readonly model: string }[];
    readonly advice: readonly string[];
  }[];
}

test('the report says what was decided and reported, by use case and model', async () => {
  const { code, stdout } = await report('--json', '--since', '1d');
  expect(code).toBe(0);
  const { useCases } = JSON.parse(stdout) as Told;
  expect(useCases.map(({ useCase }) => useCase)).toEqual([RIVER, 'unreported']);
  const [rivers] = useCases;
  expect(rivers!.performance).toMatchObject({
    decisions: CALLS,
    calls: CALLS,
    requests: CALLS,
    judged: CALLS,
    quality: { value: 0.5 },
    success: { value: 1 },
    costUsd: expect.closeTo(CALLS * 0.002, 9) as number,
  });
  expect(new Map(rivers!.models.map(({ model, decisions }) => [model, decisions]))).toEqual(chosen);
  const most = Math.max(...chosen.values());
  const used = rivers!.savings.find(({ against }) => against === 'most used')!;
  expect(chosen.get(used.model)).toBe(most);
});

test('the report is printed, and written as a page that asks for nothing and runs nothing', async () => {
  const file = join(newFolder(), 'report.html');
  const { code, stdout } = await report('--use-case', RIVER, '--out', file);
  expect(code).toBe(0);
  expect(stdout).toContain('RIVERS');
  expect(stdout).toContain('quality 0.500 ±');
  expect(stdout).not.toContain('UNREPORTED');
  const html = readFileSync(file, 'utf8');
  expect(html).toContain("default-src 'none'");
  expect(html).toContain('<h2>rivers</h2>');
  expect(html).not.toMatch(/<script|https?:|url\(|<link|<img/);
});

test('a span or a file that cannot be is refused by name', async () => {
  for (const [flag, value] of [
    ['--since', 'yesterday'],
    ['--since', '0d'],
    ['--out', 'report.pdf'],
  ] as const) {
    const { code, stderr } = await report(flag, value);
    expect(code).toBe(1);
    expect(stderr).toContain(flag);
  }
});
