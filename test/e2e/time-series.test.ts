import { afterAll, beforeAll, expect, test } from 'vitest';
import { SeriesLabel } from '../../src/gen/sextant/v1/insight.js';
import { OutcomeStatus } from '../../src/gen/sextant/v1/outcome.js';
import { startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { policyFolder, SOUND } from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { ask, wentWell } from './samples.js';

const CALLS = 20;

let server: BuiltServer;
let sextant: Sextant;

beforeAll(async () => {
  server = await startServer({ rulesPath: policyFolder(SOUND) });
  sextant = connect(server.address);
});
afterAll(() => sextant.close());

test('what was decided and reported is in the next answer, and after a restart', async () => {
  const chosen = new Map<string, number>();
  for (let i = 0; i < CALLS; i++) {
    const { ticket, choice } = await sextant.select(ask('chat'));
    chosen.set(choice!.model, (chosen.get(choice!.model) ?? 0) + 1);
    const failed = { status: OutcomeStatus.SERVER_ERROR, latency: { seconds: 3n, nanos: 0 } };
    const attempts = [i === 0 ? failed : wentWell({ quality: 0.5, costNanoUsd: 1_000n })];
    await sextant.report({ ticket, attempts });
  }
  await sextant.select(ask('undecided'));
  for (const restart of [false, true]) {
    if (restart) {
      sextant.close();
      await server.restart();
      sextant = connect(server.address);
    }
    const groupBy = [SeriesLabel.USE_CASE, SeriesLabel.MODEL];
    const answer = await sextant.listTimeSeries({ useCase: 'chat', groupBy, quantiles: [0, 1] });
    const byModel = answer.series.map(({ model, points }) => [model, Number(points[0]!.decisions)]);
    expect(new Map(byModel as [string, number][])).toEqual(chosen);
    expect(answer.resolution).toEqual({ seconds: 3_600n, nanos: 0 });

    const { series } = await sextant.listTimeSeries({ useCase: 'chat', quantiles: [0, 1] });
    expect(series).toHaveLength(1);
    const [point] = series[0]!.points;
    expect(point).toMatchObject({
      decisions: BigInt(CALLS),
      estimatedDecisions: CALLS,
      calls: BigInt(CALLS),
      requests: BigInt(CALLS),
      successes: BigInt(CALLS - 1),
      inputTokens: 20 * (CALLS - 1),
      quality: { count: BigInt(CALLS - 1), sum: 0.5 * (CALLS - 1) },
      costNanoUsd: { sum: 1_000 * (CALLS - 1) },
    });
    const [least, most] = point!.latencyQuantilesMs;
    expect(Math.abs(least! / 1_200 - 1)).toBeLessThan(0.021);
    expect(Math.abs(most! / 3_000 - 1)).toBeLessThan(0.021);
    const all = await sextant.listTimeSeries({ groupBy: [SeriesLabel.USE_CASE] });
    expect(all.series.map(({ useCase }) => useCase)).toEqual(['chat', 'undecided']);
  }
});

test('an impossible question is refused, with the fields that are at fault', async () => {
  const second = { seconds: 1n, nanos: 0 };
  const start = { seconds: 1_000n, nanos: 0 };
  const bad = {
    useCase: 'NO',
    startTime: start,
    endTime: start,
    alignmentPeriod: second,
    groupBy: [99 as SeriesLabel],
    quantiles: [2],
  };
  expect(await refusalOf(sextant.listTimeSeries(bad))).toMatchObject({
    reason: 'INVALID_FIELD',
    fields: ['use_case', 'end_time', 'alignment_period', 'group_by[0]', 'quantiles[0]'],
  });
  const tooFine = { startTime: start, alignmentPeriod: { seconds: 60n, nanos: 0 } };
  expect(await refusalOf(sextant.listTimeSeries(tooFine))).toMatchObject({ fields: ['alignment_period'] });
});
