import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { TlsConfig } from '../../config/config.js';

/** What a TLS server is made of, checked. */
export interface KeyPair {
  readonly context: SecureContextOptions;
  /** Of the server's own certificate, milliseconds since 1970. */
  readonly notAfterMs: number;
  /** SHA-256 of the certificate, as `openssl x509 -fingerprint` prints it. */
  readonly fingerprint: string;
}

/** The files of the setting, in the order in which `keyPairOf` takes their contents. */
export const pathsOf = ({ certFile, keyFile, clientCaFile }: TlsConfig): string[] =>
  clientCaFile === undefined ? [certFile, keyFile] : [certFile, keyFile, clientCaFile];

export const readFiles = (paths: readonly string[]): Buffer[] => paths.map((path) => readFileSync(path));

/**
 * Checks that certificate and key belong together and that the certificate is in force.
 * @throws Error that names the setting and the file.
 */
export function keyPairOf(tls: TlsConfig, contents: readonly Buffer[], nowMs: number): KeyPair {
  const [cert, key, ca] = contents as [Buffer, Buffer, Buffer?];
  const certificate = within('server.tls.certFile', tls.certFile, () => new X509Certificate(cert));
  const privateKey = within('server.tls.keyFile', tls.keyFile, () => createPrivateKey(key));
  const fault = (reason: string): Error => new Error(`server.tls.certFile ${tls.certFile}: ${reason}`);
  if (!certificate.checkPrivateKey(privateKey)) throw fault(`does not belong to the key in ${tls.keyFile}`);
  const notAfterMs = Date.parse(certificate.validTo);
  if (notAfterMs <= nowMs) throw fault(`expired at ${certificate.validTo}`);
  if (Date.parse(certificate.validFrom) > nowMs) throw fault(`is not valid before ${certificate.validFrom}`);
  if (ca !== undefined)
    within('server.tls.clientCaFile', tls.clientCaFile!, () => void new X509Certificate(ca));
  const context: SecureContextOptions = { cert, key, ...(ca !== undefined && { ca }), minVersion: 'TLSv1.3' };
  within('server.tls', tls.certFile, () => createSecureContext(context));
  return { context, notAfterMs, fingerprint: certificate.fingerprint256 };
}

function within<T>(setting: string, file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Error(`${setting} ${file}: ${(error as Error).message}`, { cause: error });
  }
}
