import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { unconnected } from '../../src/cli/unconnected.js';

const refused = (details: string, code = status.UNAVAILABLE): ServiceError =>
  Object.assign(new Error(details), { code, details, metadata: new Metadata() });

const told = (details: string, isTls = false, code?: status): string =>
  unconnected(refused(details, code), 'host:1', isTls).details;

it('a call without a connection says what may be missing', () => {
  const noted = (last: string): string =>
    `No connection established. Last error: ${last} (2026-11-28T07:51:04.001Z). Resolution note: `;
  expect(told(noted('Error: connect ECONNREFUSED 127.0.0.1:1'))).toBe(
    'no connection to host:1: connect ECONNREFUSED 127.0.0.1:1: does the server run, and is the address its own?',
  );
  expect(told(noted('Failed to connect'))).toBe(
    'no connection to host:1: Failed to connect: where the server speaks TLS, give --tls or --tls-ca',
  );
  expect(told(noted('Error: self-signed certificate'), true)).toBe(
    'no connection to host:1: self-signed certificate: give the certificate of its authority by --tls-ca',
  );
});

it('what a server says stays as it is', () => {
  expect(told('the store is not available')).toBe('the store is not available');
  expect(told('No connection established. Last error: x. Resolution note: ', false, status.INTERNAL)).toMatch(
    /^No connection established/,
  );
});
