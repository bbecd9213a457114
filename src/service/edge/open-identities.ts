import type { Logger } from 'pino';
import type { AuthConfig } from '../../config/config.js';
import { CertificatePrincipals } from '../../runtime/identity/certificate-principals.js';
import { Identities } from '../../runtime/identity/identities.js';
import { JwtTokens, type JsonWebKeys } from '../../runtime/identity/jwt-tokens.js';
import { Principals } from '../../runtime/principals.js';
import { readFiles } from './key-pair.js';
import { FilesWatch } from './watched-files.js';

export interface OpenIdentities {
  readonly identities: Identities;
  readonly certificates: CertificatePrincipals;
  close(): void;
}

/**
 * Everything that says who a caller is.
 * @throws Error where the file with the issuer's keys is no good.
 */
export function openIdentities(auth: AuthConfig, logger: Logger, nowMs: () => number): OpenIdentities {
  const certificates = new CertificatePrincipals(auth.certificates);
  const jwt = auth.jwt === undefined ? undefined : new JwtTokens(auth.jwt, nowMs);
  const watch = jwt === undefined ? undefined : watchKeys(auth.jwt!.jwksFile, jwt, logger);
  const identities = new Identities({
    tokens: new Principals(auth.tokens),
    ...(jwt !== undefined && { jwt }),
    byCertificate: certificates.areConfigured,
  });
  return { identities, certificates, close: () => watch?.close() };
}

function watchKeys(file: string | undefined, jwt: JwtTokens, logger: Logger): FilesWatch | undefined {
  if (file === undefined) return undefined;
  const take = ([content]: readonly Buffer[]): object => {
    const keys = keysOf(file, content!);
    jwt.useKeys(keys);
    return { file, keys: keys.keys.length };
  };
  const contents = readFiles([file]);
  take(contents);
  return new FilesWatch({ what: 'keys of tokens', paths: [file], take, logger }, contents);
}

/** @throws Error that names the setting and the file. */
export function keysOf(file: string, content: Buffer): JsonWebKeys {
  let value: unknown;
  try {
    value = JSON.parse(content.toString('utf8'));
  } catch (error) {
    throw new Error(`auth.jwt.jwksFile ${file}: is no JSON: ${(error as Error).message}`, { cause: error });
  }
  const keys = (value as { keys?: unknown } | null)?.keys;
  if (
    !Array.isArray(keys) ||
    keys.length === 0 ||
    keys.some((key) => typeof key !== 'object' || key === null)
  )
    throw new Error(`auth.jwt.jwksFile ${file}: holds no "keys", or none that is an object`);
  return { keys: keys as object[] };
}
