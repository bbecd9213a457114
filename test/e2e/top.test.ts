import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROJECT_ROOT } from '../service/public-descriptors.js';
import { runSextant, startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { editJson, policyFolder, SOUND } from './policy-folder.js';
import { ask, wentWell } from './samples.js';

const CALLS = 10;

let server: BuiltServer;
let sextant: Sextant;

beforeAll(async () => {
  const rulesPath = policyFolder(SOUND);
  editJson(rulesPath, 'budgets.json', () => ({
    budgets: [
      {
        id: 'rivers-by-day',
        useCase: 'rivers',
        period: { every: 'month', usd: 2, timeZone: 'UTC', onExhausted: 'stop' },
      },
    ],
  }));
  server = await startServer({ rulesPath });
  sextant = connect(server.address);
  for (let i = 0; i < CALLS; i++) {
    const { ticket } = await sextant.select(ask('rivers'));
    await sextant.report({ ticket, attempts: [wentWell({ quality: 0.5, costNanoUsd: 50_000_000n })] });
  }
});
afterAll(() => sextant.close());

const top = (columns: number, ...args: string[]) =>
  runSextant(['top', '--address', server.address, ...args], { COLUMNS: String(columns) });

test('top prints one picture: calls, use cases, models, budgets', async () => {
  await sextant.select(ask('rivers'));
  const { code, stdout, stderr } = await top(160, '--once');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`sextant ${server.address}`);
  expect(stdout).toContain('no alarms');
  expect(stdout).toMatch(/^Select +\d/m);
  expect(stdout).toMatch(
    new RegExp(`^rivers +${CALLS + 1} +90\\.9 % +0\\.500 +100\\.0 % +\\$0\\.05 +1\\.\\d\\d s`, 'm'),
  );
  for (const model of new Set(
    stdout.match(/[a-z-]+\/[a-z0-9.-]+/g)?.filter((name) => name.includes('gemini')),
  ))
    expect(SOUND).toContain(model);
  expect(stdout).toMatch(/rivers-by-day\S* +\$0\.5 +\$2\.00 a month +25\.0 %/);
  // Nothing but text where no terminal is.
  expect(stdout).not.toContain('\u001b');
});

test('top keeps to the width, and ends by itself where the output is no terminal', async () => {
  const { code, stdout } = await top(40);
  expect(code).toBe(0);
  const longest = Math.max(...stdout.split('\n').map((line) => line.length));
  expect(longest).toBeLessThanOrEqual(40);
  expect(stdout).toContain('rivers');
});

test('top says what it cannot reach, and refuses a time between looks that cannot be', async () => {
  const nobody = await runSextant(['top', '--once', '--address', '127.0.0.1:1']);
  expect([nobody.code, nobody.stdout]).toEqual([1, '']);
  expect(nobody.stderr).toContain('UNAVAILABLE');
  expect((await top(80, '--every', '0')).stderr).toContain('--every');
});

/** Gives a program a terminal of its own; of Debian's util-linux. */
const SCRIPT = '/usr/bin/script';

test.skipIf(!existsSync(SCRIPT))(
  'top in a terminal scrolls, outlasts its server, ends by a key and leaves the screen as it was',
  async () => {
    const other = await startServer({ rulesPath: policyFolder(SOUND) });
    const client = connect(other.address);
    for (const useCase of ['chat', 'rivers', 'sql']) await client.select(ask(useCase));
    client.close();
    const top = `node ${join(PROJECT_ROOT, 'dist/cli/sextant.js')} top --every 0.5 --address ${other.address}`;
    const child = spawn(SCRIPT, ['-qec', `stty rows 8 cols 60; ${top}`, '/dev/null']);
    const ended = once(child, 'exit');
    let screen = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (screen += text));
    const shows = (text: RegExp): Promise<void> =>
      expect.poll(() => screen, { timeout: 20_000 }).toMatch(text);
    await expect.poll(() => screen.startsWith('\u001b[?1049h'), { timeout: 20_000 }).toBe(true);
    await shows(/↓ \d+ · more lines: arrows · q ends/);
    child.stdin.write('\u001b[B');
    await shows(/↑ 1 · ↓ \d+ · more lines/);
    child.stdin.write('   ');
    await shows(/↑ \d+ · more lines/);
    await other.stop();
    child.stdin.write('bbb');
    await shows(/! no answer since 20\S+Z: UNAVAILABLE/);
    child.stdin.write('q');
    expect(await ended).toEqual([0, null]);
    expect(screen.endsWith('\u001b[?25h\u001b[?1049l')).toBe(true);
  },
);

test('the status has the tenant’s budgets and the calls of the last minute', async () => {
  await sextant.select(ask('other'));
  const { budgets, methods, policyVersion, reportsRefused } = await sextant.serverStatus({});
  expect(policyVersion).toBe((await sextant.activePolicy({})).version);
  expect(reportsRefused).toBe(false);
  const selects = methods.find(({ method }) => method === 'Select')!;
  expect(selects.errors).toEqual({});
  expect(selects.calls).toBeGreaterThan(0n);
  expect(selects.p99Seconds).toBeGreaterThanOrEqual(selects.p50Seconds!);
  expect(budgets).toMatchObject([
    { useCase: 'rivers', period: 'month', limitNanoUsd: 2_000_000_000n, spentNanoUsd: 500_000_000n },
  ]);
});
