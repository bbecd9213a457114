import { Metadata, status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, SextantError, type Obstacle } from '../../src/core/errors.js';
import {
  BadRequest,
  ErrorInfo,
  PreconditionFailure,
  RetryInfo,
} from '../../src/gen/google/rpc/error_details.js';
import { Status } from '../../src/gen/google/rpc/status.js';
import { GRPC_CODES, serviceError, statusOf } from '../../src/service/status.js';

/** The last part of each detail's type, and its bytes. */
const detailsOf = (error: SextantError): Map<string, Uint8Array> =>
  new Map(statusOf(error).details.map(({ typeUrl, value }) => [typeUrl.split('.').at(-1)!, value]));
const infoOf = (error: SextantError): ErrorInfo => ErrorInfo.decode(detailsOf(error).get('ErrorInfo')!);
const trailerBytes = (error: SextantError): number => Status.encode(statusOf(error)).finish().length;

describe('the table of codes', () => {
  it('has a gRPC code other than OK and UNKNOWN for every error code', () => {
    expect(Object.keys(GRPC_CODES).sort()).toEqual([...ERROR_CODES].sort());
    for (const code of Object.values(GRPC_CODES)) expect([status.OK, status.UNKNOWN]).not.toContain(code);
  });

  it.each([
    ['INVALID_FIELD', status.INVALID_ARGUMENT],
    ['UNKNOWN_MODEL', status.NOT_FOUND],
    ['MODEL_EXISTS', status.ALREADY_EXISTS],
    ['NO_CANDIDATE', status.FAILED_PRECONDITION],
    ['TICKET_EXPIRED', status.FAILED_PRECONDITION],
    ['REPORT_CONFLICT', status.FAILED_PRECONDITION],
    ['TICKET_INVALID', status.INVALID_ARGUMENT],
    ['STALE_ETAG', status.ABORTED],
    ['STORE_UNAVAILABLE', status.UNAVAILABLE],
    ['QUEUE_FULL', status.RESOURCE_EXHAUSTED],
    ['BUDGET_EXHAUSTED', status.RESOURCE_EXHAUSTED],
    ['INTERNAL', status.INTERNAL],
  ] as const)('maps %s as the house style says', (code, grpc) => {
    expect(GRPC_CODES[code]).toBe(grpc);
  });
});

describe('the details', () => {
  it('carry the stable reason on every error', () => {
    for (const code of ERROR_CODES) {
      expect(infoOf(new SextantError(code, 'x'))).toMatchObject({ reason: code, domain: 'sextant.v1' });
    }
  });

  it('carry every field violation with its suggestion', () => {
    const faults = [
      { path: 'a', reason: 'is bad' },
      { path: 'b[1]', reason: 'is worse', suggestion: 'write c' },
    ];
    const details = detailsOf(new SextantError('INVALID_FIELD', 'x', { faults }));
    expect(BadRequest.decode(details.get('BadRequest')!).fieldViolations).toMatchObject([
      { field: 'a', description: 'is bad', reason: 'INVALID_FIELD' },
      { field: 'b[1]', description: 'is worse (write c)' },
    ]);
  });

  it('carry the time to try again', () => {
    const details = detailsOf(new SextantError('QUEUE_FULL', 'x', { retryAfterMs: 1500 }));
    expect(RetryInfo.decode(details.get('RetryInfo')!).retryDelay).toEqual({
      seconds: 1n,
      nanos: 500_000_000,
    });
  });

  it('gather models that the same filter removed for the same reason', () => {
    const obstacles = ['a/a', 'a/b', 'a/c'].map((subject, i) => ({
      kind: i < 2 ? 'rule:r' : 'status',
      subject,
      reason: i < 2 ? 'too dear' : 'is disabled',
    }));
    const details = detailsOf(new SextantError('NO_CANDIDATE', 'x', { obstacles }));
    expect(PreconditionFailure.decode(details.get('PreconditionFailure')!).violations).toEqual([
      { type: 'rule:r', subject: 'a/a, a/b', description: 'too dear' },
      { type: 'status', subject: 'a/c', description: 'is disabled' },
    ]);
  });

  it('never carry the cause', () => {
    const error = new SextantError('INTERNAL', 'internal error', { cause: new Error('/secret') });
    expect(Buffer.from(Status.encode(statusOf(error)).finish()).includes('secret')).toBe(false);
  });
});

describe('the size of the details', () => {
  const removed = (reason: (i: number) => string): Obstacle[] =>
    Array.from({ length: 1000 }, (_, i) => ({
      kind: 'rule:r',
      subject: `provider-name/model-name-${i}`,
      reason: reason(i),
    }));

  it('stays under 8 KiB with 1,000 models removed for 1,000 reasons, and says how many are left out', () => {
    const error = new SextantError('NO_CANDIDATE', 'x', {
      obstacles: removed((i) => `is no match, number ${i}`),
    });
    expect(trailerBytes(error)).toBeLessThan(8192);
    const { violations } = PreconditionFailure.decode(detailsOf(error).get('PreconditionFailure')!);
    expect(Number(infoOf(error).metadata['omitted_violations'])).toBe(1000 - violations.length);
  });

  it('stays under 8 KiB with 1,000 field violations', () => {
    const faults = Array.from({ length: 1000 }, (_, i) => ({
      path: `requirements.all_of[${i}]`,
      reason: 'is not a capability',
    }));
    expect(trailerBytes(new SextantError('INVALID_FIELD', 'x', { faults }))).toBeLessThan(8192);
  });
});

describe('serviceError', () => {
  it('is what grpc-js sends: code, text, and the details as binary metadata', () => {
    const { code, details, metadata } = serviceError(
      new SextantError('UNKNOWN_MODEL', 'there is no model "x"'),
    );
    expect([code, details]).toEqual([status.NOT_FOUND, 'there is no model "x"']);
    expect(metadata).toBeInstanceOf(Metadata);
    const [sent] = metadata!.get('grpc-status-details-bin');
    expect(Status.decode(sent as Buffer)).toMatchObject({
      code: status.NOT_FOUND,
      message: 'there is no model "x"',
    });
  });
});
