import type { ClientReadableStream } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  HealthCheckResponse_ServingStatus as Serving,
  type HealthCheckResponse,
} from '../../src/gen/grpc/health/v1/health.js';
import { startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { policyFolder, SOUND } from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { ask } from './samples.js';

const SERVICES = [
  'Selection',
  'Outcome',
  'Registry',
  'Policy',
  'Evaluation',
  'Insight',
  'Audit',
  'Prompt',
  'Admin',
  'Experiment',
  'Promotion',
].map((name) => `sextant.v1.${name}Service`);

let server: BuiltServer;
let sextant: Sextant;

beforeEach(async () => {
  server = await startServer({
    rulesPath: policyFolder(SOUND),
    settings: { 'shutdown.notServingSeconds': '1' },
  });
  sextant = connect(server.address);
});

afterEach(() => sextant.close());

const check = (service: string) =>
  new Promise<Serving>((resolve, reject) => {
    sextant.health.check({ service }, (error, answer) => (error ? reject(error) : resolve(answer.status)));
  });

const list = () =>
  new Promise<Record<string, Serving>>((resolve, reject) => {
    sextant.health.list({}, (error, answer) =>
      error
        ? reject(error)
        : resolve(
            Object.fromEntries(Object.entries(answer.statuses).map(([name, { status }]) => [name, status])),
          ),
    );
  });

const all = (status: Serving) => Object.fromEntries(['', ...SERVICES].map((service) => [service, status]));
const get = (path: string) => fetch(`http://127.0.0.1:${server.adminPort}${path}`);

test('a server serves, says before it ends that it will not, answers until then, and ends watches well', async () => {
  expect(await list()).toEqual(all(Serving.SERVING));
  expect(await check('')).toBe(Serving.SERVING);
  expect((await refusalOf(check('sextant.v1.Nothing'))).code).toBe('NOT_FOUND');
  expect((await get('/readyz')).status).toBe(200);

  const watch: ClientReadableStream<HealthCheckResponse> = sextant.health.watch({ service: SERVICES[0]! });
  const seen: Serving[] = [];
  watch.on('data', ({ status }: HealthCheckResponse) => seen.push(status));
  const ended = new Promise((resolve) => watch.on('status', resolve));
  await expect.poll(() => seen).toEqual([Serving.SERVING]);

  server.signal('SIGTERM');
  await expect.poll(() => seen).toEqual([Serving.SERVING, Serving.NOT_SERVING]);
  expect(await list()).toEqual(all(Serving.NOT_SERVING));
  // Load balancers need the time between: calls are still answered.
  const { ticket } = await sextant.select(ask('draining'));
  expect((await sextant.report({ ticket, attempts: [{ quality: 1 }] })).recorded).toHaveLength(1);
  const readyz = await get('/readyz');
  expect([readyz.status, await readyz.text(), (await get('/livez')).status]).toEqual([
    503,
    'shutting down\n',
    200,
  ]);

  expect(await ended).toMatchObject({ code: 0 });
  expect(await server.exited()).toBe(0);
  expect((await refusalOf(check(''))).code).toBe('UNAVAILABLE');
  expect(server.logs.slice(-2).map(({ msg }) => msg)).toEqual(['draining', 'stopped']);
});

test('the admin port serves life, readiness and metrics, and nothing else', async () => {
  const { ticket } = await sextant.select(ask('metrics'));
  await sextant.report({ ticket, attempts: [{ quality: 1 }] });
  await refusalOf(sextant.select(ask('')));
  const answer = await get('/metrics');
  expect(answer.headers.get('content-type')).toContain('text/plain');
  const text = await answer.text();
  for (const line of [
    'sextant_rpc_requests_total{method="Select",code="OK"} 1',
    'sextant_rpc_requests_total{method="Select",code="INVALID_ARGUMENT"} 1',
    'sextant_rpc_requests_total{method="Report",code="OK"} 1',
    'sextant_outcomes_folded 1',
    `sextant_models ${SOUND.length}`,
    'sextant_policy_rejected 0',
    'sextant_report_queue_depth 0',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect((await get('/nothing')).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${server.adminPort}/livez`, { method: 'POST' })).status).toBe(405);
});
