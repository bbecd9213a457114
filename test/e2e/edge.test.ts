import { renameSync, writeFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { get } from 'node:https';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { join } from 'node:path';
import { once } from 'node:events';
import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { exportJWK, generateKeyPair, SignJWT, type GenerateKeyPairResult } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { SelectionServiceClient, SelectRequest } from '../../src/gen/sextant/v1/selection.js';
import { newAuthority, type Authority, type Pem } from '../builders/certificates.js';
import { runSextant, startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { metricsOf } from './metrics-text.js';
import { newFolder } from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { ask } from './samples.js';

const open: { close(): void }[] = [];
afterEach(() => open.splice(0).forEach((each) => each.close()));

const client = (...of: Parameters<typeof connect>): Sextant => {
  const made = connect(...of);
  open.push(made);
  return made;
};

async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const until = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > until) throw new Error('did not come to hold in 30 s');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

interface Files {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clientCaFile: string;
  /** As a mounted secret does it: a whole file takes the place of the one before. */
  replace(pair: Partial<Pem>): void;
}

function tlsFiles({ cert, key }: Pem, authority: Authority): Files {
  const folder = newFolder();
  const [certFile, keyFile, clientCaFile] = ['server.crt', 'server.key', 'clients.crt'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const put = (file: string, content: Buffer): void => {
    writeFileSync(`${file}.new`, content);
    renameSync(`${file}.new`, file);
  };
  put(certFile, cert);
  put(keyFile, key);
  put(clientCaFile, authority.cert);
  return {
    certFile,
    keyFile,
    clientCaFile,
    replace: (pair) => {
      if (pair.cert !== undefined) put(certFile, pair.cert);
      if (pair.key !== undefined) put(keyFile, pair.key);
    },
  };
}

function configOf(value: object): string {
  const config = join(newFolder(), 'sextant.yaml');
  writeFileSync(config, JSON.stringify(value));
  return config;
}

/** The fingerprint of the certificate that a new connection is shown. */
function shown(server: BuiltServer, authority: Authority): Promise<string> {
  return new Promise((resolve, reject) => {
    const port = Number(server.address.split(':')[1]);
    const socket = connectTls({ host: 'localhost', port, ca: authority.cert, ALPNProtocols: ['h2'] }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

/** What the admin port answers over TLS, and the fingerprint of the certificate that it shows. */
function readOverTls({ adminPort }: BuiltServer, { cert }: Authority, path: string) {
  return new Promise<{ status: number | undefined; body: string; fingerprint: string }>((resolve, reject) => {
    const options = { host: 'localhost', port: adminPort, path, ca: cert, agent: false as const };
    get(options, (response) => {
      const { fingerprint256: fingerprint } = (response.socket as TLSSocket).getPeerCertificate();
      response.setEncoding('utf8');
      let body = '';
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode, body, fingerprint }));
    }).on('error', reject);
  });
}

describe('TLS', () => {
  it('is of the admin port too where that is set, and follows the files there', async () => {
    const authority = await newAuthority();
    const [first, second] = [await authority.issue(), await authority.issue()];
    const files = tlsFiles(first, authority);
    const { certFile, keyFile } = files;
    const config = configOf({ server: { tls: { certFile, keyFile } }, admin: { tls: true } });
    const server = await startServer({ config });
    expect(await readOverTls(server, authority, '/livez')).toMatchObject({ status: 200, body: 'ok\n' });
    const { fingerprint } = await readOverTls(server, authority, '/metrics');
    await expect(metricsOf(server)).rejects.toThrow();
    files.replace(second);
    await eventually(() => server.logged('certificate read again').length > 0);
    expect((await readOverTls(server, authority, '/readyz')).fingerprint).not.toBe(fingerprint);
  });

  it('serves with a new pair without a restart, keeps the last good one, and says so', async () => {
    const authority = await newAuthority();
    const [first, second] = [await authority.issue(), await authority.issue()];
    const files = tlsFiles(first, authority);
    const { certFile, keyFile } = files;
    const server = await startServer({ config: configOf({ server: { tls: { certFile, keyFile } } }) });
    const standing = client(server.address, { secured: credentials.createSsl(authority.cert) });
    await standing.select(ask('x'));
    const before = await shown(server, authority);

    // The certificate alone does not fit the key that is there: nothing changes.
    files.replace({ cert: second.cert });
    await eventually(() => server.logged('certificate refused: the one before stays in use').length > 0);
    expect(await shown(server, authority)).toBe(before);
    expect(await metricsOf(server)).toContain('sextant_tls_files_refused 1');
    files.replace({ cert: Buffer.from('no certificate') });
    await eventually(() => server.logged('certificate refused: the one before stays in use').length > 1);
    expect(await shown(server, authority)).toBe(before);

    files.replace(second);
    await eventually(() => server.logged('certificate read again').length > 0);
    expect(await shown(server, authority)).not.toBe(before);
    expect(await metricsOf(server)).toContain('sextant_tls_files_refused 0');
    await standing.select(ask('x'));
    await client(server.address, { secured: credentials.createSsl(authority.cert) }).select(ask('x'));
  });

  it('is version 1.3 or nothing, and nothing in plain', async () => {
    const authority = await newAuthority();
    const { certFile, keyFile } = tlsFiles(await authority.issue(), authority);
    const server = await startServer({ config: configOf({ server: { tls: { certFile, keyFile } } }) });
    const port = Number(server.address.split(':')[1]);
    const old = connectTls({ host: 'localhost', port, ca: authority.cert, maxVersion: 'TLSv1.2' });
    const [error] = (await once(old, 'error')) as [Error];
    expect(error.message).toMatch(/protocol version/i);
    expect((await refusalOf(client(server.address).select(ask('x')))).code).toBe('UNAVAILABLE');
  });

  it('lets in whom a client certificate of the authority names, and nobody else', async () => {
    const [authority, foreign] = [await newAuthority(), await newAuthority('CN=foreign')];
    const files = tlsFiles(await authority.issue(), authority);
    const { certFile, keyFile, clientCaFile } = files;
    const san = 'URI:spiffe://example.org/chat';
    const certificates = [{ san, principal: 'chat', tenant: 'acme', roles: ['select'] }];
    const server = await startServer({
      config: configOf({ server: { tls: { certFile, keyFile, clientCaFile } }, auth: { certificates } }),
    });
    const as = ({ cert, key }: Pem): Sextant =>
      client(server.address, { secured: credentials.createSsl(authority.cert, key, cert) });
    const sans = [{ type: 'url', value: 'spiffe://example.org/chat' }] as const;
    const chat = as(await authority.issue({ sans }));
    expect((await chat.select(ask('x'))).choice).toBeDefined();
    expect(await refusalOf(chat.listModels({}))).toMatchObject({
      code: 'PERMISSION_DENIED',
      message: 'chat lacks the role read',
    });
    const nameless = as(await authority.issue());
    expect(await refusalOf(nameless.select(ask('x')))).toMatchObject({ code: 'UNAUTHENTICATED' });
    for (const stranger of [
      as(await foreign.issue({ sans })),
      client(server.address, { secured: credentials.createSsl(authority.cert) }),
    ])
      expect((await refusalOf(stranger.select(ask('x')))).code).toBe('UNAVAILABLE');
  });

  it('with files that are no good ends the start, by setting and file', async () => {
    const authority = await newAuthority();
    const { certFile } = tlsFiles(await authority.issue(), authority);
    const other = tlsFiles(await authority.issue(), authority);
    const config = configOf({
      server: { tls: { certFile, keyFile: other.keyFile } },
      store: { path: join(newFolder(), 'store') },
    });
    const { code, stdout } = await runSextant(['serve', '--config', config]);
    expect(code).toBe(1);
    expect(stdout).toContain(
      `server.tls.certFile ${certFile}: does not belong to the key in ${other.keyFile}`,
    );
  });
});

describe('signed tokens', () => {
  const issuer = 'https://issuer.example';
  const sign = (keys: GenerateKeyPairResult, kid: string): Promise<string> =>
    new SignJWT({ sub: 'chat', tenant: 'acme', roles: ['select', 'read'] })
      .setProtectedHeader({ alg: 'ES256', kid })
      .setIssuer(issuer)
      .setAudience('sextant')
      .setExpirationTime('10 minutes')
      .sign(keys.privateKey);

  it('let callers in, also to the dashboard, and follow the file with the issuer’s keys', async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(() => generateKeyPair('ES256', { extractable: true })),
    );
    const jwksFile = join(newFolder(), 'keys.json');
    const publish = async (...keys: (readonly [GenerateKeyPairResult, string])[]): Promise<void> => {
      const published = keys.map(async ([{ publicKey }, kid]) => ({
        ...(await exportJWK(publicKey)),
        kid,
        alg: 'ES256',
      }));
      writeFileSync(jwksFile, JSON.stringify({ keys: await Promise.all(published) }));
    };
    await publish([first!, 'one']);
    const jwt = { issuer, audience: 'sextant', jwksFile };
    const server = await startServer({ config: configOf({ auth: { jwt } }) });
    const token = await sign(first!, 'one');
    const caller = client(server.address, { token });
    await caller.select(ask('x'));
    await caller.select(ask('x'));
    expect(await refusalOf(caller.report({ ticket: Buffer.alloc(64) }))).toMatchObject({
      message: 'chat lacks the role report',
    });
    const models = (bearer: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${server.adminPort}/api/v1/models`, {
        headers: { authorization: `Bearer ${bearer}` },
      });
    expect([(await models(token)).status, (await models('guess')).status]).toEqual([200, 401]);

    const later = client(server.address, { token: await sign(second!, 'two') });
    expect((await refusalOf(later.select(ask('x')))).code).toBe('UNAUTHENTICATED');
    writeFileSync(jwksFile, '{"keys": [');
    await eventually(() => server.logged('keys of tokens refused: the one before stays in use').length > 0);
    await caller.select(ask('x'));
    expect(await metricsOf(server)).toContain('sextant_token_keys_refused 1');
    await publish([second!, 'two']);
    await eventually(() => server.logged('keys of tokens read again').length > 0);
    expect(await metricsOf(server)).toContain('sextant_token_keys_refused 0');
    await later.select(ask('x'));
    expect((await refusalOf(caller.select(ask('x')))).code).toBe('UNAUTHENTICATED');
  });
});

describe('limits', () => {
  it('of metadata: more than 8 KiB or 64 entries are refused', async () => {
    const server = await startServer();
    const raw = new SelectionServiceClient(server.address, credentials.createInsecure());
    open.push(raw);
    const selectWith = (metadata: Metadata): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const request = SelectRequest.fromPartial(ask('x'));
        raw.select(request, metadata, (error: ServiceError | null, response) =>
          error === null ? resolve(response) : reject(error),
        );
      });
    const large = new Metadata();
    large.set('x-large', 'x'.repeat(9_000));
    expect(await refusalOf(selectWith(large))).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      reason: 'METADATA_TOO_LARGE',
      message: expect.stringMatching(/has 9\d{3} bytes; at most 8192 are taken/) as string,
    });
    const many = new Metadata();
    for (let i = 0; i < 65; i++) many.set(`x-many-${i}`, 'x');
    expect(await refusalOf(selectWith(many))).toMatchObject({ reason: 'METADATA_TOO_LARGE' });
    const some = new Metadata();
    some.set('x-some', 'x'.repeat(7_000));
    expect(await selectWith(some)).toHaveProperty('choice');
    expect(await metricsOf(server)).toContain('sextant_calls_refused_total{reason="METADATA_TOO_LARGE"} 2');
  });

  it('of connections: one peer takes no more than its share, and those that close make room', async () => {
    const server = await startServer({
      settings: { 'limits.maxConnections': '6', 'limits.maxConnectionsPerPeer': '4' },
    });
    const port = Number(server.address.split(':')[1]);
    const from = async (localAddress: string): Promise<Socket | undefined> => {
      const socket = connectTcp({ host: '127.0.0.1', port, localAddress });
      open.push({ close: () => socket.destroy() });
      socket.on('error', () => undefined);
      // The server speaks first in HTTP/2, with its settings.
      const isServed = await Promise.race([
        once(socket, 'data').then(() => true),
        once(socket, 'close').then(() => false),
      ]);
      return isServed ? socket : undefined;
    };
    const first = await Promise.all([1, 2, 3, 4, 5].map(() => from('127.0.0.2')));
    expect(first.filter((socket) => socket !== undefined)).toHaveLength(4);
    const others = await Promise.all([1, 2, 3].map(() => from('127.0.0.3')));
    expect(others.filter((socket) => socket !== undefined)).toHaveLength(2);
    expect(await metricsOf(server)).toContain('sextant_connections 6');
    expect(await metricsOf(server)).toContain('sextant_connections_refused_total 2');
    first.forEach((socket) => socket?.destroy());
    await eventually(async () => (await metricsOf(server)).includes('sextant_connections 2'));
    await client(server.address).select(ask('x'));
  });

  it('of age: a connection ends, and calls go on over the next', async () => {
    const server = await startServer({
      settings: { 'limits.connectionAgeSeconds': '1', 'limits.connectionAgeGraceSeconds': '1' },
    });
    const caller = client(server.address);
    const until = Date.now() + 3_500;
    let calls = 0;
    for (; Date.now() < until; calls++) await caller.select(ask('x'));
    expect(calls).toBeGreaterThan(10);
  });

  it('of decisions a second: more are refused with the time to wait, by principal', async () => {
    const config = configOf({
      auth: {
        tokens: ['a', 'b'].map((name, i) => ({
          // SHA-256 of "a" and of "b".
          sha256: [
            'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
            '3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d',
          ][i],
          principal: name,
          tenant: 'acme',
          roles: ['select'],
        })),
      },
      limits: { decisionsPerSecond: 3 },
    });
    const server = await startServer({ config });
    const [a, b] = ['a', 'b'].map((token) => client(server.address, { token }));
    const items = ['1', '2', '3'].map((id) => ({ id, request: ask('x') }));
    await a!.selectBatch({ items });
    const refusal = await refusalOf(a!.selectBatch({ items }));
    expect(refusal).toMatchObject({ code: 'RESOURCE_EXHAUSTED', reason: 'RATE_LIMITED' });
    expect(refusal.message).toBe('a takes more than 3 decisions a second');
    expect(refusal.retryAfter).toBeDefined();
    await b!.select(ask('x'));
    const error = await a!.selectBatch({ items }).catch((thrown: unknown) => thrown as ServiceError);
    expect(Number((error as ServiceError).metadata.get('grpc-retry-pushback-ms')[0])).toBeGreaterThan(0);
    expect(await metricsOf(server)).toContain('sextant_selects_refused_total{code="RATE_LIMITED"} 6');
  });

  it('of time: a deadline of years is one, and not none', async () => {
    const server = await startServer();
    const DAY_MS = 86_400_000;
    // 40 days are more milliseconds than 31 bits hold.
    for (const days of [26, 40, 400])
      expect(
        (await client(server.address, { deadlineMs: days * DAY_MS }).select(ask('x'))).choice,
      ).toBeDefined();
  });
});
