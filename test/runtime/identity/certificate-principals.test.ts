import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  alternativeNames,
  CertificatePrincipals,
} from '../../../src/runtime/identity/certificate-principals.js';
import { newAuthority } from '../../builders/certificates.js';

const CHAT = {
  san: 'URI:spiffe://example.org/chat',
  principal: 'chat',
  tenant: 'acme',
  roles: ['select'],
} as const;
const BATCH = {
  san: 'DNS:batch.example.org',
  principal: 'batch',
  tenant: 'acme',
  roles: ['report'],
} as const;

async function certified(...sans: { type: 'dns' | 'url' | 'ip'; value: string }[]): Promise<X509Certificate> {
  const { cert } = await (await newAuthority()).issue({ sans });
  return new X509Certificate(cert);
}

describe('the principal of a certificate', () => {
  const principals = new CertificatePrincipals([CHAT, BATCH]);

  it('is found by a SPIFFE id or a DNS name', async () => {
    const byUri = await certified({ type: 'url', value: 'spiffe://example.org/chat' });
    expect(principals.of(byUri)).toMatchObject({ name: 'chat', tenant: 'acme', roles: new Set(['select']) });
    const byDns = await certified(
      { type: 'ip', value: '10.0.0.1' },
      { type: 'dns', value: 'batch.example.org' },
    );
    expect(principals.of(byDns)?.name).toBe('batch');
  });

  it('is nobody for another name, part of one, or the same of another type', async () => {
    for (const san of [
      { type: 'url', value: 'spiffe://example.org/chat/other' },
      { type: 'url', value: 'spiffe://example.org/cha' },
      { type: 'dns', value: 'example.org' },
      { type: 'url', value: 'https://batch.example.org' },
    ] as const)
      expect(principals.of(await certified(san))).toBeUndefined();
    expect(principals.of({ subjectAltName: undefined })).toBeUndefined();
  });

  it('is not made of a name that holds another after a comma', async () => {
    const forged = await certified({
      type: 'url',
      value: 'https://a.example/, URI:spiffe://example.org/chat',
    });
    expect(principals.of(forged)).toBeUndefined();
    expect(alternativeNames(forged.subjectAltName!)).toHaveLength(1);
  });

  it('is read from names that Node writes as JSON texts', () => {
    expect(alternativeNames('URI:"http://a.example/\\u002c x", DNS:b.example, IP Address:10.0.0.1')).toEqual([
      'URI:http://a.example/, x',
      'DNS:b.example',
      'IP Address:10.0.0.1',
    ]);
  });
});
