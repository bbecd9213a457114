import { Metadata, status, type ServerUnaryCall } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../src/runtime/principals.js';
import { unary, type HandlerContext } from '../../src/service/handler.js';
import { silent } from '../builders/runtime.js';

const DEADLINE_MS = 20;

function answered(
  handle: () => unknown,
  { cancelled = false, later = false, hasDeadline = true } = {},
): Promise<{ code: status; seen: status[] }> {
  const seen: status[] = [];
  const context: HandlerContext = {
    authenticate: () => (later ? Promise.resolve(ANONYMOUS) : ANONYMOUS),
    logger: silent,
    deadlinesMs: { select: DEADLINE_MS, report: DEADLINE_MS, read: DEADLINE_MS, admin: DEADLINE_MS },
    takeDecisions: () => undefined,
    observe: ({ code }) => seen.push(code),
  };
  const call = {
    request: {},
    metadata: new Metadata(),
    cancelled,
    getPath: () => '/a/b',
    getPeer: () => 'a:1',
  };
  return new Promise((resolve) => {
    void unary(context, 'report', handle, { hasDeadline })(
      call as unknown as ServerUnaryCall<unknown, unknown>,
      (error) => setImmediate(() => resolve({ code: error?.code ?? status.OK, seen })),
    );
  });
}

const after = (ms: number): Promise<object> => new Promise((resolve) => setTimeout(() => resolve({}), ms));

describe('a unary call', () => {
  it('ends with the server’s deadline where its work does not, once', async () => {
    const work = after(3 * DEADLINE_MS);
    const { code, seen } = await answered(() => work);
    expect(code).toBe(status.DEADLINE_EXCEEDED);
    await work;
    await after(0);
    expect(seen).toEqual([status.DEADLINE_EXCEEDED]);
  });

  it('takes as long as it takes where it has none', async () => {
    expect((await answered(() => after(3 * DEADLINE_MS), { hasDeadline: false })).code).toBe(status.OK);
  });

  it.each([false, true])('that has ended before it is read does nothing (known later: %s)', async (later) => {
    let done = 0;
    const { code } = await answered(() => ++done, { cancelled: true, later });
    expect([code, done]).toEqual([status.DEADLINE_EXCEEDED, 0]);
  });

  it('answers as well where its caller is known later', async () => {
    expect((await answered(() => ({}), { later: true })).code).toBe(status.OK);
    const failing = () => {
      throw new TypeError('a bug');
    };
    expect((await answered(failing, { later: true })).code).toBe(status.INTERNAL);
  });
});
