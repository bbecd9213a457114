import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { rngFromSeed } from '../../src/core/random.js';
import { startServer, type BuiltServer } from '../e2e/built-server.js';
import { connect, type Sextant } from '../e2e/clients.js';
import { metricsOf } from '../e2e/metrics-text.js';
import { ask } from '../e2e/samples.js';
import { PROJECT_ROOT } from '../service/public-descriptors.js';
import { amountOf, isAtLength, publish } from './figures.js';

const SECONDS = amountOf('SEXTANT_FLOOD_SECONDS', 5);
/** A bound on time means something on a machine with nothing else to do: `make torture-flood` sets it. */
const P99_MAX_MS = amountOf('SEXTANT_FLOOD_P99_MS', Infinity);
const SELECTS_PER_SECOND = 50;
const CONNECTIONS = 100;
const ATTACKER = join(PROJECT_ROOT, 'test/torture/flood-attacker.js');

const attackers: ChildProcess[] = [];
afterEach(async () => {
  for (const child of attackers.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

interface Attack {
  /** The last number that it said. */
  count(): number;
}

function attack(server: BuiltServer, what: string, localAddress: string, count: number): Attack {
  const args = [ATTACKER, what, server.address, localAddress, String(count)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  attackers.push(child);
  let last = 0;
  createInterface({ input: child.stdout }).on('line', (line) => (last = Number(line.split(' ')[1])));
  return { count: () => last };
}

/** Asks at a steady rate. @returns how long each Select took, in milliseconds; a refused one counts as endless. */
async function asked(client: Sextant, seconds: number): Promise<number[]> {
  const took: number[] = [];
  const start = performance.now();
  const calls: Promise<void>[] = [];
  for (let i = 0; i < seconds * SELECTS_PER_SECOND; i++) {
    const wait = start + (i * 1_000) / SELECTS_PER_SECOND - performance.now();
    if (wait > 0) await sleep(wait);
    const at = performance.now();
    const note = (ms: number): void => void took.push(ms);
    calls.push(
      client.select(ask('calm')).then(
        () => note(performance.now() - at),
        () => note(Infinity),
      ),
    );
  }
  await Promise.all(calls);
  return took;
}

const quantile = (values: readonly number[], p: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * p))]!;

const rounded = (value: number): number => Number(value.toFixed(2));

const rssMib = async (server: BuiltServer): Promise<number> => {
  const text = await metricsOf(server);
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)![1]) / 1024 ** 2;
};

it(
  '10,000 idle streams, resets without end and a churn of connections leave a well-behaved client its Selects',
  { timeout: 900_000 },
  async () => {
    const server = await startServer();
    const client = connect(server.address);
    await asked(client, 2);
    const calm = await asked(client, SECONDS);
    const rssBefore = await rssMib(server);
    const streams = attack(server, 'streams', '127.0.0.2', CONNECTIONS);
    const until = Date.now() + 60_000;
    while (streams.count() < CONNECTIONS * 100 && Date.now() < until) await sleep(50);
    expect(streams.count()).toBe(CONNECTIONS * 100);
    const beside = await asked(client, SECONDS);
    const resets = attack(server, 'resets', '127.0.0.3', 2);
    await sleep(1_000);
    const besideResets = await asked(client, SECONDS);
    const churn = attack(server, 'churn', '127.0.0.4', 20);
    await sleep(1_000);
    const flooded = await asked(client, SECONDS);
    const counts = { streams: streams.count(), resets: resets.count(), connectionsChurned: churn.count() };
    for (const child of attackers) child.kill('SIGKILL');
    await sleep(3_000);
    await asked(client, 1);
    const figures = {
      seconds: SECONDS,
      ...counts,
      calmP99Ms: rounded(quantile(calm, 0.99)),
      streamsP50Ms: rounded(quantile(beside, 0.5)),
      streamsP99Ms: rounded(quantile(beside, 0.99)),
      resetsP50Ms: rounded(quantile(besideResets, 0.5)),
      resetsP99Ms: rounded(quantile(besideResets, 0.99)),
      floodP50Ms: rounded(quantile(flooded, 0.5)),
      floodP99Ms: rounded(quantile(flooded, 0.99)),
      failed: [...beside, ...besideResets, ...flooded].filter((ms) => ms === Infinity).length,
      rssBeforeMib: rounded(rssBefore),
      rssAfterMib: rounded(await rssMib(server)),
    };
    publish('flood', figures);
    client.close();
    expect(figures.failed).toBe(0);
    expect(figures.streamsP99Ms).toBeLessThan(P99_MAX_MS);
    expect(figures.resetsP99Ms).toBeLessThan(P99_MAX_MS);
    expect(figures.floodP99Ms).toBeLessThan(P99_MAX_MS);
    expect(await server.stop()).toBe(0);
  },
);

/** A session that is destroyed while resets are read aborted the server by the second round. */
const ROUNDS = 20;
it.runIf(isAtLength)(
  `the server outlives ${ROUNDS} floods that begin and break off`,
  { timeout: 600_000 },
  async () => {
    const server = await startServer();
    const rng = rngFromSeed(20n);
    for (let round = 0; round < ROUNDS; round++) {
      attack(server, 'streams', '127.0.0.2', 60);
      for (const address of ['127.0.0.3', '127.0.0.5']) attack(server, 'resets', address, 2);
      attack(server, 'churn', '127.0.0.4', 20);
      await sleep(4_000 + rng() * 1_500);
      for (const child of attackers.splice(0)) child.kill('SIGKILL');
      await sleep(700);
    }
    const client = connect(server.address);
    expect(await client.select(ask('calm'))).toHaveProperty('choice');
    client.close();
    expect(await server.stop()).toBe(0);
  },
);
