import { readFile } from 'node:fs/promises';
import { chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** What somebody saw who opened the dashboard. */
export interface Visit {
  /** Errors of the console and of scripts, and requests to other hosts. */
  readonly complaints: readonly string[];
  readonly refused: string;
  readonly headings: readonly string[];
  readonly sentence: string;
  readonly csv: string;
  /** Views that are wider than a screen of 360 pixels. */
  readonly tooWide: readonly string[];
  readonly afterLogOut: string;
}

interface Destination {
  readonly executablePath: string;
  readonly origin: string;
  readonly token: string;
}

/** Without these a browser asks its maker's hosts. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const LOADED_MS = 10_000;
const VIEWS = ['Overview', 'Bandit', 'Models', 'Spend', 'System'];

/** Logs in by keyboard, looks at every view, saves the leaderboard and logs out. */
export async function lookAround({ executablePath, origin, token }: Destination): Promise<Visit> {
  const browser = await chromium.launch({ executablePath, args: ARGS });
  try {
    const page = await browser.newPage({ viewport: { width: 360, height: 740 } });
    const complaints = complaintsOf(page, origin);
    await page.goto(origin);
    const refused = await refusedLogin(page);
    await page.getByLabel(/^Token/).fill(token);
    await page.keyboard.press('Enter');
    await page.locator('.use-cases a').first().waitFor();
    const sentence = await page.locator('.use-cases a').first().innerText();
    const { headings, tooWide } = await walk(page);
    await page.getByRole('link', { name: 'Bandit' }).click();
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV of Leaderboard' }).click();
    const csv = await readFile(await (await saving).path(), 'utf8');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel(/^Token/).waitFor();
    const afterLogOut = await page.locator('main').innerText();
    return { complaints, refused, headings, sentence, csv, tooWide, afterLogOut };
  } finally {
    await browser.close();
  }
}

/** Fills up while the page lives. A login that is refused is told to the console by the browser itself. */
function complaintsOf(page: Page, origin: string): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    const isExpected = message.text().includes('status of 401');
    if (message.type() === 'error' && !isExpected) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const isOwn = request.url().startsWith(`${origin}/`) || request.url().startsWith('blob:');
    if (!isOwn) complaints.push(request.url());
  });
  return complaints;
}

async function refusedLogin(page: Page): Promise<string> {
  await page.getByLabel(/^Token/).fill('guess');
  await page.getByRole('button', { name: 'Log in' }).click();
  return page.getByRole('alert').innerText();
}

async function walk(page: Page): Promise<{ headings: string[]; tooWide: string[] }> {
  const headings: string[] = [];
  const tooWide: string[] = [];
  for (const view of VIEWS) {
    await page.getByRole('link', { name: view, exact: true }).first().click();
    await expect.poll(() => page.locator('.loading').count(), { timeout: LOADED_MS }).toBe(0);
    headings.push(await page.locator('h1').innerText());
    const width: number = await page
      .locator('html')
      .evaluate(({ scrollWidth }: { scrollWidth: number }) => scrollWidth);
    if (width > 360) tooWide.push(`${view}: ${width}`);
  }
  return { headings, tooWide };
}
