import { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { ROLES, type JwtConfig, type Role } from '../../config/config.js';
import { SextantError } from '../../core/errors.js';
import type { TenantId } from '../../core/ids.js';
import type { Identity, Principal } from '../principals.js';
import type { IssuerKeys } from './issuer-keys.js';

const DEFAULTS = {
  algorithms: ['ES256', 'RS256'],
  principalClaim: 'sub',
  tenantClaim: 'tenant',
  rolesClaim: 'roles',
  rolesPrefix: '',
  clockSkewSeconds: 30,
} as const satisfies Partial<JwtConfig>;

/** Tokens whose signature need not be checked again; a service uses one for minutes, in thousands of calls. */
const REMEMBERED_MOST = 10_000;
/** What keys in the store and labels of metrics may have. */
const NAME_MAX_CHARS = 63;
const FETCH_TIMEOUT_MS = 5_000;
const MS_PER_SECOND = 1_000;

/** Reasons of jose that come after a look at the keys. */
const JUDGED_BY_KEYS = [
  errors.JWTExpired,
  errors.JWTClaimValidationFailed,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
  errors.JWSSignatureVerificationFailed,
];

/** Public keys as RFC 7517 has them. */
export interface JsonWebKeys {
  readonly keys: readonly object[];
}

/**
 * JSON Web Tokens of one issuer (RFC 7519): signed by one of its keys with an algorithm that the configuration names,
 * for this audience, with an expiry. A verified token is remembered until it expires.
 */
export class JwtTokens {
  private readonly settings: JwtConfig & typeof DEFAULTS;
  private readonly remembered = new Map<string, Required<Identity>>();
  private keys: JWTVerifyGetKey;

  /** @param nowMs milliseconds since 1970. @param issuerKeys is told whether the keys could be had. */
  constructor(
    config: JwtConfig,
    private readonly nowMs: () => number,
    private readonly issuerKeys: IssuerKeys,
  ) {
    this.settings = { ...DEFAULTS, ...config } as JwtConfig & typeof DEFAULTS;
    this.keys =
      config.jwksUrl === undefined
        ? createLocalJWKSet({ keys: [] })
        : createRemoteJWKSet(new URL(config.jwksUrl), { timeoutDuration: FETCH_TIMEOUT_MS });
  }

  /** Takes the keys of a file in place of those before; tokens that others signed are not known any more. */
  useKeys({ keys }: JsonWebKeys): void {
    this.keys = createLocalJWKSet({ keys: [...keys] as never });
    this.remembered.clear();
  }

  /** @throws SextantError UNAUTHENTICATED with the reason; KEYS_UNAVAILABLE where the issuer does not answer. */
  identityOf(token: string): Identity | Promise<Identity> {
    const known = this.remembered.get(token);
    if (known === undefined) return this.verified(token);
    if (known.expiryMs > this.nowMs()) return known;
    this.remembered.delete(token);
    throw unauthenticated('the bearer token has expired');
  }

  private async verified(token: string): Promise<Identity> {
    const { issuer, audience, algorithms, clockSkewSeconds } = this.settings;
    const keys = this.keys;
    let claims: Readonly<Record<string, unknown>>;
    try {
      const options = { issuer, audience, algorithms: [...algorithms], requiredClaims: ['exp'] };
      const currentDate = new Date(this.nowMs());
      const verified = await jwtVerify(token, keys, {
        ...options,
        clockTolerance: clockSkewSeconds,
        currentDate,
      });
      claims = verified.payload;
      this.issuerKeys.had();
    } catch (error) {
      throw this.refused(error);
    }
    const expiryMs = ((claims['exp'] as number) + clockSkewSeconds) * MS_PER_SECOND;
    const identity = { principal: this.principalOf(claims), expiryMs };
    // Not one that keys signed which were taken away meanwhile.
    if (keys === this.keys) this.remember(token, identity);
    return identity;
  }

  /** What the caller is told; one that no key was needed for says nothing of the keys. */
  private refused(error: unknown): SextantError {
    const refusal = refusalOf(error);
    if (refusal.code === 'KEYS_UNAVAILABLE') this.issuerKeys.failed(error);
    else if (JUDGED_BY_KEYS.some((kind) => error instanceof kind)) this.issuerKeys.had();
    return refusal;
  }

  private principalOf(claims: Readonly<Record<string, unknown>>): Principal {
    const { principalClaim, tenantClaim, rolesClaim, rolesPrefix } = this.settings;
    const name = nameIn(claims, principalClaim);
    const tenant = nameIn(claims, tenantClaim) as TenantId;
    const listed = claims[rolesClaim];
    const words: unknown[] =
      typeof listed === 'string' ? listed.split(' ') : Array.isArray(listed) ? listed : [];
    const roles = ROLES.filter((role: Role) => words.includes(`${rolesPrefix}${role}`));
    return { name, tenant, roles: new Set(roles) };
  }

  private remember(token: string, identity: Required<Identity>): void {
    if (this.remembered.size >= REMEMBERED_MOST) {
      const [oldest] = this.remembered.keys();
      this.remembered.delete(oldest!);
    }
    this.remembered.set(token, identity);
  }
}

const unauthenticated = (message: string): SextantError => new SextantError('UNAUTHENTICATED', message);

function nameIn(claims: Readonly<Record<string, unknown>>, claim: string): string {
  const value = claims[claim];
  if (typeof value === 'string' && value !== '' && value.length <= NAME_MAX_CHARS) return value;
  throw unauthenticated(`the bearer token's ${claim} is not a text of 1 to ${NAME_MAX_CHARS} characters`);
}

/** jose's reasons, without anything of the token's content. */
function refusalOf(error: unknown): SextantError {
  if (error instanceof errors.JWTExpired) return unauthenticated('the bearer token has expired');
  if (error instanceof errors.JWTClaimValidationFailed)
    return unauthenticated(`the bearer token's ${error.claim} is not as it must be`);
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return unauthenticated("the bearer token is signed with none of the issuer's keys");
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return unauthenticated("the bearer token's signature is wrong");
  if (error instanceof errors.JOSEAlgNotAllowed)
    return unauthenticated("the bearer token's algorithm is not allowed");
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid)
    return unauthenticated('the bearer token is not known, and no JSON Web Token');
  if (error instanceof errors.JOSENotSupported) return unauthenticated('the bearer token is not supported');
  return new SextantError('KEYS_UNAVAILABLE', "the issuer's keys cannot be read", {
    cause: error,
    retryAfterMs: MS_PER_SECOND,
  });
}
