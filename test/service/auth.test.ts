import { createHash } from 'node:crypto';
import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import type { TenantId } from '../../src/core/ids.js';
import { ROLES, type TokenConfig } from '../../src/config/config.js';
import { Identities } from '../../src/runtime/identity/identities.js';
import { Principals, type Principal } from '../../src/runtime/principals.js';
import { authenticator, requireRole, type Calling } from '../../src/service/auth.js';

const sha256 = (token: string): string => createHash('sha256').update(token).digest('hex');
const TOKENS: TokenConfig[] = [
  { sha256: sha256('one'), principal: 'chat-app', tenant: 'acme', roles: ['select', 'report'] },
  { sha256: sha256('two'), principal: 'ops', tenant: 'borealis', roles: ['admin'] },
];
const withHeader = (...values: string[]): Calling => {
  const metadata = new Metadata();
  values.forEach((value) => metadata.add('authorization', value));
  return { metadata, getPeer: () => '127.0.0.1:40000' };
};
const CERTIFIED: Principal = { name: 'batch', tenant: 'acme' as TenantId, roles: new Set(['select']) };

/** Without signed tokens, who calls is known at once. */
function known(
  tokens: readonly TokenConfig[],
  { byCertificate = false, certified }: { byCertificate?: boolean; certified?: Principal } = {},
) {
  const identities = new Identities({ tokens: new Principals(tokens), byCertificate });
  const authenticate = authenticator(identities, () => certified);
  return (call: Calling): Principal => authenticate(call) as Principal;
}

describe('with tokens', () => {
  const authenticate = known(TOKENS);

  it('a caller is who its token says, and no one else', () => {
    expect(authenticate(withHeader('Bearer one'))).toMatchObject({ name: 'chat-app', tenant: 'acme' });
    expect(authenticate(withHeader('Bearer two'))).toMatchObject({ name: 'ops', tenant: 'borealis' });
  });

  it.each([
    [],
    ['one'],
    ['Basic one'],
    ['Bearer'],
    ['Bearer '],
    ['Bearer ones'],
    ['Bearer on'],
    [`Bearer ${sha256('one')}`],
  ])('a caller with %j is nobody', (...values) => {
    expect(() => authenticate(withHeader(...(values as string[])))).toThrow(
      expect.objectContaining({ code: 'UNAUTHENTICATED' }) as Error,
    );
  });

  it('a tenant in the metadata is not heard', () => {
    const call = withHeader('Bearer one');
    call.metadata.set('tenant', 'borealis');
    expect(authenticate(call).tenant).toBe('acme');
  });

  it('a refusal never repeats the token', () => {
    expect(() => authenticate(withHeader('Bearer hunter2'))).toThrow(
      expect.not.stringContaining('hunter2') as string,
    );
  });
});

describe('without tokens', () => {
  it('every caller is anonymous of tenant default, with all roles', () => {
    const principal = known([])(withHeader('Bearer whatever'));
    expect(principal).toMatchObject({ name: 'anonymous', tenant: 'default' });
    for (const role of ROLES) expect(() => requireRole(principal, role)).not.toThrow();
  });
});

describe('with client certificates', () => {
  it('a caller is whom its certificate names', () => {
    expect(known([], { byCertificate: true, certified: CERTIFIED })(withHeader())).toBe(CERTIFIED);
  });

  it('a token goes before it, and a wrong one is not made good by it', () => {
    const authenticate = known(TOKENS, { byCertificate: true, certified: CERTIFIED });
    expect(authenticate(withHeader('Bearer two')).name).toBe('ops');
    expect(() => authenticate(withHeader('Bearer three'))).toThrow('the bearer token is not known');
  });

  it('a caller whose certificate names nobody is told so', () => {
    expect(() => known([], { byCertificate: true })(withHeader())).toThrow(
      'the client certificate names no principal',
    );
  });
});

describe('requireRole', () => {
  it('refuses a role that the principal lacks, by name', () => {
    const principal = known(TOKENS)(withHeader('Bearer one'));
    expect(() => requireRole(principal, 'report')).not.toThrow();
    expect(() => requireRole(principal, 'admin')).toThrow(
      expect.objectContaining({
        code: 'PERMISSION_DENIED',
        message: 'chat-app lacks the role admin',
      }) as Error,
    );
  });
});
