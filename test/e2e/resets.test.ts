import { once } from 'node:events';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { startServer, type BuiltServer } from './built-server.js';
import { connect } from './clients.js';
import { metricsOf } from './metrics-text.js';
import { ask } from './samples.js';

const CANCEL = 8;
const open: { destroy(): void }[] = [];
afterEach(() => open.splice(0).forEach((each) => each.destroy()));

function socketTo({ address }: BuiltServer, localAddress: string): Socket {
  const [host, port] = address.split(':');
  const socket = connectTcp({ host: host!, port: Number(port), localAddress });
  open.push(socket);
  return socket.on('error', () => undefined);
}

function sessionTo(server: BuiltServer, localAddress: string): ClientHttp2Session {
  const createConnection = (): Socket => socketTo(server, localAddress);
  return connectHttp2(`http://${server.address}`, { createConnection }).on('error', () => undefined);
}

/** `once` would reject where a reset arrives before the end does. */
const closed = (emitter: NodeJS.EventEmitter): Promise<void> =>
  new Promise((resolve) => {
    emitter.once('close', () => resolve());
  });

/** Asks and gives up at once, so many times or until the connection ends. @returns how often. */
async function resets(session: ClientHttp2Session, times: number): Promise<number> {
  await Promise.race([once(session, 'connect').catch(() => undefined), closed(session)]);
  const headers = {
    ':method': 'POST',
    ':path': '/sextant.v1.SelectionService/Select',
    'content-type': 'application/grpc',
    te: 'trailers',
  };
  let made = 0;
  while (made < times && !session.closed && !session.destroyed) {
    const stream = session.request(headers).on('error', () => undefined);
    stream.close(CANCEL);
    made += 1;
    if (made % 10 === 0) await turn();
  }
  return made;
}

/** Whether a new connection from an address is ended at once, and counted as refused. */
async function isRefused(server: BuiltServer, localAddress: string): Promise<boolean> {
  const socket = socketTo(server, localAddress);
  const isEnded = await Promise.race([closed(socket).then(() => true), sleep(500, false)]);
  socket.destroy();
  return isEnded && /^sextant_connections_refused_total [1-9]/m.test(await metricsOf(server));
}

it('an address that resets streams without end is cut off, and nobody else is', async () => {
  const server = await startServer({ settings: { 'limits.resetsPerSecondPerPeer': '100' } });
  const client = connect(server.address);
  await client.select(ask('x'));

  const few = sessionTo(server, '127.0.0.2');
  expect(await resets(few, 100)).toBe(100);
  expect(few.destroyed).toBe(false);

  // HTTP/2 may itself end a connection before its resets are counted, where the server is slow; the next adds to them.
  do {
    const many = sessionTo(server, '127.0.0.3');
    const ended = closed(many);
    await resets(many, Infinity);
    await ended;
  } while (!(await isRefused(server, '127.0.0.3')));

  expect(few.destroyed).toBe(false);
  expect(await client.select(ask('x'))).toHaveProperty('choice');
  client.close();
});
