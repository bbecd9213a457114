import { createHash, timingSafeEqual } from 'node:crypto';
import { ROLES, type Role, type TokenConfig } from '../config/config.js';
import { SextantError } from '../core/errors.js';
import type { TenantId } from '../core/ids.js';

/** Who calls. The tenant comes from here and from nowhere else. */
export interface Principal {
  readonly name: string;
  readonly tenant: TenantId;
  readonly roles: ReadonlySet<Role>;
}

/** Who showed a token, and until when it holds. */
export interface Identity {
  readonly principal: Principal;
  /** Absent where it never ends. */
  readonly expiryMs?: number;
}

/** Who everyone is where no token is configured. */
export const ANONYMOUS: Principal = {
  name: 'anonymous',
  tenant: 'default' as TenantId,
  roles: new Set(ROLES),
};

/** The principals of the configured tokens, of which only the hashes are known. */
export class Principals {
  private readonly known: readonly { readonly hash: Buffer; readonly principal: Principal }[];

  constructor(tokens: readonly TokenConfig[]) {
    this.known = tokens.map(({ sha256, principal, tenant, roles }) => ({
      hash: Buffer.from(sha256, 'hex'),
      principal: { name: principal, tenant: tenant as TenantId, roles: new Set(roles) },
    }));
  }

  /** Whether there is any, so that callers have to show a token. */
  get areRequired(): boolean {
    return this.known.length > 0;
  }

  /** The principal whose token this is; `undefined` where nobody has it. */
  of(token: string): Principal | undefined {
    const hash = createHash('sha256').update(token).digest();
    // Every entry is compared, so that the time taken tells nothing of which one matched.
    let found: Principal | undefined;
    for (const entry of this.known) if (timingSafeEqual(entry.hash, hash)) found = entry.principal;
    return found;
  }
}

const SCHEME = 'Bearer ';

/** The token of an `authorization` header; `undefined` where it holds none. */
export const bearerToken = (header: unknown): string | undefined =>
  typeof header === 'string' && header.startsWith(SCHEME) ? header.slice(SCHEME.length) : undefined;

/** @throws SextantError PERMISSION_DENIED where the principal lacks the role. */
export function requireRole(principal: Principal, role: Role): void {
  if (principal.roles.has(role)) return;
  throw new SextantError('PERMISSION_DENIED', `${principal.name} lacks the role ${role}`);
}
