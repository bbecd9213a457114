import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { rngFromSeed } from '../../src/core/random.js';
import { HealthCheckResponse_ServingStatus as Serving } from '../../src/gen/grpc/health/v1/health.js';
import { runSextant, startServer, type BuiltServer } from '../e2e/built-server.js';
import { connect, type Sextant } from '../e2e/clients.js';
import { newFolder, policyFolder, SOUND } from '../e2e/policy-folder.js';
import { FailingSyncs, whyNoInjection, whyNoMounts } from './fault-injection.js';
import { counted, resend, SteadyLoad } from './steady-load.js';
import { TortureRun } from './torture-run.js';

const noInjection = whyNoInjection();
const noMounts = whyNoMounts();
if (noInjection !== undefined) console.log(`failing syncs are not tested: ${noInjection}`);
if (noMounts !== undefined) console.log(`a full disk is not tested: ${noMounts}`);

const OUTCOMES_PER_REPORT = 2;
const RECOVERS = { timeout: 60_000, interval: 50 };

const outcomeHealth = (sextant: Sextant): Promise<Serving> =>
  new Promise((resolve, reject) => {
    sextant.health.check({ service: 'sextant.v1.OutcomeService' }, (error, answer) =>
      error ? reject(error) : resolve(answer.status),
    );
  });

/** Times at which the log told of something, in milliseconds since the Unix epoch. */
const timesOf = (server: BuiltServer, msg: RegExp): number[] =>
  server.logs.filter((line) => msg.test(line.msg)).map((line) => Date.parse(line['time'] as string));

const FAILED = /^the store failed: selects go on/;
const REOPENED = /^the store is open again/;

/** Sends all again: what was acknowledged is there, the rest counts now, and memory equals the log. */
async function settle(server: BuiltServer, loads: readonly SteadyLoad[]): Promise<void> {
  const sextant = connect(server.address);
  const sent = loads.flatMap((load) => load.sent);
  const acknowledged = loads.flatMap((load) => load.acknowledged);
  const again = (await resend(sextant, acknowledged)).flat();
  expect(again.filter(({ duplicate }) => !duplicate)).toEqual([]);
  await resend(sextant, sent);
  expect(await counted(sextant)).toBe(sent.length * OUTCOMES_PER_REPORT);
  sextant.close();
  expect(await server.stop()).toBe(0);
  const flags = ['--store.path', server.storePath, '--rules.path', server.rulesPath];
  const { code, stdout } = await runSextant(['verify', ...flags]);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^equal$/m)]);
}

const eio = new TortureRun({ name: 'eio', short: 2, full: 40 });

test.skipIf(noInjection !== undefined)(
  `failed syncs: nothing is acknowledged until the store was opened again, and none is lost, ${eio.rounds}`,
  async () => {
    const rng = rngFromSeed(eio.seed);
    const server = await startServer({
      rulesPath: policyFolder(SOUND),
      settings: { 'store.snapshotEveryOutcomes': '500' },
    });
    const sextant = connect(server.address);
    onTestFinished(() => sextant.close());
    const loads: SteadyLoad[] = [];
    for (const round of eio.left()) {
      const where = `round ${round}, seed ${eio.seed}`;
      const before = timesOf(server, REOPENED).length;
      const load = new SteadyLoad(server.address).start();
      await sleep(100 + rng() * 300);
      const failing = await FailingSyncs.start(server.pid, 'EIO');
      onTestFinished(() => failing.end());
      await expect.poll(() => failing.firstMs, RECOVERS).toBeDefined();
      await sleep(rng() * 1_500);
      await failing.end();
      await expect.poll(() => timesOf(server, REOPENED).length, RECOVERS).toBeGreaterThan(before);
      await expect.poll(() => outcomeHealth(sextant), RECOVERS).toBe(Serving.SERVING);
      const back = timesOf(server, REOPENED).at(-1)!;
      await expect.poll(() => load.acknowledgedWithin(back, Infinity), RECOVERS).toBeGreaterThan(0);
      await load.end();
      expect(load.faults, where).toEqual([]);
      expect(load.refusals, where).toBeGreaterThan(0);
      expect(load.acknowledgedWithin(failing.firstMs!, back), where).toBe(0);
      eio.add({
        failedSyncs: failing.count,
        selects: load.selects,
        acknowledged: load.acknowledged.length,
        refused: load.refusals,
        acknowledgedWhileFailed: load.acknowledgedWithin(failing.firstMs!, back),
      });
      eio.largest('slowestSelectMs', Math.round(load.slowestSelectMs));
      loads.push(load);
    }
    await settle(server, loads);
  },
  eio.timeoutMs,
);

