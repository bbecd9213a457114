import type { Metadata } from '@grpc/grpc-js';
import type { Actor } from '../core/audit/audit-entry.js';
import type { Identities } from '../runtime/identity/identities.js';
import { ANONYMOUS, bearerToken, type Principal } from '../runtime/principals.js';

export { requireRole, type Principal } from '../runtime/principals.js';

/** Who calls, as the audit log names them: nothing of their token. */
export const actorOf = ({ name, tenant, roles }: Principal): Actor => ({ name, tenant, roles: [...roles] });

/** What a call says of its caller. */
export interface Calling {
  readonly metadata: Metadata;
  /** `address:port` of the other end. */
  getPeer(): string;
}

/** A promise only for a signed token that was not seen before. */
export type Authenticate = (call: Calling) => Principal | Promise<Principal>;

/** @param certified whom the certificate of a peer names. */
export function authenticator(
  identities: Identities,
  certified: (peer: string) => Principal | undefined,
): Authenticate {
  if (!identities.areRequired) return () => ANONYMOUS;
  return (call) =>
    identities.of(bearerToken(call.metadata.get('authorization')[0]), certified(call.getPeer()));
}
