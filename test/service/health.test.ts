import { once } from 'node:events';
import { connect } from 'node:http2';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { credentials, Server, ServerCredentials, status as GrpcStatus } from '@grpc/grpc-js';
import type { ClientReadableStream, ServiceError, StatusObject } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  HealthCheckRequest,
  HealthCheckResponse,
  HealthCheckResponse_ServingStatus as ServingStatus,
  HealthClient,
  type HealthListResponse,
  HealthService,
} from '../../src/gen/grpc/health/v1/health.js';
import { createHealth, type Health } from '../../src/service/health.js';

const SELECTION = 'sextant.v1.SelectionService';
const OUTCOME = 'sextant.v1.OutcomeService';

let health: Health;
let server: Server;
let client: HealthClient;
let port: number;

beforeEach(async () => {
  health = createHealth([SELECTION, OUTCOME]);
  server = new Server();
  server.addService(HealthService, health.implementation);
  port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  client = new HealthClient(`127.0.0.1:${port}`, credentials.createInsecure());
});

afterEach(() => {
  client.close();
  server.forceShutdown();
});

function check(service: string): Promise<ServingStatus> {
  return new Promise((resolve, reject) => {
    client.check({ service }, (error, response) => (error ? reject(error) : resolve(response.status)));
  });
}

function list(): Promise<HealthListResponse> {
  return new Promise((resolve, reject) => {
    client.list({}, (error, response) => (error ? reject(error) : resolve(response)));
  });
}

/** A watch that is read one status at a time. */
function watch(service: string) {
  const call: ClientReadableStream<HealthCheckResponse> = client.watch({ service });
  const ended = new Promise<StatusObject>((resolve) => call.on('status', resolve));
  call.on('error', () => undefined);
  const responses = call[Symbol.asyncIterator]() as AsyncIterator<HealthCheckResponse, undefined>;
  return { call, ended, next: async () => (await responses.next()).value?.status };
}

describe('Check', () => {
  test('everything is NOT_SERVING until it is said to serve', async () => {
    expect(await check('')).toBe(ServingStatus.NOT_SERVING);
    expect(await check(SELECTION)).toBe(ServingStatus.NOT_SERVING);
  });

  test('each service and the whole server have a status of their own', async () => {
    health.set('', 'SERVING');
    health.set(SELECTION, 'SERVING');
    expect(await check('')).toBe(ServingStatus.SERVING);
    expect(await check(SELECTION)).toBe(ServingStatus.SERVING);
    expect(await check(OUTCOME)).toBe(ServingStatus.NOT_SERVING);
  });

  test('an unknown service is NOT_FOUND', async () => {
    await expect(check('sextant.v1.Nothing')).rejects.toMatchObject({
      code: GrpcStatus.NOT_FOUND,
    } satisfies Partial<ServiceError>);
  });
});

test('List names every service and the whole server', async () => {
  health.set(OUTCOME, 'SERVING');
  expect((await list()).statuses).toEqual({
    '': { status: ServingStatus.NOT_SERVING },
    [SELECTION]: { status: ServingStatus.NOT_SERVING },
    [OUTCOME]: { status: ServingStatus.SERVING },
  });
});

describe('Watch', () => {
  test('sends the current status at once, and then each change', async () => {
    const watching = watch(SELECTION);
    expect(await watching.next()).toBe(ServingStatus.NOT_SERVING);
    health.set(SELECTION, 'SERVING');
    expect(await watching.next()).toBe(ServingStatus.SERVING);
    health.set(SELECTION, 'NOT_SERVING');
    expect(await watching.next()).toBe(ServingStatus.NOT_SERVING);
    watching.call.cancel();
  });

  test('is silent on a status set again and on changes of other services', async () => {
    const watching = watch(SELECTION);
    expect(await watching.next()).toBe(ServingStatus.NOT_SERVING);
    health.set(SELECTION, 'NOT_SERVING');
    health.set(OUTCOME, 'SERVING');
    health.set('', 'SERVING');
    await check('');
    health.set(SELECTION, 'SERVING');
    expect(await watching.next()).toBe(ServingStatus.SERVING);
    watching.call.cancel();
  });

  test('an unknown service is SERVICE_UNKNOWN and stays open until it becomes known', async () => {
    const watching = watch('late.Service');
    expect(await watching.next()).toBe(ServingStatus.SERVICE_UNKNOWN);
    health.set('late.Service', 'SERVING');
    expect(await watching.next()).toBe(ServingStatus.SERVING);
    watching.call.cancel();
  });

  test('endWatches ends all open watches with OK, so that a graceful stop completes', async () => {
    const watches = [watch(''), watch(SELECTION), watch('unknown')];
    await Promise.all(watches.map((watching) => watching.next()));
    health.endWatches();
    for (const { ended } of watches) expect(await ended).toMatchObject({ code: GrpcStatus.OK });
    await new Promise<void>((resolve, reject) => {
      server.tryShutdown((error) => (error ? reject(error) : resolve()));
    });
  });

  test('after endWatches a new watch gets the status and ends', async () => {
    health.endWatches();
    const watching = watch(SELECTION);
    expect(await watching.next()).toBe(ServingStatus.NOT_SERVING);
    expect(await watching.next()).toBeUndefined();
    expect(await watching.ended).toMatchObject({ code: GrpcStatus.OK });
  });

  test('a client that takes nothing is owed only the first and the latest status', async () => {
    const session = connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 0 } });
    await once(session, 'remoteSettings');
    const stream = session.request({
      ':method': 'POST',
      ':path': HealthService.watch.path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.end(frame(HealthCheckRequest.encode({ service: SELECTION }).finish()));
    await once(stream, 'response');

    for (let turn = 0; turn < 2_000; turn++) {
      health.set(SELECTION, turn % 2 === 0 ? 'SERVING' : 'NOT_SERVING');
      if (turn % 10 === 0) await nextTurn();
    }
    health.set(SELECTION, 'SERVING');

    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    session.settings({ initialWindowSize: 65_535 });
    await expect.poll(() => unframe(Buffer.concat(chunks)).length).toBe(2);
    await check('');
    expect(unframe(Buffer.concat(chunks))).toEqual([ServingStatus.NOT_SERVING, ServingStatus.SERVING]);
    session.destroy();
  });
});

function frame(message: Uint8Array): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

function unframe(bytes: Buffer): ServingStatus[] {
  const statuses: ServingStatus[] = [];
  for (let at = 0; at + 5 <= bytes.length;) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    statuses.push(HealthCheckResponse.decode(bytes.subarray(at + 5, end)).status);
    at = end;
  }
  return statuses;
}
