import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HealthCheckResponse_ServingStatus as Serving } from '../../src/gen/grpc/health/v1/health.js';
import { openLevelStore } from '../../src/store/level/open-level-store.js';
import { outcomeOf } from '../store/outcome-arbitrary.js';
import { runSextant, startServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { newFolder, policyFolder, SOUND } from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { ask, wentWell } from './samples.js';

const healthOf = (sextant: Sextant, service: string): Promise<Serving> =>
  new Promise((resolve, reject) => {
    sextant.health.check({ service: `sextant.v1.${service}` }, (error, answer) =>
      error ? reject(error) : resolve(answer.status),
    );
  });

/** A port that nobody has at the moment. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

test('startDegraded: selects from priors while the store cannot be used, everything once it can', async () => {
  const storePath = join(newFolder(), 'store');
  const rulesPath = policyFolder(SOUND);
  const whole = await startServer({ storePath, rulesPath });
  const before = connect(whole.address);
  const { ticket } = await before.select(ask('degraded'));
  before.close();
  await whole.stop();

  const owner = await openLevelStore(storePath);
  onTestFinished(() => owner.close());
  const server = await startServer({
    storePath,
    rulesPath,
    settings: {
      'store.startDegraded': 'true',
      'server.port': String(await freePort()),
      'shutdown.drainSeconds': '1',
    },
  });
  const sextant = connect(server.address);
  onTestFinished(() => sextant.close());
  const degraded = await sextant.select(ask('degraded'));
  expect(degraded.ticket.length).toBeGreaterThan(0);
  expect(await healthOf(sextant, 'OutcomeService')).toBe(Serving.NOT_SERVING);
  expect(await healthOf(sextant, 'SelectionService')).toBe(Serving.SERVING);
  const report = { ticket, attempts: [wentWell()] };
  expect(await refusalOf(sextant.report(report))).toMatchObject({ code: 'UNAVAILABLE' });
  const top = await runSextant(['top', '--address', server.address, '--once'], { COLUMNS: '200' });
  expect(top).toMatchObject({ code: 0, stderr: '' });
  expect(top.stdout).toMatch(/^! the store failed: reports are refused$/m);
  expect(top.stdout).toMatch(/^Select +\d/m);
  const { models } = await sextant.listModels({});
  const model = { ...models[0]!, id: 'acme/made-while-degraded', aliases: [] };
  expect(await refusalOf(sextant.createModel({ model }))).toMatchObject({ code: 'UNAVAILABLE' });
  expect(server.logged(DEGRADED)).toMatchObject([{ code: 'STORE_LOCKED' }]);
  expect(server.logged('learning state recovered')).toMatchObject([{ sequence: 0, degraded: true }]);

  await owner.close();
  await expect.poll(() => server.logged('serving').length, { timeout: 30_000 }).toBe(2);
  await expect
    .poll(() => healthOf(sextant, 'OutcomeService').catch(() => undefined), { timeout: 30_000 })
    .toBe(Serving.SERVING);
  expect((await sextant.report(report)).recorded.map(({ duplicate }) => duplicate)).toEqual([false, false]);
  // What was decided without knowing the arms' numbers teaches nothing.
  const foreign = { ticket: degraded.ticket, attempts: [wentWell()] };
  expect(await refusalOf(sextant.report(foreign))).toMatchObject({ reason: 'TICKET_INVALID' });
  expect(await server.stop()).toBe(0);
});

/** A store that opens, and of which a block amid the outcome log is damaged. */
async function damagedStore(): Promise<string> {
  const storePath = join(newFolder(), 'store');
  const store = await openLevelStore(storePath);
  const outcomes = Array.from({ length: 100 }, (_, i) => i);
  for (let block = 0; block < 50; block++)
    await store.outcomes.append([outcomes.map((i) => outcomeOf(block * 100 + i))]);
  await store.close();
  // Opening again moves what is there from the write-ahead log to a table, where outcomes come last.
  await (await openLevelStore(storePath)).close();
  const tables = readdirSync(storePath).filter((file) => file.endsWith('.ldb'));
  const [largest] = tables.sort(
    (a, b) => statSync(join(storePath, b)).size - statSync(join(storePath, a)).size,
  );
  const table = join(storePath, largest!);
  const bytes = readFileSync(table);
  bytes[Math.floor(0.85 * bytes.length)]! ^= 0xff;
  writeFileSync(table, bytes);
  return storePath;
}

const DEGRADED = 'the store cannot be used: selects are answered from priors, reports are refused';

test('startDegraded holds also where the store opens and what was learned cannot be recovered from it', async () => {
  const storePath = await damagedStore();
  const rulesPath = policyFolder(SOUND);
  await expect(startServer({ storePath, rulesPath })).rejects.toThrow(/code 1/);
  const settings = { 'store.startDegraded': 'true', 'server.port': String(await freePort()) };
  const server = await startServer({ storePath, rulesPath, settings });
  const sextant = connect(server.address);
  onTestFinished(() => sextant.close());
  expect(server.logged(DEGRADED)).toMatchObject([{ code: 'STORE_CORRUPT' }]);
  expect((await sextant.select(ask('degraded'))).choice).toBeDefined();
  expect(await healthOf(sextant, 'OutcomeService')).toBe(Serving.NOT_SERVING);

  // None is made where somebody moved it away; a sound one in its place is used as soon as it is seen.
  renameSync(storePath, `${storePath}-damaged`);
  await expect
    .poll(() => server.logged('the store still cannot be used').length, { timeout: 60_000 })
    .toBeGreaterThan(0);
  expect(existsSync(storePath)).toBe(false);
  await (await openLevelStore(`${storePath}-sound`)).close();
  renameSync(`${storePath}-sound`, storePath);
  await expect
    .poll(() => healthOf(sextant, 'OutcomeService').catch(() => undefined), { timeout: 30_000 })
    .toBe(Serving.SERVING);
  const { ticket } = await sextant.select(ask('degraded'));
  expect((await sextant.report({ ticket, attempts: [wentWell()] })).recorded).toHaveLength(2);
  expect(await server.stop()).toBe(0);
});

test('a degraded server goes on while its store can be opened and not be recovered', async () => {
  const storePath = await damagedStore();
  const current = join(storePath, 'CURRENT');
  renameSync(current, `${current}.away`);
  const server = await startServer({
    storePath,
    rulesPath: policyFolder(SOUND),
    settings: { 'store.startDegraded': 'true' },
  });
  const sextant = connect(server.address);
  onTestFinished(() => sextant.close());
  renameSync(`${current}.away`, current);
  await expect
    .poll(() => server.logged('the store still cannot be used').length, { timeout: 30_000 })
    .toBeGreaterThan(0);
  expect((await sextant.select(ask('degraded'))).choice).toBeDefined();
  expect(server.logged('starting anew')).toEqual([]);
  expect(await server.stop()).toBe(0);
});

test('a store that is replaced under a running server is left alone; put back, it is used again', async () => {
  const server = await startServer({ rulesPath: policyFolder(SOUND) });
  const { storePath } = server;
  const sextant = connect(server.address);
  onTestFinished(() => sextant.close());
  const { ticket } = await sextant.select(ask('moved'));
  await sextant.report({ ticket, attempts: [wentWell()] });
  await (await openLevelStore(`${storePath}-other`)).close();
  renameSync(storePath, `${storePath}-own`);
  renameSync(`${storePath}-other`, storePath);
  const before = readdirSync(storePath);

  const readyz = async () => (await fetch(`http://127.0.0.1:${server.adminPort}/readyz`)).text();
  await expect.poll(readyz, { timeout: 20_000 }).toContain('was moved away or replaced');
  expect(await healthOf(sextant, 'OutcomeService')).toBe(Serving.NOT_SERVING);
  const { ticket: later } = await sextant.select(ask('moved'));
  const report = { ticket: later, attempts: [wentWell()] };
  expect(await refusalOf(sextant.report(report))).toMatchObject({ reason: 'STORE_UNAVAILABLE' });
  await expect.poll(() => server.logged('the store could not be opened again').length).toBeGreaterThan(1);
  expect(readdirSync(storePath)).toEqual(before);

  renameSync(storePath, `${storePath}-other`);
  renameSync(`${storePath}-own`, storePath);
  await expect.poll(readyz, { timeout: 30_000 }).toBe('ok\n');
  expect((await sextant.report(report)).recorded.map(({ duplicate }) => duplicate)).toEqual([false, false]);
  expect((await sextant.listPosteriors({})).stateSequence).toBe(4n);
  expect(await server.stop()).toBe(0);
});

test('without startDegraded a store that cannot be used ends the start', async () => {
  const storePath = newFolder();
  writeFileSync(join(storePath, '000005.ldb'), 'orphan');
  await expect(startServer({ storePath, rulesPath: policyFolder(SOUND) })).rejects.toThrow(/code 1/);
});
