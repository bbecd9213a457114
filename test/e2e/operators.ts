import { createHash } from 'node:crypto';

/** Entries of `auth.tokens`: one operator of each tenant, with all roles. @param tokens by tenant. */
export const operatorTokens = (tokens: Readonly<Record<string, string>>): object[] =>
  Object.entries(tokens).map(([tenant, token]) => ({
    sha256: createHash('sha256').update(token).digest('hex'),
    principal: `ops of ${tenant}`,
    tenant,
    roles: ['select', 'report', 'read', 'admin'],
  }));
