import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHROMIUM, launchBrowser, settled } from './browser.js';
import { startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { policyFolder, SOUND } from './policy-folder.js';
import { ask, wentWell } from './samples.js';

const MINUTE_MS = 60_000;

let server: BuiltServer;
let client: Sextant;

beforeAll(async () => {
  server = await startServer({ rulesPath: policyFolder(SOUND) });
  client = connect(server.address);
  const { ticket } = await client.select(ask('chat'));
  await client.report({ ticket, attempts: [wentWell()] });
});
afterAll(() => client.close());

const originOf = (): string => `http://127.0.0.1:${server.adminPort}`;

/** Views of the span that a page reads in five minutes after its first, by name. */
async function readingsOf(path: string): Promise<Record<string, number>> {
  const browser = await launchBrowser(CHROMIUM!);
  try {
    const page = await browser.newPage();
    await page.clock.install();
    await page.goto(`${originOf()}${path}`);
    await settled(page);
    const readings: Record<string, number> = {};
    page.on('request', (request) => {
      const [, name] = /\/api\/v1\/(\w+)\?.*span=/.exec(request.url()) ?? [];
      if (name !== undefined) readings[name] = (readings[name] ?? 0) + 1;
    });
    await page.clock.runFor(5 * MINUTE_MS);
    return readings;
  } finally {
    await browser.close();
  }
}

test.skipIf(CHROMIUM === undefined).each(['overview', 'bandit', 'tradeoff', 'priors', 'spend'])(
  'sums of a month are read once a minute: %s',
  async (view) => {
    const readings = await readingsOf(`/?view=${view}&useCase=chat&span=30d`);
    expect(Object.keys(readings)).not.toEqual([]);
    for (const [name, count] of Object.entries(readings)) expect([name, count <= 5]).toEqual([name, true]);
  },
);

test.skipIf(CHROMIUM === undefined)('those of an hour are read every few seconds', async () => {
  const { overview, leaderboard, series } = await readingsOf('/?view=bandit&useCase=chat&span=1h');
  for (const count of [overview, leaderboard, series]) expect(count).toBeGreaterThan(30);
});
