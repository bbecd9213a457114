import { beforeAll, describe, expect, it } from 'vitest';
import { keyPairOf, pathsOf } from '../../../src/service/edge/key-pair.js';
import { newAuthority, type Authority, type Pem } from '../../builders/certificates.js';

const TLS = { certFile: 'server.crt', keyFile: 'server.key', clientCaFile: 'clients.crt' };
const DAY_MS = 86_400_000;
let authority: Authority;
let pair: Pem;
let other: Pem;

beforeAll(async () => {
  authority = await newAuthority();
  pair = await authority.issue();
  other = await authority.issue();
});

const read = (cert: Buffer, key: Buffer, ca = authority.cert, nowMs = Date.now()) =>
  keyPairOf(TLS, [cert, key, ca], nowMs);

describe('a key pair', () => {
  it('is taken with its expiry and fingerprint', () => {
    const taken = read(pair.cert, pair.key);
    expect(Math.abs(taken.notAfterMs - Date.now() - DAY_MS)).toBeLessThan(60_000);
    expect(taken.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(taken.context).toMatchObject({ minVersion: 'TLSv1.3', ca: authority.cert });
    expect(pathsOf(TLS)).toEqual(['server.crt', 'server.key', 'clients.crt']);
    expect(pathsOf({ certFile: 'a', keyFile: 'b' })).toEqual(['a', 'b']);
  });

  it.each([
    [
      'a key of another certificate',
      () => read(pair.cert, other.key),
      /certFile server.crt: does not belong to the key in server.key/,
    ],
    [
      'a certificate cut short',
      () => read(pair.cert.subarray(0, 200), pair.key),
      /^server.tls.certFile server.crt: /,
    ],
    ['an empty certificate', () => read(Buffer.alloc(0), pair.key), /^server.tls.certFile server.crt: /],
    ['no key', () => read(pair.cert, Buffer.from('no key')), /^server.tls.keyFile server.key: /],
    [
      'no authority',
      () => read(pair.cert, pair.key, Buffer.from('?')),
      /^server.tls.clientCaFile clients.crt: /,
    ],
    [
      'a certificate of the past',
      () => read(pair.cert, pair.key, authority.cert, Date.now() + 2 * DAY_MS),
      /expired at/,
    ],
    [
      'a certificate of the future',
      () => read(pair.cert, pair.key, authority.cert, Date.now() - 2 * DAY_MS),
      /is not valid before/,
    ],
  ])('is refused with %s, by setting and file', (_name, taking, reason) => {
    expect(taking).toThrow(reason);
  });
});
