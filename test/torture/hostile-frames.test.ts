import { once } from 'node:events';
import { connect as connectTcp, createServer, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { connect as connectHttp2 } from 'node:http2';
import { beforeAll, describe, expect, it } from 'vitest';
import { rngFromSeed } from '../../src/core/random.js';
import { startServer, type BuiltServer } from '../e2e/built-server.js';
import { metricsOf } from '../e2e/metrics-text.js';
import { connect } from '../e2e/clients.js';
import { ask, wentWell } from '../e2e/samples.js';
import { amountOf, publish } from './figures.js';
import { mutated } from './mutate.js';

const CONNECTIONS = amountOf('SEXTANT_HOSTILE_CONNECTIONS', 300);
const AT_ONCE = 20;
/** From here on it is waited for keepalive to end what is left, and done in rounds. */
const LONG = 1_000;
const ROUNDS = CONNECTIONS >= LONG ? 4 : 1;
const MIB = 1024 ** 2;

let server: BuiltServer;
beforeAll(async () => {
  // Node stops reading where a frame breaks the protocol, and sees no end of the connection: keepalive does, in 80 s.
  const all = String(CONNECTIONS + 1_000);
  server = await startServer({
    settings: {
      'limits.maxConnections': all,
      'limits.maxConnectionsPerPeer': all,
      'limits.connectionsPerSecondPerPeer': '0',
    },
  });
});

/** What a real client says on a connection, from its first byte on. */
async function spoken(): Promise<Buffer> {
  const parts: Buffer[] = [];
  const [host, port] = server.address.split(':') as [string, string];
  const tap = createServer((near) => {
    const far = connectTcp({ host, port: Number(port) });
    near.on('data', (bytes) => parts.push(bytes)).pipe(far);
    far.pipe(near);
    for (const socket of [near, far]) socket.on('error', () => undefined);
  });
  tap.listen(0, '127.0.0.1');
  await once(tap, 'listening');
  const client = connect(`127.0.0.1:${(tap.address() as AddressInfo).port}`);
  const { ticket } = await client.select(ask('frames'));
  await client.report({ ticket, attempts: [wentWell()] });
  client.close();
  tap.close();
  return Buffer.concat(parts);
}

/** Says it on a new connection, and waits until the server has closed or been silent for a while. */
async function say(bytes: Buffer): Promise<void> {
  const [host, port] = server.address.split(':') as [string, string];
  const socket = connectTcp({ host, port: Number(port) });
  socket.on('error', () => undefined).on('data', () => undefined);
  socket.setTimeout(100, () => socket.destroy());
  socket.write(bytes);
  await new Promise((resolve) => socket.once('close', resolve));
}

const metric = async (name: string): Promise<number> => {
  const text = await metricsOf(server);
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)![1]);
};

const memoryMib = async (): Promise<number> => (await metric('process_resident_memory_bytes')) / MIB;

const isWell = async (): Promise<void> => {
  const client = connect(server.address);
  const { ticket } = await client.select(ask('after'));
  expect((await client.report({ ticket, attempts: [wentWell()] })).recorded).toHaveLength(2);
  client.close();
};

describe('the server goes on', { timeout: Math.max(240_000, CONNECTIONS * 500) }, () => {
  it(`after ${CONNECTIONS} connections with broken frames`, async () => {
    const said = await spoken();
    const rng = rngFromSeed(7n);
    const sayBroken = (): Promise<unknown> =>
      Promise.all(Array.from({ length: AT_ONCE }, () => say(mutated(said, said, rng))));
    await sayBroken();
    const start = await memoryMib();
    const grown: number[] = [];
    let held = 0;
    for (let round = 1; round <= ROUNDS; round++) {
      for (let done = 0; done < CONNECTIONS / ROUNDS; done += AT_ONCE) await sayBroken();
      await isWell();
      held = Math.max(held, await metric('sextant_connections'));
      if (CONNECTIONS >= LONG)
        await expect
          .poll(() => metric('sextant_connections'), { timeout: 150_000, interval: 1_000 })
          .toBeLessThan(3);
      grown.push((await memoryMib()) - start);
    }
    publish('hostile-frames', {
      connections: CONNECTIONS,
      heldUntilKeepalive: held,
      ...Object.fromEntries(grown.map((mib, i) => [`rssGrowthAfter${i + 1}Mib`, Number(mib.toFixed(1))])),
    });
    expect(grown.at(-1)).toBeLessThan(100);
  });

  it('after messages that are a kilobyte packed and a gigabyte unpacked', async () => {
    const before = await memoryMib();
    const packed = gzipSync(Buffer.alloc(256 * MIB));
    const head = Buffer.alloc(5);
    head[0] = 1;
    head.writeUInt32BE(packed.length, 1);
    const session = connectHttp2(`http://${server.address}`);
    const answers = Array.from({ length: 8 }, async () => {
      const stream = session.request({
        ':method': 'POST',
        ':path': '/sextant.v1.SelectionService/Select',
        'content-type': 'application/grpc',
        'grpc-encoding': 'gzip',
        te: 'trailers',
      });
      stream.end(Buffer.concat([head, packed]));
      stream.resume();
      const headers = new Promise<Record<string, unknown>>((resolve) => {
        stream.on('response', (sent) => 'grpc-status' in sent && resolve(sent));
        stream.on('trailers', resolve);
        stream.on('close', () => resolve({ 'grpc-status': `closed with ${stream.rstCode}` }));
      });
      return (await headers)['grpc-status'];
    });
    // RESOURCE_EXHAUSTED, or the stream is cut with CANCEL before its status is read.
    for (const answer of await Promise.all(answers)) expect(['8', 'closed with 8']).toContain(answer);
    session.destroy();
    await isWell();
    expect((await memoryMib()) - before).toBeLessThan(200);
  });
});
