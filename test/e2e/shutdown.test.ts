import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import type { ServiceError } from '@grpc/grpc-js';
import { ReportStreamRequest, type ReportStreamResponse } from '../../src/gen/sextant/v1/outcome.js';
import { runSextant, startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { policyFolder, SOUND } from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { ask, wentWell } from './samples.js';

let sextant: Sextant | undefined;
afterEach(() => sextant?.close());

/** What became of a call: its answer, or the code it was refused with. */
const settle = <T>(call: Promise<T>): Promise<T | { refused: number }> =>
  call.catch((error: ServiceError) => ({ refused: error.code }));

const verify = (server: BuiltServer) =>
  runSextant(['verify', '--store.path', server.storePath, '--rules.path', server.rulesPath]);

test('SIGTERM with 100 calls in flight: each is answered or cleanly refused, and what was acknowledged is there', async () => {
  const server = await startServer({ rulesPath: policyFolder(SOUND) });
  sextant = connect(server.address);
  const decisions = await Promise.all(Array.from({ length: 50 }, () => sextant!.select(ask('drain'))));
  const inFlight = decisions.flatMap(({ ticket }) => [
    settle(sextant!.report({ ticket, attempts: [wentWell()] })),
    settle(sextant!.select(ask('drain'))),
  ]);
  server.signal('SIGTERM');
  const outcomes = await Promise.all(inFlight);
  expect(await server.exited()).toBe(0);

  const UNAVAILABLE = 14;
  for (const outcome of outcomes) if ('refused' in outcome) expect(outcome.refused).toBe(UNAVAILABLE);
  const acknowledged = outcomes.flatMap((outcome) => ('recorded' in outcome ? outcome.recorded : []));
  expect(acknowledged.every(({ duplicate }) => !duplicate)).toBe(true);
  const { code, stdout } = await verify(server);
  expect(code).toBe(0);
  const [, recorded] = /^outcomes +(\d+)/m.exec(stdout)!;
  expect(Number(recorded)).toBeGreaterThanOrEqual(acknowledged.length);
  expect(stdout).toMatch(/^equal$/m);
});

test('a stream that stays open does not make the server wait: it is answered, then ended', async () => {
  const server = await startServer({
    rulesPath: policyFolder(SOUND),
    settings: { 'shutdown.drainSeconds': '60' },
  });
  sextant = connect(server.address);
  const { ticket } = await sextant.select(ask('drain'));
  const stream = sextant.reportStream();
  const ended = refusalOf(new Promise((_, reject) => stream.once('error', reject)));
  const answered = new Promise((resolve) => stream.once('data', resolve));
  stream.write({
    id: 'one',
    report: { ticket, attempts: [{ attempt: 0, status: 0, quality: 1, qualitySource: '' }] },
  });
  await answered;
  const startedAt = performance.now();
  expect(await server.stop()).toBe(0);
  expect(performance.now() - startedAt).toBeLessThan(8_000);
  expect(await ended).toMatchObject({ code: 'UNAVAILABLE', reason: 'SHUTTING_DOWN' });
  expect((await verify(server)).stdout).toMatch(/^outcomes +1 /m);
});

test('a stop amid a stream loses no acknowledged report, and what is sent again counts once', async () => {
  const server = await startServer({
    rulesPath: policyFolder(SOUND),
    settings: { 'shutdown.drainSeconds': '60' },
  });
  sextant = connect(server.address);
  const { select } = sextant;
  const decisions = await Promise.all(Array.from({ length: 300 }, () => select(ask('drain'))));
  const items = decisions.map(({ ticket }, i) =>
    ReportStreamRequest.fromPartial({ id: String(i), report: { ticket, attempts: [wentWell()] } }),
  );
  const stream = sextant.reportStream();
  const acknowledged = new Set<string>();
  stream.on('data', ({ id, outcome }: ReportStreamResponse) => {
    if (outcome?.$case === 'response') acknowledged.add(id);
  });
  const ended = refusalOf(new Promise((_, reject) => stream.once('error', reject)));
  for (const item of items) stream.write(item);
  await once(stream, 'data');
  server.signal('SIGTERM');
  expect(await ended).toMatchObject({ code: 'UNAVAILABLE', reason: 'SHUTTING_DOWN' });
  expect(await server.exited()).toBe(0);
  sextant.close();

  await server.restart();
  sextant = connect(server.address);
  const again = await sextant.reportBatch({ items: items.slice(0, 256) });
  const counted = again.results.filter(
    ({ outcome }) => outcome?.$case === 'response' && outcome.value.recorded.some((r) => !r.duplicate),
  );
  expect(counted.filter(({ id }) => acknowledged.has(id))).toEqual([]);
  await sextant.reportBatch({ items: items.slice(256) });
  expect((await sextant.listPosteriors({})).stateSequence).toBe(600n);
});

test.each(['SIGINT', 'SIGHUP'] as const)(
  '%s ends it like SIGTERM, and a second signal while it drains changes nothing',
  async (signal) => {
    const server = await startServer({
      rulesPath: policyFolder(SOUND),
      settings: { 'shutdown.notServingSeconds': '0.5' },
    });
    server.signal(signal);
    await expect.poll(() => server.logged('draining')).toHaveLength(1);
    server.signal('SIGTERM');
    expect(await server.exited()).toBe(0);
    expect(server.logged('stopped')).toHaveLength(1);
  },
);
