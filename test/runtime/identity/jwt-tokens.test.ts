import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type GenerateKeyPairResult } from 'jose';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JwtConfig } from '../../../src/config/config.js';
import type { Identity } from '../../../src/runtime/principals.js';
import { IssuerKeys } from '../../../src/runtime/identity/issuer-keys.js';
import { JwtTokens } from '../../../src/runtime/identity/jwt-tokens.js';

const NOW_MS = 1_800_000_000_000;
const NOW_S = NOW_MS / 1_000;
const CONFIG: JwtConfig = { issuer: 'https://issuer.example', audience: 'sextant', jwksFile: 'keys.json' };
const CLAIMS = { sub: 'chat-app', tenant: 'acme', roles: ['select', 'report', 'of-others'] };

let keys: GenerateKeyPairResult;
let others: GenerateKeyPairResult;
const clock = { nowMs: NOW_MS };

beforeAll(async () => {
  keys = await generateKeyPair('ES256', { extractable: true });
  others = await generateKeyPair('ES256', { extractable: true });
});
beforeEach(() => void (clock.nowMs = NOW_MS));

interface Signing {
  readonly claims?: Record<string, unknown>;
  readonly issuer?: string;
  readonly audience?: string;
  readonly expiresS?: number | null;
  readonly by?: GenerateKeyPairResult;
  readonly kid?: string;
}

function signed(signing: Signing = {}): Promise<string> {
  const {
    claims = CLAIMS,
    issuer = CONFIG.issuer,
    audience = CONFIG.audience,
    by = keys,
    kid = 'k1',
  } = signing;
  const { expiresS = NOW_S + 600 } = signing;
  const token = new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid })
    .setIssuer(issuer)
    .setAudience(audience);
  return (expiresS === null ? token : token.setExpirationTime(expiresS)).sign(by.privateKey);
}

const warnings: object[] = [];
const issuerKeys = (): IssuerKeys =>
  new IssuerKeys({ warn: (line: object) => void warnings.push(line) }, () => clock.nowMs);

async function tokens(changes: Partial<JwtConfig> = {}): Promise<JwtTokens> {
  const made = new JwtTokens({ ...CONFIG, ...changes }, () => clock.nowMs, issuerKeys());
  made.useKeys({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256' }] });
  return made;
}

const of = async (token: string, changes?: Partial<JwtConfig>): Promise<Identity> =>
  (await tokens(changes)).identityOf(token);

describe('a signed token', () => {
  it('says name, tenant and those roles that there are', async () => {
    expect(await of(await signed())).toEqual({
      principal: { name: 'chat-app', tenant: 'acme', roles: new Set(['select', 'report']) },
      expiryMs: NOW_MS + 630_000,
    });
  });

  it('may name them in other claims, roles in one text and with a prefix', async () => {
    const claims = { client_id: 'a', org: 'b', scope: 'openid sextant:read sextant:admin select' };
    const { principal } = await of(await signed({ claims }), {
      principalClaim: 'client_id',
      tenantClaim: 'org',
      rolesClaim: 'scope',
      rolesPrefix: 'sextant:',
    });
    expect(principal).toEqual({ name: 'a', tenant: 'b', roles: new Set(['read', 'admin']) });
  });

  it('is known at once the second time, until it expires', async () => {
    const known = await tokens();
    const token = await signed();
    const identity = await known.identityOf(token);
    expect(known.identityOf(token)).toBe(identity);
    clock.nowMs = NOW_MS + 630_000;
    expect(() => known.identityOf(token)).toThrow('the bearer token has expired');
    await expect(known.identityOf(token)).rejects.toThrow('the bearer token has expired');
  });

  it('is unknown once its key was taken away', async () => {
    const known = await tokens();
    const token = await signed();
    await known.identityOf(token);
    known.useKeys({ keys: [{ ...(await exportJWK(others.publicKey)), kid: 'k2', alg: 'ES256' }] });
    await expect(known.identityOf(token)).rejects.toThrow('signed with none of the issuer');
  });

  it('of an issuer whose keys cannot be had is neither right nor wrong', async () => {
    const { jwksFile: _, ...rest } = CONFIG;
    const jwksUrl = 'https://127.0.0.1:1/keys';
    const unreachable = new JwtTokens({ ...rest, jwksUrl }, () => clock.nowMs, issuerKeys());
    await expect(unreachable.identityOf(await signed())).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' });
  });
});

describe('keys that cannot be read', () => {
  const made = (keysOf: IssuerKeys): JwtTokens => new JwtTokens(CONFIG, () => clock.nowMs, keysOf);
  const noKey = { kid: 'k1', alg: 'ES256', kty: 'EC', crv: 'P-256', x: '', y: '' };

  it('are told of once a minute, and are over with the first token that they judge', async () => {
    warnings.length = 0;
    const source = issuerKeys();
    const checked = made(source);
    const token = await signed();
    for (const laterMs of [0, 1_000, 30_000, 61_000]) {
      clock.nowMs = NOW_MS + laterMs;
      checked.useKeys({ keys: [noKey] });
      await expect(checked.identityOf(token)).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' });
    }
    expect([source.areMissing, warnings.length]).toEqual([true, 2]);
    await expect(checked.identityOf('no token')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(source.areMissing).toBe(true);
    checked.useKeys({ keys: [{ ...(await exportJWK(others.publicKey)), kid: 'k1', alg: 'ES256' }] });
    await expect(checked.identityOf(token)).rejects.toThrow('signature is wrong');
    expect(source.areMissing).toBe(false);
  });
});

describe('UNAUTHENTICATED is a token', () => {
  const refused = async (token: string): Promise<unknown> => {
    const error: unknown = await of(token).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED' });
    return (error as Error).message;
  };

  it.each<[string, Signing, string]>([
    ['that has expired', { expiresS: NOW_S - 60 }, 'has expired'],
    ['without an expiry', { expiresS: null }, 'exp is not as it must be'],
    ['of another issuer', { issuer: 'https://other.example' }, 'iss is not as it must be'],
    ['for another audience', { audience: 'other' }, 'aud is not as it must be'],
    ['with another key’s id', { kid: 'k9' }, 'none of the issuer'],
    ['without a tenant', { claims: { sub: 'a', roles: ['select'] } }, 'tenant is not a text'],
    ['with a name that is too long', { claims: { ...CLAIMS, sub: 'a'.repeat(64) } }, 'sub is not a text'],
  ])('%s', async (_name, signing, reason) => {
    expect(await refused(await signed(signing))).toContain(reason);
  });

  it('of another key with the same id', async () => {
    expect(await refused(await signed({ by: others }))).toContain('signature is wrong');
  });

  it('with no signature, or one that a public key made as a shared secret', async () => {
    const unsecured = new UnsecuredJWT(CLAIMS).setIssuer(CONFIG.issuer).setAudience(CONFIG.audience);
    await refused(unsecured.setExpirationTime(NOW_S + 600).encode());
    const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(keys.publicKey)));
    const confused = await new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .setIssuer(CONFIG.issuer)
      .setAudience(CONFIG.audience)
      .setExpirationTime(NOW_S + 600)
      .sign(secret);
    expect(await refused(confused)).toContain('algorithm is not allowed');
  });

  it.each(['', 'hunter2', 'a.b', 'a.b.c', '..', 'eyJhbGciOiJFUzI1NiJ9..'])(
    'such as %j, and is not repeated',
    async (token) => {
      const reason = await refused(token);
      if (token.length > 3) expect(reason).not.toContain(token);
    },
  );
});
