import type { X509Certificate } from 'node:crypto';
import type { CertificateConfig } from '../../config/config.js';
import type { TenantId } from '../../core/ids.js';
import type { Principal } from '../principals.js';

/** `URI:spiffe://a, DNS:"b\u002cc"`: Node writes what could be mistaken for a separator as a JSON text. */
const NAME = /(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)/gy;

/** The subject alternative names of a certificate as `TYPE:VALUE`. */
export function alternativeNames(text: string): string[] {
  return [...text.matchAll(NAME)].map(([, type, value]) => {
    const plain = value!.startsWith('"') ? (JSON.parse(value!) as string) : value!;
    return `${type}:${plain}`;
  });
}

/** Who shows which certificate. The certificate itself was checked against the authority before. */
export class CertificatePrincipals {
  private readonly bySan: ReadonlyMap<string, Principal>;

  constructor(certificates: readonly CertificateConfig[]) {
    this.bySan = new Map(
      certificates.map(({ san, principal, tenant, roles }) => [
        san,
        { name: principal, tenant: tenant as TenantId, roles: new Set(roles) },
      ]),
    );
  }

  get areConfigured(): boolean {
    return this.bySan.size > 0;
  }

  /** The principal of the first name that one has; `undefined` where none has. */
  of({ subjectAltName }: Pick<X509Certificate, 'subjectAltName'>): Principal | undefined {
    for (const name of alternativeNames(subjectAltName ?? '')) {
      const principal = this.bySan.get(name);
      if (principal !== undefined) return principal;
    }
    return undefined;
  }
}
