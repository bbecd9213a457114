import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { rngFromSeed } from '../../src/core/random.js';
import { runSextant, startServer, type BuiltServer } from '../e2e/built-server.js';
import { connect, type Sextant } from '../e2e/clients.js';
import { policyFolder, SOUND } from '../e2e/policy-folder.js';
import { countsHeld, countsOf, underKills } from './experiment-counts.js';
import { Load, outcomesOf, USE_CASE, type Sent } from './server-kill-load.js';
import { counted, resend } from './steady-load.js';
import { TortureRun } from './torture-run.js';

const kills = new TortureRun({ name: 'server-kill', short: 8, full: 1_000 });
/** A new store now and then, so that the last look at everything stays within the time. */
const KILLS_PER_STORE = 100;
const ROUND_MS = { least: 50, most: 700 };
const count = (reports: readonly Sent[]): number => reports.reduce((sum, sent) => sum + outcomesOf(sent), 0);
/** Loads the server, kills it at a random instant, and starts it again on the same store. */
async function killedRound(server: BuiltServer, rng: () => number): Promise<readonly Sent[]> {
  const load = new Load(server.address, rng);
  load.start();
  await sleep(ROUND_MS.least + rng() * (ROUND_MS.most - ROUND_MS.least));
  await server.kill();
  await load.end();
  await server.restart();
  return load.sent;
}

/** One kill: what was acknowledged is there once, the rest whole or not at all. @returns outcomes that were durable, and not acknowledged. */
async function killOnce(
  server: BuiltServer,
  everything: Sent[],
  rng: () => number,
  where: string,
): Promise<number> {
  const sent = await killedRound(server, rng);
  const acknowledged = sent.filter(({ receipt }) => receipt !== undefined);
  const open = sent.filter(({ receipt }) => receipt === undefined);
  expect(sent.map(({ refused }) => refused).filter(Boolean), where).toEqual([]);
  for (const report of acknowledged) {
    expect(
      report.receipt!.recorded.map(({ duplicate }) => duplicate),
      where,
    ).not.toContain(true);
    expect(report.receipt!.recorded, where).toHaveLength(outcomesOf(report));
  }

  const sextant = connect(server.address);
  const recovered = await counted(sextant);
  const least = count(everything) + count(acknowledged);
  expect(recovered, where).toBeGreaterThanOrEqual(least);
  expect(recovered, where).toBeLessThanOrEqual(least + count(open));

  const again = (await resend(sextant, acknowledged)).flat();
  expect(
    again.filter(({ duplicate }) => !duplicate),
    where,
  ).toEqual([]);
  expect(await counted(sextant), where).toBe(recovered);

  // What was not acknowledged is there whole or not at all, and counts once either way.
  const late = await resend(sextant, open);
  for (const recorded of late)
    expect(new Set(recorded.map(({ duplicate }) => duplicate)).size, where).toBe(1);
  const found = late.flat().filter(({ duplicate }) => duplicate).length;
  expect(recovered, where).toBe(least + found);
  everything.push(...sent);
  expect(await counted(sextant), where).toBe(count(everything));
  await expectArms(sextant, everything, where);
  sextant.close();
  return found;
}

/** Every arm of the experiment has what was drawn into it, once, and every user one arm over all kills. */
async function expectArms(sextant: Sextant, everything: readonly Sent[], where: string): Promise<void> {
  const expected = countsOf(everything);
  const held = await countsHeld(sextant);
  for (const arm of Object.values(expected))
    Object.assign(arm, { qualitySum: expect.closeTo(arm.qualitySum, 6) as number });
  expect(held, where).toEqual(expected);
  const users = new Set(everything.map(({ user }) => user)).size;
  expect(
    Object.values(held).reduce((sum, { units }) => sum + units, 0),
    where,
  ).toBe(users);
}

/** The last look at a store: everything is there once, and memory equals the fold of the log. */
async function settle(server: BuiltServer, everything: readonly Sent[]): Promise<void> {
  const sextant = connect(server.address);
  const again = (await resend(sextant, everything)).flat();
  expect(again.filter(({ duplicate }) => !duplicate)).toEqual([]);
  expect(await counted(sextant)).toBe(count(everything));
  await expectArms(sextant, everything, 'at the end');
  sextant.close();
  expect(await server.stop()).toBe(0);
  const flags = ['--store.path', server.storePath, '--rules.path', server.rulesPath];
  const { code, stdout } = await runSextant(['verify', ...flags]);
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(
      new RegExp(
        `^outcomes +${count(everything)} [^]*^equal$[^]*^experiment +under-kills, \\d+ units: equal, beliefs of its arms too$`,
        'm',
      ),
    ),
  ]);
}

/** A server on a new store, with an experiment that draws what the load asks. */
async function started(): Promise<BuiltServer> {
  const server = await startServer({
    rulesPath: policyFolder(SOUND),
    settings: { 'store.snapshotEveryOutcomes': '400' },
  });
  const sextant = connect(server.address);
  await sextant.startExperiment({ experiment: { $case: 'definition', value: underKills(USE_CASE) } });
  sextant.close();
  return server;
}

test(
  `every report that was acknowledged is there once after a kill under load, ${kills.rounds}`,
  async () => {
    const rng = rngFromSeed(kills.seed);
    let server: BuiltServer | undefined;
    let everything: Sent[] = [];
    for (const kill of kills.left()) {
      if (server !== undefined && kill % KILLS_PER_STORE === 0) {
        await settle(server, everything);
        [server, everything] = [undefined, []];
      }
      server ??= await started();
      const reports = everything.length;
      const found = await killOnce(server, everything, rng, `kill ${kill}, seed ${kills.seed}`);
      kills.add({ reports: everything.length - reports, durableUnanswered: found, lost: 0, countedTwice: 0 });
    }
    if (server !== undefined) await settle(server, everything);
  },
  kills.timeoutMs,
);
