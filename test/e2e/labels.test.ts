import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type BuiltServer } from './built-server.js';
import { metricsOf } from './metrics-text.js';
import { connect, type Sextant } from './clients.js';
import { editJson, policyFolder, SOUND } from './policy-folder.js';
import { ask, wentUnjudged, wentWell } from './samples.js';

const RATE = 0.25;
const SILENT = SOUND[1];
let server: BuiltServer;
let sextant: Sextant;

beforeAll(async () => {
  const rulesPath = policyFolder(SOUND);
  editJson(rulesPath, 'bandit.json', (value) => ({
    ...value,
    policy: 'uniform',
    labels: { rate: RATE, alwaysAboveSd: 1 },
  }));
  server = await startServer({ rulesPath, settings: { 'reports.matureSeconds': '1' } });
  sextant = connect(server.address);
});
afterAll(() => sextant.close());

test('Select asks for labels at the rate that it tells, and what it asked for is weighted', async () => {
  let asked = 0;
  const requests = 300;
  for (let i = 0; i < requests; i++) {
    const { labelRequested, labelProbability, ticket } = await sextant.select(ask('labels'));
    expect(labelProbability).toBeCloseTo(RATE, 3);
    if (labelRequested) asked += 1;
    await sextant.report({ ticket, attempts: [wentWell({ quality: labelRequested ? 0.6 : 1 })] });
  }
  expect(Math.abs(asked / requests - RATE)).toBeLessThan(0.12);
  const { posteriors } = await sextant.listPosteriors({ useCase: 'labels' });
  const labels = posteriors.map(({ labelledQuality }) => labelledQuality!);
  expect(labels.reduce((sum, { labels: count }) => sum + count, 0)).toBeCloseTo(asked, 1);
  for (const { mean } of labels) expect(mean).toBeCloseTo(0.6, 6);
});

test('a model whose bad answers go unreported is named', async () => {
  for (let i = 0; i < 400; i++) {
    const { choice, ticket } = await sextant.select(ask('silent'));
    const quality = i % 2 === 0 ? 0.9 : 0.1;
    const isKeptQuiet = choice!.model === SILENT && quality < 0.5;
    const plain = wentUnjudged();
    await sextant.report({ ticket, attempts: [isKeptQuiet ? plain : wentWell({ quality })] });
  }
  await sleep(2_100);
  const { rates } = await sextant.listReportRates({ useCase: 'silent' });
  expect(rates.map(({ model }) => model)).toEqual([...SOUND]);
  expect(rates.filter(({ differs }) => differs).map(({ model }) => model)).toContain(SILENT);
  const silent = rates.find(({ model }) => model === SILENT)!;
  expect(silent.z).toBeLessThan(-4);
  expect(Number(silent.reported)).toBeLessThan(silent.expectedReported);
  const metrics = await metricsOf(server);
  expect(metrics).toMatch(/^sextant_report_rates_differing [1-9]/m);
  const { ticket } = await sextant.select(ask('silent'));
  await sextant.report({ ticket, attempts: [wentWell()] });
  expect(server.logs.some(({ msg }) => msg.includes('reported more or less often'))).toBe(true);
});

test('report rates are paged, and none where nothing was decided', async () => {
  const first = await sextant.listReportRates({ useCase: 'silent', pageSize: 2 });
  expect(first.rates).toHaveLength(2);
  const rest = await sextant.listReportRates({ useCase: 'silent', pageToken: first.nextPageToken });
  expect(rest.rates).toHaveLength(1);
  expect((await sextant.listReportRates({ useCase: 'nowhere' })).rates).toEqual([]);
});
