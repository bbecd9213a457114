import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { rngFromSeed } from '../../src/core/random.js';
import { SeriesLabel, type TimeSeries } from '../../src/gen/sextant/v1/insight.js';
import { decodeRecord } from '../../src/runtime/decision-codec.js';
import { openLevelStore } from '../../src/store/level/open-level-store.js';
import { collect, outcomesFrom } from '../contract/collect.js';
import { startServer } from '../e2e/built-server.js';
import { connect, type Sextant } from '../e2e/clients.js';
import { policyFolder, SOUND } from '../e2e/policy-folder.js';
import { ask, wentWell } from '../e2e/samples.js';

const KILLS = Number(process.env['SEXTANT_KILLS'] ?? 3);
const SEED = BigInt(process.env['SEXTANT_SEED'] ?? Date.now());
const ROUND_MS = { least: 100, most: 900 };
const USE_CASES = ['chat', 'sql'] as const;
const MINUTE = { seconds: 60n, nanos: 0 };

/** Decides and reports until the server is gone. */
async function work(sextant: Sextant): Promise<void> {
  const caller = async (useCase: string): Promise<never> => {
    for (;;) {
      const { ticket } = await sextant.select(ask(useCase));
      await sextant.report({ ticket, attempts: [wentWell({ quality: 0.5 })] });
    }
  };
  await Promise.allSettled([...USE_CASES, ...USE_CASES].map(caller));
}

const totals = (series: readonly TimeSeries[]): Record<string, number[]> => {
  const sums: Record<string, number[]> = {};
  for (const { useCase, points } of series)
    for (const { decisions, calls, quality, costNanoUsd } of points) {
      const all = (sums[useCase] ??= [0, 0, 0, 0]);
      [Number(decisions), Number(calls), Number(quality!.count), costNanoUsd!.sum].forEach(
        (value, i) => (all[i]! += value),
      );
    }
  return sums;
};

/** The same from the logs themselves. */
async function totalsOfLogs(storePath: string): Promise<Record<string, number[]>> {
  const store = await openLevelStore(storePath, { createIfMissing: false });
  const sums: Record<string, number[]> = Object.fromEntries(USE_CASES.map((name) => [name, [0, 0, 0, 0]]));
  for (const logged of await collect(store.decisions.range(0, Infinity)))
    sums[decodeRecord(logged).useCase]![0]! += 1;
  for (const { useCase, execution, quality } of await outcomesFrom(store.outcomes)) {
    const all = sums[useCase]!;
    if (execution !== undefined) all[1]! += 1;
    if (quality !== undefined) all[2]! += 1;
    all[3]! += execution?.costNanoUsd ?? 0;
  }
  expect((await store.scrub()).faults).toEqual([]);
  await store.close();
  return sums;
}

test(
  `rollups hold what the logs hold, each once, after ${KILLS} kills amid decisions and reports`,
  async () => {
    const rng = rngFromSeed(SEED);
    const server = await startServer({ rulesPath: policyFolder(SOUND) });
    for (let kill = 1; kill <= KILLS; kill++) {
      const sextant = connect(server.address);
      const working = work(sextant);
      await sleep(ROUND_MS.least + rng() * (ROUND_MS.most - ROUND_MS.least));
      // Some of it is written by now, the rest is read from the log by the next process.
      if (kill % 2 === 1) await sextant.listTimeSeries({}).catch(() => undefined);
      await sleep(rng() * ROUND_MS.least);
      await server.kill();
      await working;
      sextant.close();
      await server.restart();
    }
    const sextant = connect(server.address);
    const groupBy = [SeriesLabel.USE_CASE];
    const whole = totals((await sextant.listTimeSeries({ groupBy })).series);
    const startTime = { seconds: BigInt(Math.floor(Date.now() / 1_000) - 3_600), nanos: 0 };
    const byMinute = await sextant.listTimeSeries({ groupBy, startTime, alignmentPeriod: MINUTE });
    sextant.close();
    await server.stop();
    const where = `seed ${SEED}`;
    const logged = await totalsOfLogs(server.storePath);
    expect(whole, where).toEqual(logged);
    expect(totals(byMinute.series), where).toEqual(logged);
    for (const name of USE_CASES) expect(logged[name]![1], where).toBeGreaterThan(KILLS);
  },
  30_000 + KILLS * 10_000,
);
