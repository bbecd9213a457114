import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { TlsConfig } from '../../config/config.js';
import { readFileOf, withFileOf } from '../../config/setting-error.js';

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

/** Their contents. @throws SettingError that names the member. */
export function readTlsFiles({ certFile, keyFile, clientCaFile }: TlsConfig): Buffer[] {
  const pair = [readFileOf('server.tls.certFile', certFile), readFileOf('server.tls.keyFile', keyFile)];
  return clientCaFile === undefined ? pair : [...pair, readFileOf('server.tls.clientCaFile', clientCaFile)];
}

/**
 * Checks that certificate and key belong together and that the certificate is in force.
 * @throws SettingError
 */
export function keyPairOf(tls: TlsConfig, contents: readonly Buffer[], nowMs: number): KeyPair {
  const [cert, key, ca] = contents as [Buffer, Buffer, Buffer?];
  const certificate = withFileOf('server.tls.certFile', tls.certFile, () => new X509Certificate(cert));
  const privateKey = withFileOf('server.tls.keyFile', tls.keyFile, () => privateKeyOf(key));
  const notAfterMs = Date.parse(certificate.validTo);
  withFileOf('server.tls.certFile', tls.certFile, () => {
    if (!certificate.checkPrivateKey(privateKey))
      throw new Error(`does not belong to the key in ${tls.keyFile}`);
    if (notAfterMs <= nowMs) throw new Error(`expired at ${certificate.validTo}`);
    if (Date.parse(certificate.validFrom) > nowMs)
      throw new Error(`is not valid before ${certificate.validFrom}`);
  });
  if (ca !== undefined)
    withFileOf('server.tls.clientCaFile', tls.clientCaFile!, () => void new X509Certificate(ca));
  const context: SecureContextOptions = { cert, key, ...(ca !== undefined && { ca }), minVersion: 'TLSv1.3' };
  withFileOf('server.tls', tls.certFile, () => createSecureContext(context));
  return { context, notAfterMs, fingerprint: certificate.fingerprint256 };
}

function privateKeyOf(pem: Buffer): KeyObject {
  // OpenSSL only says that it was interrupted, as nobody is there to be asked.
  if (/^(-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED)/m.test(pem.toString('latin1')))
    throw new Error('is encrypted: write the key without a passphrase, readable by the server alone');
  return createPrivateKey(pem);
}
