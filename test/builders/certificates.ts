import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

x509.cryptoProvider.set(webcrypto as never);

/** A certificate and its key, PEM. */
export interface Pem {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface Authority extends Pem {
  issue(options?: IssueOptions): Promise<Pem>;
}

export interface IssueOptions {
  readonly sans?: readonly { readonly type: 'dns' | 'url' | 'ip'; readonly value: string }[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

let serial = 1;

const newKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

async function pemOf(certificate: x509.X509Certificate, keys: webcrypto.CryptoKeyPair): Promise<Pem> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const body = der
    .toString('base64')
    .match(/.{1,64}/g)!
    .join('\n');
  const key = `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`;
  return { cert: Buffer.from(`${certificate.toString('pem')}\n`), key: Buffer.from(key) };
}

/** An authority that issues certificates for this machine's loopback, or for the names it is given. */
export async function newAuthority(name = 'CN=tests'): Promise<Authority> {
  const keys = await newKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: String(serial++).padStart(4, '0'),
    name,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 10 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys: keys as never,
    extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
  });
  const issue = async ({
    sans = [
      { type: 'dns', value: 'localhost' },
      { type: 'ip', value: '127.0.0.1' },
    ],
    notBefore = new Date(Date.now() - DAY_MS),
    notAfter = new Date(Date.now() + DAY_MS),
  }: IssueOptions = {}): Promise<Pem> => {
    const own = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: String(serial++).padStart(4, '0'),
      subject: 'CN=leaf',
      issuer: root.subject,
      notBefore,
      notAfter,
      signingAlgorithm: ALGORITHM,
      publicKey: own.publicKey as never,
      signingKey: keys.privateKey as never,
      extensions: [new x509.SubjectAlternativeNameExtension([...sans] as never)],
    });
    return pemOf(certificate, own);
  };
  return { ...(await pemOf(root, keys)), issue };
}
