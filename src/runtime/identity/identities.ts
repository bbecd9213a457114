import { SextantError } from '../../core/errors.js';
import { ANONYMOUS, type Identity, type Principal, type Principals } from '../principals.js';
import type { JwtTokens } from './jwt-tokens.js';

export interface IdentitySources {
  readonly tokens: Principals;
  readonly jwt?: JwtTokens;
  /** Whether client certificates name principals. */
  readonly byCertificate: boolean;
}

/**
 * Finds the principal of a caller: by its bearer token, static or signed, else by its client certificate. Without any
 * of them configured, every caller is `anonymous` of tenant `default` with all roles.
 */
export class Identities {
  constructor(private readonly sources: IdentitySources) {}

  /** Whether callers have to say who they are. */
  get areRequired(): boolean {
    const { tokens, jwt, byCertificate } = this.sources;
    return tokens.areRequired || jwt !== undefined || byCertificate;
  }

  /**
   * A promise only where a signature has to be checked that was not seen before.
   * @param certified whom the connection's certificate names.
   * @throws SextantError UNAUTHENTICATED; KEYS_UNAVAILABLE where the issuer's keys cannot be had.
   */
  of(token: string | undefined, certified: Principal | undefined): Principal | Promise<Principal> {
    if (!this.areRequired) return ANONYMOUS;
    if (token === undefined) {
      if (certified !== undefined) return certified;
      throw new SextantError('UNAUTHENTICATED', this.whatIsMissing());
    }
    const identity = this.ofToken(token);
    return identity instanceof Promise ? identity.then(({ principal }) => principal) : identity.principal;
  }

  /** @throws as `of` does. */
  ofToken(token: string): Identity | Promise<Identity> {
    const { tokens, jwt } = this.sources;
    const principal = tokens.of(token);
    if (principal !== undefined) return { principal };
    if (jwt !== undefined) return jwt.identityOf(token);
    throw new SextantError('UNAUTHENTICATED', 'the bearer token is not known');
  }

  private whatIsMissing(): string {
    const { tokens, jwt } = this.sources;
    return tokens.areRequired || jwt !== undefined
      ? 'a bearer token is required'
      : 'the client certificate names no principal';
  }
}
