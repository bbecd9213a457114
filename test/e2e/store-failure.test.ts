import { writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HealthCheckResponse_ServingStatus as Serving } from '../../src/gen/grpc/health/v1/health.js';
import { openLevelStore } from '../../src/store/level/open-level-store.js';
import { startServer } from './built-server.js';
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
  const { models } = await sextant.listModels({});
  const model = { ...models[0]!, id: 'acme/made-while-degraded', aliases: [] };
  expect(await refusalOf(sextant.createModel({ model }))).toMatchObject({ code: 'UNAVAILABLE' });
  expect(
    server.logged('the store cannot be used: selects are answered from priors, reports are refused'),
  ).toMatchObject([{ code: 'STORE_LOCKED' }]);

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

test('without startDegraded a store that cannot be used ends the start', async () => {
  const storePath = newFolder();
  writeFileSync(join(storePath, '000005.ldb'), 'orphan');
  await expect(startServer({ storePath, rulesPath: policyFolder(SOUND) })).rejects.toThrow(/code 1/);
});
