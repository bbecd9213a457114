import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { credentials } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { newAuthority, type Pem } from '../builders/certificates.js';
import { startServer } from '../e2e/built-server.js';
import { connect } from '../e2e/clients.js';
import { newFolder } from '../e2e/policy-folder.js';
import { ask } from '../e2e/samples.js';
import { amountOf, publish } from './figures.js';

const ROTATIONS = amountOf('SEXTANT_ROTATIONS', 2);
const CLIENTS = 4;

it(`${ROTATIONS} certificates in turn under load: no call fails`, { timeout: 1_800_000 }, async () => {
  const authority = await newAuthority();
  const folder = newFolder();
  const [certFile, keyFile] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  const put = ({ cert, key }: Pem): void => {
    for (const [file, content] of [
      [certFile, cert],
      [keyFile, key],
    ] as const) {
      writeFileSync(`${file}.new`, content);
      renameSync(`${file}.new`, file);
    }
  };
  put(await authority.issue());
  const config = join(folder, 'sextant.yaml');
  writeFileSync(config, JSON.stringify({ server: { tls: { certFile, keyFile } } }));
  // Each client is a handshake, and all are of one address.
  const settings = { 'limits.connectionsPerSecondPerPeer': '0' };
  const server = await startServer({ config, settings });
  const secured = credentials.createSsl(authority.cert);
  let [calls, handshakes, isOver] = [0, 0, false];
  const failures: string[] = [];
  const load = Array.from({ length: CLIENTS }, async (_, i) => {
    while (!isOver) {
      // Clients of one process share a connection where nothing sets them apart.
      const client = connect(server.address, { secured, channel: { 'grpc.use_local_subchannel_pool': 1 } });
      handshakes += 1;
      for (let k = 0; k < 10; k++) {
        await client.select(ask(`use-case-${i}`)).then(
          () => (calls += 1),
          (error: unknown) => failures.push(String(error)),
        );
      }
      client.close();
    }
  });
  for (let done = 0; done < ROTATIONS; done++) {
    put(await authority.issue());
    const until = Date.now() + 30_000;
    while (server.logged('certificate read again').length <= done && Date.now() < until) await sleep(50);
  }
  isOver = true;
  await Promise.all(load);
  const seen = server.logged('certificate read again').map((line) => line['fingerprint']);
  publish('rotation', { rotations: new Set(seen).size, calls, handshakes, failed: failures.length });
  expect(failures).toEqual([]);
  expect(new Set(seen).size).toBe(ROTATIONS);
});
