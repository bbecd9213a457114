import { createHash, timingSafeEqual } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import { ROLES, type Role, type TokenConfig } from '../config/config.js';
import type { Actor } from '../core/audit/audit-entry.js';
import { SextantError } from '../core/errors.js';
import type { TenantId } from '../core/ids.js';

/** Who calls. The tenant comes from here and from nowhere else. */
export interface Principal {
  readonly name: string;
  readonly tenant: TenantId;
  readonly roles: ReadonlySet<Role>;
}

/** Who calls, as the audit log names them: nothing of their token. */
export const actorOf = ({ name, tenant, roles }: Principal): Actor => ({ name, tenant, roles: [...roles] });

export type Authenticate = (metadata: Metadata) => Principal;

const ANONYMOUS: Principal = {
  name: 'anonymous',
  tenant: 'default' as TenantId,
  roles: new Set(ROLES),
};

/**
 * Checks bearer tokens against the configured hashes. Without any configured, every caller is
 * `anonymous` of tenant `default` with all roles: the server binds to loopback only then.
 */
export function authenticator(tokens: readonly TokenConfig[]): Authenticate {
  if (tokens.length === 0) return () => ANONYMOUS;
  const known = tokens.map(({ sha256, principal, tenant, roles }) => ({
    hash: Buffer.from(sha256, 'hex'),
    principal: { name: principal, tenant: tenant as TenantId, roles: new Set(roles) },
  }));
  return (metadata) => {
    const header = metadata.get('authorization')[0];
    if (typeof header !== 'string' || !header.startsWith('Bearer ')) {
      throw new SextantError('UNAUTHENTICATED', 'a bearer token is required');
    }
    const hash = createHash('sha256').update(header.slice('Bearer '.length)).digest();
    // Every entry is compared, so that the time taken tells nothing of which one matched.
    let found: Principal | undefined;
    for (const entry of known) if (timingSafeEqual(entry.hash, hash)) found = entry.principal;
    if (found === undefined) throw new SextantError('UNAUTHENTICATED', 'the bearer token is not known');
    return found;
  };
}

/** @throws SextantError PERMISSION_DENIED where the principal lacks the role. */
export function requireRole(principal: Principal, role: Role): void {
  if (principal.roles.has(role)) return;
  throw new SextantError('PERMISSION_DENIED', `${principal.name} lacks the role ${role}`);
}
