import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ReportStreamRequest, type ReportStreamResponse } from '../../src/gen/sextant/v1/outcome.js';
import { startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { policyFolder, SOUND } from './policy-folder.js';
import { readStatus } from './refusal.js';
import { ask, wentWell } from './samples.js';

let server: BuiltServer;
let sextant: Sextant;

beforeAll(async () => {
  server = await startServer({ rulesPath: policyFolder(SOUND) });
  sextant = connect(server.address);
});

afterAll(() => sextant.close());

const sequence = async () => Number((await sextant.listPosteriors({})).stateSequence);

async function tickets(count: number): Promise<Buffer[]> {
  const batches = Array.from({ length: Math.ceil(count / 50) }, (_, b) =>
    sextant.selectBatch({
      items: Array.from({ length: Math.min(50, count - b * 50) }, (_, i) => ({
        id: String(i),
        request: ask('stream'),
      })),
    }),
  );
  const answers = await Promise.all(batches);
  return answers.flatMap(({ results }) =>
    results.map(({ outcome }) =>
      Buffer.from(outcome?.$case === 'response' ? outcome.value.ticket : expect.fail()),
    ),
  );
}

/** Sends all items, half-closes, and reads to the end. */
async function exchange(items: ReportStreamRequest[]): Promise<ReportStreamResponse[]> {
  const stream = sextant.reportStream();
  const answers: ReportStreamResponse[] = [];
  stream.on('data', (answer: ReportStreamResponse) => answers.push(answer));
  for (const item of items) if (!stream.write(item)) await once(stream, 'drain');
  stream.end();
  await once(stream, 'end');
  return answers;
}

test('a stream of 500 reports with a bad one is answered 500 times, after the client has ended its half', async () => {
  const before = await sequence();
  const reports = (await tickets(500)).map((ticket, i) =>
    ReportStreamRequest.fromPartial({
      id: `item-${i}`,
      report: { ticket, attempts: [wentWell({ quality: (i % 11) / 10 })] },
    }),
  );
  reports[250]!.report!.attempts[0]!.quality = 7;
  const answers = await exchange(reports);
  expect(answers.map(({ id }) => id).sort()).toEqual(reports.map(({ id }) => id).sort());
  const errors = answers.filter(({ outcome }) => outcome?.$case !== 'response');
  expect(errors.map(({ id }) => id)).toEqual(['item-250']);
  const [{ outcome }] = errors as [ReportStreamResponse];
  expect(readStatus(outcome?.$case === 'error' ? outcome.value : expect.fail()).fields).toEqual([
    'attempts[0].quality',
  ]);
  expect(await sequence()).toBe(before + 2 * 499);
});

test('what a stream acknowledges is known at once, and the same stream sent again counts nothing', async () => {
  const reports = (await tickets(20)).map((ticket, i) =>
    ReportStreamRequest.fromPartial({ id: String(i), report: { ticket, attempts: [wentWell()] } }),
  );
  await exchange(reports);
  const after = await sequence();
  const again = await exchange(reports);
  const recorded = again.flatMap(({ outcome }) =>
    outcome?.$case === 'response' ? outcome.value.recorded : [],
  );
  expect(recorded).toHaveLength(40);
  expect(recorded.every(({ duplicate }) => duplicate)).toBe(true);
  expect(await sequence()).toBe(after);
});

test('a stream that ends without a report ends well', async () => {
  expect(await exchange([])).toEqual([]);
});

/** A gRPC message as it goes over HTTP/2: one byte of flags, four of length. */
function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

test('a client that reads none of its answers makes the server stop reading, and others are served', async () => {
  const before = await sequence();
  const [ticket] = await tickets(1);
  const item = ReportStreamRequest.fromPartial({
    id: 'x'.repeat(60),
    report: { ticket: ticket!, attempts: [wentWell()] },
  });
  const hundred = Buffer.concat(
    Array.from({ length: 100 }, () => framed(ReportStreamRequest.encode(item).finish())),
  );

  const session = connectHttp2(`http://${server.address}`, { settings: { initialWindowSize: 0 } });
  const stream = session.request({
    ':method': 'POST',
    ':path': '/sextant.v1.OutcomeService/ReportStream',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.on('error', () => undefined);
  /** Sends until the server takes nothing for two seconds, or has taken far more than it may hold. */
  const stalls = async (): Promise<boolean> => {
    for (let sent = 0; sent < 100_000; sent += 100) {
      if (stream.write(hundred)) continue;
      const isTaken = await Promise.race([once(stream, 'drain').then(() => true), sleep(2_000, false)]);
      if (!isTaken) return true;
    }
    return false;
  };
  expect(await stalls()).toBe(true);
  expect((await sextant.select(ask('others'))).choice).toBeDefined();
  expect(await sequence()).toBe(before + 2);
  session.destroy();
});
