import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';
import type { AnnotationsView } from '../../src/admin/views.js';
import { CHROMIUM, complaintsOf, launchBrowser, seriousFaults, settled } from './browser.js';
import { startServer, type BuiltServer } from './built-server.js';
import { writeDriftedStore } from './drifted-store.js';
import { editJson, newFolder, policyFolder, SOUND } from './policy-folder.js';

/** Where pictures go; none are taken where it is absent. */
const { SEXTANT_SCREENSHOTS: FOLDER } = process.env;

const CHART = 'Reported quality, mean of 5 min';

async function savedCsv(page: Page, caption: string): Promise<string> {
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: `CSV of ${caption}` }).click();
  return readFile(await (await saving).path(), 'utf8');
}

/** A server whose model has drifted, and that took another policy. */
async function eventful(): Promise<{ server: BuiltServer; seen: AnnotationsView }> {
  const rulesPath = policyFolder(SOUND);
  const storePath = join(newFolder(), 'store');
  await writeDriftedStore({ storePath, rulesPath, tenant: 'default', useCase: 'chat', nowMs: Date.now() });
  const server = await startServer({ rulesPath, storePath });
  editJson(rulesPath, 'budgets.json', (file) => ({
    ...file,
    budgets: [{ id: 'team', averageUsdPerRequest: 1 }],
  }));
  const seen = await vi.waitFor(async () => {
    const path = '/api/v1/annotations?span=1h&useCase=chat';
    const response = await fetch(`http://127.0.0.1:${server.adminPort}${path}`);
    const view = (await response.json()) as AnnotationsView;
    expect(view.policies).toHaveLength(2);
    return view;
  }, 20_000);
  return { server, seen };
}

test.skipIf(CHROMIUM === undefined)(
  'charts over time mark policies and drift, in the picture, in words, in the table and in the CSV',
  async () => {
    const { server, seen } = await eventful();
    expect(seen.drifts).not.toHaveLength(0);
    const origin = `http://127.0.0.1:${server.adminPort}`;
    const browser = await launchBrowser(CHROMIUM!);
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      const complaints = complaintsOf(page, origin);
      await page.goto(`${origin}/?view=bandit&useCase=chat&span=1h`);
      await settled(page);
      const list = page.getByRole('region', { name: 'Marked in the charts' });
      const rows = await list.locator('tbody tr').allInnerTexts();
      expect(rows).toHaveLength(seen.policies.length + seen.drifts.length);
      for (const { version } of seen.policies)
        expect(rows.join()).toContain(`Policy ${version.slice(0, 12)} loaded from its folder`);
      const { model, shift } = seen.drifts[0]!;
      const drifted = `${model.split('/')[1]} drifted: quality −${Math.abs(shift).toPrecision(2)}`;
      expect(rows.join()).toMatch(new RegExp(`${drifted}\\s+before .*\\s+now`));
      const chart = page.getByRole('img', { name: CHART });
      expect(await chart.getAttribute('aria-label')).toContain(drifted);
      if (FOLDER !== undefined) {
        for (const theme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme: theme });
          await page.waitForTimeout(300);
          await page.screenshot({ path: join(FOLDER, `marks-${theme}.png`), fullPage: true });
        }
      }
      expect(await savedCsv(page, 'Marked in the charts')).toMatch(
        /^No\.,What,From,Until\r\n(\d+,[^,]+,[^,]*,[^,]*\r\n)+$/,
      );
      const csv = await savedCsv(page, CHART);
      expect(csv).toMatch(/^time,.*,marked\r\n/);
      expect(csv.split('\r\n').filter((line) => line.includes('Policy'))).toHaveLength(2);
      await page.getByRole('button', { name: `Table of ${CHART}` }).click();
      const cells = await page
        .getByRole('region', { name: CHART })
        .locator('tbody td:last-child')
        .allInnerTexts();
      expect(cells.join()).toContain(String(rows.length));
      expect(await seriousFaults(page)).toEqual([]);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  },
);
