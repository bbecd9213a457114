import type { Metadata } from '@grpc/grpc-js';
import type { TokenConfig } from '../config/config.js';
import type { Actor } from '../core/audit/audit-entry.js';
import { SextantError } from '../core/errors.js';
import { ANONYMOUS, bearerToken, Principals, type Principal } from '../runtime/principals.js';

export { requireRole, type Principal } from '../runtime/principals.js';

/** Who calls, as the audit log names them: nothing of their token. */
export const actorOf = ({ name, tenant, roles }: Principal): Actor => ({ name, tenant, roles: [...roles] });

export type Authenticate = (metadata: Metadata) => Principal;

/**
 * Checks bearer tokens against the configured hashes. Without any configured, every caller is
 * `anonymous` of tenant `default` with all roles: the server binds to loopback only then.
 */
export function authenticator(tokens: readonly TokenConfig[]): Authenticate {
  const principals = new Principals(tokens);
  if (!principals.areRequired) return () => ANONYMOUS;
  return (metadata) => {
    const token = bearerToken(metadata.get('authorization')[0]);
    if (token === undefined) throw new SextantError('UNAUTHENTICATED', 'a bearer token is required');
    const position = principals.positionOf(token);
    if (position === undefined) throw new SextantError('UNAUTHENTICATED', 'the bearer token is not known');
    return principals.at(position)!;
  };
}
