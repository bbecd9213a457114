import { createHash } from 'node:crypto';
import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { ROLES, type TokenConfig } from '../../src/config/config.js';
import { authenticator, requireRole } from '../../src/service/auth.js';

const sha256 = (token: string): string => createHash('sha256').update(token).digest('hex');
const TOKENS: TokenConfig[] = [
  { sha256: sha256('one'), principal: 'chat-app', tenant: 'acme', roles: ['select', 'report'] },
  { sha256: sha256('two'), principal: 'ops', tenant: 'borealis', roles: ['admin'] },
];
const withHeader = (...values: string[]): Metadata => {
  const metadata = new Metadata();
  values.forEach((value) => metadata.add('authorization', value));
  return metadata;
};

describe('with tokens', () => {
  const authenticate = authenticator(TOKENS);

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
    const metadata = withHeader('Bearer one');
    metadata.set('tenant', 'borealis');
    expect(authenticate(metadata).tenant).toBe('acme');
  });

  it('a refusal never repeats the token', () => {
    expect(() => authenticate(withHeader('Bearer hunter2'))).toThrow(
      expect.not.stringContaining('hunter2') as string,
    );
  });
});

describe('without tokens', () => {
  it('every caller is anonymous of tenant default, with all roles', () => {
    const principal = authenticator([])(withHeader('Bearer whatever'));
    expect(principal).toMatchObject({ name: 'anonymous', tenant: 'default' });
    for (const role of ROLES) expect(() => requireRole(principal, role)).not.toThrow();
  });
});

describe('requireRole', () => {
  it('refuses a role that the principal lacks, by name', () => {
    const principal = authenticator(TOKENS)(withHeader('Bearer one'));
    expect(() => requireRole(principal, 'report')).not.toThrow();
    expect(() => requireRole(principal, 'admin')).toThrow(
      expect.objectContaining({
        code: 'PERMISSION_DENIED',
        message: 'chat-app lacks the role admin',
      }) as Error,
    );
  });
});
