import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { complaintsOf, launchBrowser, seriousFaults, settled, widthOf } from './browser.js';

/** What somebody saw who opened the dashboard. */
export interface Visit {
  /** Errors of the console and of scripts, and requests to other hosts. */
  readonly complaints: readonly string[];
  readonly refused: string;
  readonly headings: readonly string[];
  readonly sentence: string;
  readonly csv: string;
  /** A day's quality over time: its chart's words, its table and its CSV. */
  readonly overTime: { readonly label: string; readonly table: string; readonly csv: string };
  /** CSVs of what was spent: over time, in all, and a call over time. */
  readonly costs: { readonly overTime: string; readonly total: string; readonly call: string };
  /** Views that are wider than a screen of 360 pixels. */
  readonly tooWide: readonly string[];
  /** Serious faults of accessibility, by view. */
  readonly inaccessible: readonly string[];
  readonly decision: SeenDecision;
  readonly afterLogOut: string;
}

/** One decision, by its page. */
interface SeenDecision {
  readonly id: string;
  readonly logged: string;
  readonly cameOfIt: string;
  readonly candidates: string;
  readonly grpcurl: string;
}

interface Destination {
  readonly executablePath: string;
  readonly origin: string;
  readonly token: string;
}

const VIEWS = [
  'Overview',
  'Bandit',
  'Cost and quality',
  'Decisions',
  'Experiments',
  'Evaluation',
  'Rules',
  'Priors',
  'Models',
  'Spend',
  'System',
];

/** Logs in by keyboard, looks at every view and one decision, saves the leaderboard and logs out. */
export async function lookAround({ executablePath, origin, token }: Destination): Promise<Visit> {
  const browser = await launchBrowser(executablePath);
  try {
    const page = await browser.newPage({ viewport: { width: 360, height: 740 } });
    const complaints = complaintsOf(page, origin);
    await page.goto(origin);
    const refused = await refusedLogin(page);
    await page.getByLabel(/^Token/).fill(token);
    await page.keyboard.press('Enter');
    await page.locator('.use-cases a').first().waitFor();
    const sentence = await page.locator('.use-cases a').first().innerText();
    const walked = await walk(page);
    await page.getByRole('link', { name: 'Bandit' }).click();
    const csv = await saved(page, 'Leaderboard');
    const overTime = await lookAtChart(page);
    const costs = await saveCosts(page);
    const decision = await openDecision(page);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel(/^Token/).waitFor();
    const afterLogOut = await page.locator('main').innerText();
    return { complaints, refused, sentence, ...walked, csv, overTime, costs, decision, afterLogOut };
  } finally {
    await browser.close();
  }
}

/** Times of a page that a browser opens for the first time, in milliseconds since the navigation began. */
export interface Opening {
  /** A heading and figures of the server are there. */
  readonly shownMs: number;
  /** The first click was answered with another view. */
  readonly answeredMs: number;
}

/** Opens the overview with nothing in any cache, and clicks as soon as there is something to see. */
export async function timeOpening({ executablePath, origin }: Omit<Destination, 'token'>): Promise<Opening> {
  const browser = await launchBrowser(executablePath);
  try {
    const page = await browser.newPage();
    const sinceNavigationMs = (): Promise<number> => page.evaluate<number>('performance.now()');
    await page.goto(origin, { waitUntil: 'commit' });
    await page.locator('.use-cases a').first().waitFor();
    const shownMs = await sinceNavigationMs();
    await page.getByRole('link', { name: 'Models', exact: true }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Models' }).waitFor();
    return { shownMs, answeredMs: await sinceNavigationMs() };
  } finally {
    await browser.close();
  }
}

async function saved(page: Page, caption: string): Promise<string> {
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: `CSV of ${caption}` }).click();
  return readFile(await (await saving).path(), 'utf8');
}

async function lookAtChart(page: Page): Promise<Visit['overTime']> {
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByRole('button', { name: '24 hours' }).click();
  const caption = 'Reported quality, mean of 1 h';
  const label = (await page.getByRole('img', { name: caption }).getAttribute('aria-label'))!;
  await page.getByRole('button', { name: `Table of ${caption}` }).click();
  return { label, table: await regionOf(page, caption), csv: await saved(page, caption) };
}

async function saveCosts(page: Page): Promise<Visit['costs']> {
  await page.getByRole('link', { name: 'Spend', exact: true }).first().click();
  const overTime = await saved(page, 'Spend in 1 h, USD, by model');
  const total = await saved(page, 'Spent in 24 hours');
  await page.getByRole('link', { name: 'Bandit' }).click();
  return { overTime, total, call: await saved(page, 'Cost a call, USD, mean of 1 h') };
}

async function refusedLogin(page: Page): Promise<string> {
  await page.getByLabel(/^Token/).fill('guess');
  await page.getByRole('button', { name: 'Log in' }).click();
  return page.getByRole('alert').innerText();
}

async function walk(page: Page): Promise<Pick<Visit, 'headings' | 'tooWide' | 'inaccessible'>> {
  const [headings, tooWide, inaccessible]: string[][] = [[], [], []];
  for (const view of VIEWS) {
    await page.getByRole('link', { name: view, exact: true }).first().click();
    await settled(page);
    headings!.push(await page.locator('h1').innerText());
    const width = await widthOf(page);
    if (width > 360) tooWide!.push(`${view}: ${width}`);
    inaccessible!.push(...(await seriousFaults(page)).map((fault) => `${view}: ${fault}`));
  }
  return { headings: headings!, tooWide: tooWide!, inaccessible: inaccessible! };
}

const regionOf = (page: Page, name: string): Promise<string> =>
  page.getByRole('region', { name, exact: true }).innerText();

async function openDecision(page: Page): Promise<SeenDecision> {
  await page.getByRole('link', { name: 'Decisions', exact: true }).first().click();
  await page.getByRole('region', { name: 'Decisions' }).getByRole('link').first().click();
  await page.getByRole('region', { name: 'Candidates', exact: true }).waitFor();
  await page.getByText('As a grpcurl call').click();
  return {
    id: new URL(page.url()).searchParams.get('id')!,
    logged: await regionOf(page, 'Candidates, as logged'),
    cameOfIt: await regionOf(page, 'What came of it'),
    candidates: await regionOf(page, 'Candidates'),
    grpcurl: await page.locator('.call pre').innerText(),
  };
}