const enospc = new TortureRun({ name: 'enospc', short: 1, full: 20 });

test.skipIf(noMounts !== undefined)(
  `a full disk: no acknowledged report is lost, and reports are taken once there is room, ${enospc.rounds}`,
  async () => {
    for (const round of enospc.left()) {
      const disk = smallDisk('1m');
      const server = await startServer({ rulesPath: policyFolder(SOUND), storePath: join(disk, 'store') });
      const load = new SteadyLoad(server.address).start();
      await expect.poll(() => timesOf(server, FAILED).length, RECOVERS).toBeGreaterThan(0);
      const failedMs = timesOf(server, FAILED)[0]!;
      const sextant = connect(server.address);
      expect(await outcomeHealth(sextant)).toBe(Serving.NOT_SERVING);
      await sleep(500);
      execFileSync('mount', ['-o', 'remount,size=256m', disk]);
      await expect.poll(() => outcomeHealth(sextant), RECOVERS).toBe(Serving.SERVING);
      const back = timesOf(server, REOPENED).at(-1)!;
      await expect.poll(() => load.acknowledgedWithin(back, Infinity), RECOVERS).toBeGreaterThan(0);
      await load.end();
      sextant.close();
      expect(load.faults, `round ${round}`).toEqual([]);
      // Room may come and go while the disk is nearly full: what counts is the last failure.
      const lastFailedMs = timesOf(server, FAILED).at(-1) ?? failedMs;
      enospc.add({
        failures: timesOf(server, FAILED).length,
        selects: load.selects,
        acknowledged: load.acknowledged.length,
        refused: load.refusals,
        acknowledgedWhileFailed: load.acknowledgedWithin(lastFailedMs, back),
      });
      expect(load.acknowledgedWithin(lastFailedMs, back)).toBe(0);
      await settle(server, [load]);
      spawnSync('umount', [disk]);
    }
  },
  enospc.timeoutMs,
);

const mounted: string[] = [];
afterAll(() => mounted.forEach((disk) => spawnSync('umount', ['-l', disk], { stdio: 'ignore' })));

function smallDisk(size: string): string {
  const disk = join(newFolder(), 'disk');
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk]);
  mounted.push(disk);
  return disk;
}

test.skipIf(noInjection !== undefined)(
  'exitOnStoreError: the process ends within five seconds of a failed sync, with an exit code of its own',
  async () => {
    const server = await startServer({
      rulesPath: policyFolder(SOUND),
      settings: { 'store.exitOnStoreError': 'true', 'shutdown.notServingSeconds': '60' },
    });
    const load = new SteadyLoad(server.address).start();
    await expect.poll(() => load.acknowledged.length, RECOVERS).toBeGreaterThan(10);
    const failing = await FailingSyncs.start(server.pid, 'EIO');
    onTestFinished(() => failing.end());
    expect(await server.exited()).toBe(74);
    const endedMs = Date.now();
    await load.end();
    await failing.end();
    expect(endedMs - timesOf(server, FAILED)[0]!).toBeLessThan(5_000);
    await server.restart();
    const sextant = connect(server.address);
    const again = (await resend(sextant, load.acknowledged)).flat();
    expect(again.filter(({ duplicate }) => !duplicate)).toEqual([]);
    sextant.close();
  },
);
