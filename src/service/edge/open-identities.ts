import type { Logger } from 'pino';
import type { AuthConfig } from '../../config/config.js';
import { readFileOf, withFileOf } from '../../config/setting-error.js';
import { CertificatePrincipals } from '../../runtime/identity/certificate-principals.js';
import { Identities } from '../../runtime/identity/identities.js';
import { IssuerKeys } from '../../runtime/identity/issuer-keys.js';
import { JwtTokens, type JsonWebKeys } from '../../runtime/identity/jwt-tokens.js';
import { Principals } from '../../runtime/principals.js';
import { FilesWatch } from './watched-files.js';

const JWKS_FILE = 'auth.jwt.jwksFile';

export interface OpenIdentities {
  readonly identities: Identities;
  readonly certificates: CertificatePrincipals;
  /** Whether the keys of the issuer of tokens cannot be had, or their newest file was refused. */
  areKeysRefused(): boolean;
  close(): void;
}

/**
 * Everything that says who a caller is.
 * @throws SettingError where the file with the issuer's keys is no good.
 */
export function openIdentities(auth: AuthConfig, logger: Logger, nowMs: () => number): OpenIdentities {
  const certificates = new CertificatePrincipals(auth.certificates);
  const issuerKeys = new IssuerKeys(logger, nowMs);
  const jwt = auth.jwt === undefined ? undefined : new JwtTokens(auth.jwt, nowMs, issuerKeys);
  const watch = jwt === undefined ? undefined : watchKeys(auth.jwt!.jwksFile, jwt, logger);
  const identities = new Identities({
    tokens: new Principals(auth.tokens),
    ...(jwt !== undefined && { jwt }),
    byCertificate: certificates.areConfigured,
  });
  return {
    identities,
    certificates,
    areKeysRefused: () => issuerKeys.areMissing || watch?.isStale === true,
    close: () => watch?.close(),
  };
}

function watchKeys(file: string | undefined, jwt: JwtTokens, logger: Logger): FilesWatch | undefined {
  if (file === undefined) return undefined;
  const take = ([content]: readonly Buffer[]): object => {
    const keys = keysOf(file, content!);
    jwt.useKeys(keys);
    return { file, keys: keys.keys.length };
  };
  const contents = [readFileOf(JWKS_FILE, file)];
  take(contents);
  return new FilesWatch({ what: 'keys of tokens', paths: [file], take, logger }, contents);
}

/** @throws SettingError */
export const readKeys = (file: string): JsonWebKeys => keysOf(file, readFileOf(JWKS_FILE, file));

/** @throws SettingError */
const keysOf = (file: string, content: Buffer): JsonWebKeys =>
  withFileOf(JWKS_FILE, file, () => {
    const { keys } = (parseJson(content) ?? {}) as { keys?: unknown };
    if (!Array.isArray(keys) || keys.length === 0 || keys.some((key) => typeof key !== 'object' || !key))
      throw new Error('holds no "keys", or none that is an object');
    return { keys: keys as object[] };
  });

function parseJson(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8')) as unknown;
  } catch (cause) {
    throw new Error(`is no JSON: ${(cause as Error).message}`, { cause });
  }
}
