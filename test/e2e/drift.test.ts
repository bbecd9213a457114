import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DriftMetric } from '../../src/gen/sextant/v1/insight.js';
import { ReportRequest } from '../../src/gen/sextant/v1/outcome.js';
import { SelectRequest, SelectResponse, type CandidateScore } from '../../src/gen/sextant/v1/selection.js';
import { openLevelStore } from '../../src/store/level/open-level-store.js';
import { fixedEnvironment, openTestRuntime } from '../builders/runtime.js';
import { inProcessServices } from '../torture/in-process-services.js';
import { startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { metricsOf } from './metrics-text.js';
import { newFolder, SOUND } from './policy-folder.js';
import { uniformFolder } from './promotion-traffic.js';
import { ask, wentWell } from './samples.js';

const [, FALLEN] = SOUND;
const USE_CASE = 'support';
const HISTORY = 4_500;
const HISTORY_MS = 2 * 86_400_000;
const AT_ONCE = 50;
/** An alarm is held against the half of an arm's outcomes at most: many more than are needed for it to end. */
const MOST_TO_END = 2_000;
/** Of the model that falls: enough to be sure of it, and few enough that as good ones outweigh them soon. */
const BAD_ANSWERS = 15;
const A_FEW = 10;

/** As good as ever, but for noise. */
const asEver = (i: number): number => 0.9 + (i % 2 === 0 ? 0.05 : -0.05);
const FALL = 0.5;

/** Two days of selections and reports that ended a moment ago, by the services on a clock of the past. */
async function pastOf(storePath: string, rulesPath: string): Promise<void> {
  const environment = fixedEnvironment();
  const startMs = Date.now() - HISTORY_MS;
  environment.timeMs = startMs;
  const store = await openLevelStore(storePath);
  const runtime = await openTestRuntime({ policyFolder: rulesPath, store, environment });
  const call = inProcessServices(runtime, environment);
  const question = Buffer.from(SelectRequest.encode(SelectRequest.fromPartial(ask(USE_CASE))).finish());
  const one = async (i: number): Promise<void> => {
    const { response } = await call('SelectionService/Select', question);
    const { ticket } = SelectResponse.fromPartial(response as SelectResponse);
    const attempts = [wentWell({ quality: asEver(i) })];
    const report = ReportRequest.encode(ReportRequest.fromPartial({ ticket, attempts })).finish();
    expect(await call('OutcomeService/Report', Buffer.from(report))).toMatchObject({ code: 0 });
  };
  for (let done = 0; done < HISTORY; done += AT_ONCE) {
    environment.timeMs = startMs + (done / HISTORY) * HISTORY_MS;
    await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => one(done + i)));
  }
  await runtime.close();
}

let server: BuiltServer;
let sextant: Sextant;
beforeAll(async () => {
  const storePath = join(newFolder(), 'store');
  // Every model is asked alike, so that the one that falls goes on being tried.
  const rulesPath = uniformFolder();
  await pastOf(storePath, rulesPath);
  server = await startServer({ rulesPath, storePath });
  sextant = connect(server.address);
}, 120_000);
afterAll(() => sextant.close());

/** So many requests, asked and reported. */
async function serve(requests: number, qualityOf: (model: string, i: number) => number): Promise<void> {
  const one = async (i: number): Promise<void> => {
    const { ticket, choice } = await sextant.select(ask(USE_CASE));
    await sextant.report({ ticket, attempts: [wentWell({ quality: qualityOf(choice!.model, i) })] });
  };
  for (let done = 0; done < requests; done += AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, requests - done) }, (_, i) => one(done + i)));
}
const alarms = async (useCase = '') => (await sextant.listDrift({ useCase })).alarms;
const counted = async (): Promise<string[]> =>
  (await metricsOf(server)).split('\n').filter((line) => line.startsWith('sextant_drift_alarms'));
const driftsOf = (candidates: readonly CandidateScore[]): Record<string, number> =>
  Object.fromEntries(candidates.map(({ model, qualityDrift }) => [model, qualityDrift]));

test('while quality was as ever there is no drift, and nothing to count', async () => {
  expect(await alarms()).toEqual([]);
  expect(await counted()).toEqual([]);
});

test('a model whose answers succeed and are worse is named, explained and counted', async () => {
  let bad = 0;
  while (bad < BAD_ANSWERS)
    await serve(A_FEW, (model, i) => {
      if (model !== FALLEN) return asEver(i);
      bad++;
      return asEver(i) - FALL;
    });
  const found = await alarms();
  expect(found).toMatchObject([{ useCase: USE_CASE, model: FALLEN, metric: DriftMetric.QUALITY }]);
  const [{ shift, shiftSd, z, memoryHalfLife }] = found as [(typeof found)[number]];
  expect(shift).toBeLessThan(-0.25);
  expect(shift).toBeGreaterThan(-0.55);
  expect(shiftSd).toBeGreaterThan(0);
  expect(z).toBeLessThan(-4);
  expect([12, 72, 432]).toContain(Number(memoryHalfLife!.seconds));
  expect(await alarms(USE_CASE)).toHaveLength(1);
  expect(await alarms('another')).toEqual([]);

  const { explanation } = await sextant.explain({ request: ask(USE_CASE) });
  const selected = await sextant.select({ ...ask(USE_CASE), explain: true });
  for (const { candidates } of [explanation!, selected.explanation!]) {
    const of = (model: string) => candidates.find((candidate) => candidate.model === model)!;
    expect(of(FALLEN).qualityDrift).toBeLessThan(-0.25);
    for (const other of SOUND.filter((model) => model !== FALLEN)) {
      expect(of(other).qualityDrift).toBe(0);
      expect(of(FALLEN).expectedQuality).toBeLessThan(of(other).expectedQuality - 0.25);
    }
  }
  expect(await counted()).toEqual([`sextant_drift_alarms{model="${FALLEN}",metric="quality"} 1`]);
});

test('it is over once its answers are as good as before', async () => {
  let asked = 0;
  while ((await alarms()).length > 0 && asked < MOST_TO_END) {
    await serve(AT_ONCE, (_model, i) => asEver(i));
    asked += AT_ONCE;
  }
  expect(await alarms()).toEqual([]);
  expect(asked).toBeGreaterThan(0);
  const { explanation } = await sextant.explain({ request: ask(USE_CASE) });
  expect(driftsOf(explanation!.candidates)).toEqual(Object.fromEntries(SOUND.map((model) => [model, 0])));
  expect(await counted()).toEqual([]);
});
