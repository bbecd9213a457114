import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { loadReplayData } from '../../src/cli/demo/replay-data.js';
import { OutcomeStatus } from '../../src/gen/sextant/v1/outcome.js';
import { CHROMIUM, complaintsOf, launchBrowser, seriousFaults, settled, widthOf } from './browser.js';
import { startServer, type BuiltServer } from './built-server.js';
import { connect } from './clients.js';
import { editJson, newFolder } from './policy-folder.js';
import { ask } from './samples.js';

/**
 * Pictures of every page with the demo's data: `make screenshots` makes both. SEXTANT_SCREENSHOTS is where they go,
 * SEXTANT_DEMO the folder of `sextant experiments demo`, SEXTANT_WIDTHS the widths in pixels.
 */
const { SEXTANT_SCREENSHOTS: FOLDER, SEXTANT_DEMO: DEMO, SEXTANT_WIDTHS = '360,1280,2560' } = process.env;

const PAGES = {
  overview: '/',
  bandit: '/?view=bandit&useCase=demo',
  tradeoff: '/?view=tradeoff&useCase=demo',
  decisions: '/?view=decisions',
  experiments: '/?view=experiments&id=twice-the-budget',
  evaluation: '/?view=evaluation&useCase=demo&run=1',
  rules: `/?view=rules&request=${encodeURIComponent('{"useCase":"demo","input":{"text":"Prove that the square root of two is irrational."}}')}`,
  priors: '/?view=priors&useCase=demo',
  models: '/?view=models',
  spend: '/?view=spend',
  system: '/?view=system',
};
const WIDTHS = SEXTANT_WIDTHS.split(',').map(Number);
/** Seen whole at any width: what matters is further down. */
const WHOLE = new Set(['bandit', 'system']);
/** Parts of pages that are seen alone, by what they are called. */
const PARTS: Readonly<Record<string, string>> = { comparison: 'On logged requests' };
/** Narrower ones are seen whole, and one of the others is enough to look for faults. */
const WHOLE_BELOW_PX = 600;

const DECISIONS = 400;
/** Opens a breaker for some seconds. */
const REFUSED_AT = 202;

/** Traffic of the last moments, so that charts of them have something to show. */
async function traffic(server: BuiltServer): Promise<string> {
  const client = connect(server.address);
  const { prompts } = loadReplayData(2);
  let last = '';
  for (let i = 0; i < DECISIONS; i++) {
    const prompt = prompts[(i * 37) % prompts.length]!;
    const { ticket, decisionId, choice } = await client.select({
      ...ask('demo', prompt.text),
      attributes: { user: `visitor-${i % 90}` },
    });
    const { quality, costUsd } = prompt.outcomes.get(choice!.model)!;
    if (i % 9 === 0) continue;
    const attempt = { qualitySource: 'replay', latency: { seconds: 1n, nanos: 0 } };
    await client.report({
      ticket,
      attempts: [
        i === REFUSED_AT
          ? { status: OutcomeStatus.RATE_LIMITED, retryAfter: { seconds: 4n, nanos: 0 } }
          : i % 50 === 1
            ? { status: OutcomeStatus.TIMEOUT, latency: { seconds: 30n, nanos: 0 } }
            : {
                ...attempt,
                status: OutcomeStatus.SUCCESS,
                quality,
                costNanoUsd: BigInt(Math.round(costUsd * 1e9)),
              },
      ],
    });
    last = decisionId;
    await sleep(60);
  }
  client.close();
  return last;
}

test.skipIf(FOLDER === undefined || DEMO === undefined || CHROMIUM === undefined)(
  'pictures of every page at three widths in both themes',
  { timeout: 600_000 },
  async () => {
    const work = newFolder();
    cpSync(join(DEMO!, 'experiment-store'), join(work, 'store'), { recursive: true });
    cpSync(join(DEMO!, 'experiment-policy'), join(work, 'rules'), { recursive: true });
    expect(existsSync(join(work, 'store'))).toBe(true);
    // A second version, to be told apart from the first.
    editJson(join(work, 'rules'), 'bandit.json', (file) => ({
      ...file,
      weights: { quality: 0.9, cost: 0.1, latency: 0 },
    }));
    const server = await startServer({
      storePath: join(work, 'store'),
      rulesPath: join(work, 'rules'),
      settings: { 'decisionLog.attributes': '["user"]' },
    });
    const last = await traffic(server);
    const pages = {
      ...PAGES,
      decision: `/?view=decisions&id=${last}`,
      comparison: `/?view=rules&run=${Date.now()}`,
    };
    mkdirSync(FOLDER!, { recursive: true });
    const origin = `http://127.0.0.1:${server.adminPort}`;
    const browser = await launchBrowser(CHROMIUM!);
    const faults: string[] = [];
    try {
      for (const theme of ['light', 'dark'] as const) {
        for (const width of WIDTHS) {
          const height = width < WHOLE_BELOW_PX ? 740 : width > 2000 ? 1440 : 700;
          const page = await browser.newPage({ viewport: { width, height }, colorScheme: theme });
          const complaints = complaintsOf(page, origin);
          for (const [name, address] of Object.entries(pages)) {
            await page.goto(origin + address);
            await settled(page);
            await page.waitForTimeout(300);
            const path = join(FOLDER!, `${name}-${width}-${theme}.png`);
            const part = PARTS[name];
            if (part !== undefined) {
              // High enough that the bar at the top does not lie over it.
              await page.setViewportSize({ width, height: 3_000 });
              await page.getByRole('region', { name: part }).screenshot({ path });
              await page.setViewportSize({ width, height });
            } else await page.screenshot({ path, fullPage: width < WHOLE_BELOW_PX || WHOLE.has(name) });
            if ((await widthOf(page)) > width) faults.push(`${name} is wider than ${width}`);
            if (width > WHOLE_BELOW_PX && width < 2000)
              faults.push(...(await seriousFaults(page)).map((f) => `${name} ${theme}: ${f}`));
          }
          faults.push(...complaints);
          await page.close();
        }
      }
    } finally {
      await browser.close();
      await server.stop();
    }
    expect(faults).toEqual([]);
  },
);
