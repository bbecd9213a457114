import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { rngFromSeed } from '../../src/core/random.js';
import type { RecordedOutcome } from '../../src/gen/sextant/v1/outcome.js';
import { runSextant, startServer, type BuiltServer } from '../e2e/built-server.js';
import { connect, type Sextant } from '../e2e/clients.js';
import { policyFolder, SOUND } from '../e2e/policy-folder.js';
import { Load, outcomesOf, type Sent } from './server-kill-load.js';

const KILLS = Number(process.env['SEXTANT_KILLS'] ?? 8);
const SEED = BigInt(process.env['SEXTANT_SEED'] ?? Date.now());
const ROUND_MS = { least: 50, most: 900 };
const RESEND_BATCH = 256;

/** Sends reports again, and gives what the server says of each. */
async function resend(sextant: Sextant, reports: readonly Sent[]): Promise<(readonly RecordedOutcome[])[]> {
  const answers: (readonly RecordedOutcome[])[] = [];
  for (let at = 0; at < reports.length; at += RESEND_BATCH) {
    const items = reports.slice(at, at + RESEND_BATCH).map(({ report }, i) => ({ id: String(i), report }));
    const { results } = await sextant.reportBatch({ items });
    for (const { outcome } of results) {
      answers.push(
        outcome?.$case === 'response' ? outcome.value.recorded : expect.fail(outcome?.value.message),
      );
    }
  }
  return answers;
}

const count = (reports: readonly Sent[]): number => reports.reduce((sum, sent) => sum + outcomesOf(sent), 0);
const sequence = async (sextant: Sextant) => Number((await sextant.listPosteriors({})).stateSequence);

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

test(
  `every report that was acknowledged is there once after each of ${KILLS} kills under load`,
  async () => {
    const rng = rngFromSeed(SEED);
    const server = await startServer({
      rulesPath: policyFolder(SOUND),
      settings: { 'store.snapshotEveryOutcomes': '400' },
    });
    const everything: Sent[] = [];
    let lateDuplicates = 0;
    for (let kill = 1; kill <= KILLS; kill++) {
      const sent = await killedRound(server, rng);
      const where = `kill ${kill} of ${KILLS}, seed ${SEED}`;
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
      const recovered = await sequence(sextant);
      const least = count(everything) + count(acknowledged);
      expect(recovered, where).toBeGreaterThanOrEqual(least);
      expect(recovered, where).toBeLessThanOrEqual(least + count(open));

      const again = (await resend(sextant, acknowledged)).flat();
      expect(
        again.filter(({ duplicate }) => !duplicate),
        where,
      ).toEqual([]);
      expect(await sequence(sextant), where).toBe(recovered);

      // What was not acknowledged is there whole or not at all, and counts once either way.
      const late = await resend(sextant, open);
      for (const recorded of late)
        expect(new Set(recorded.map(({ duplicate }) => duplicate)).size, where).toBe(1);
      const found = late.flat().filter(({ duplicate }) => duplicate).length;
      lateDuplicates += found;
      expect(recovered, where).toBe(least + found);
      everything.push(...sent);
      expect(await sequence(sextant), where).toBe(count(everything));
      sextant.close();
    }

    const sextant = connect(server.address);
    const again = (await resend(sextant, everything)).flat();
    expect(again.filter(({ duplicate }) => !duplicate)).toEqual([]);
    expect(await sequence(sextant)).toBe(count(everything));
    sextant.close();
    expect(await server.stop()).toBe(0);
    const { code, stdout } = await runSextant([
      'verify',
      '--store.path',
      server.storePath,
      '--rules.path',
      server.rulesPath,
    ]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(new RegExp(`^outcomes +${count(everything)} [^]*^equal$`, 'm')),
    ]);
    console.log(
      `${KILLS} kills, ${everything.length} reports, ${lateDuplicates} outcomes durable but not acknowledged`,
    );
  },
  30_000 + KILLS * 10_000,
);
