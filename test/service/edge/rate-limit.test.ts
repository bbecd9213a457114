import { describe, expect, it } from 'vitest';
import type { SextantError } from '../../../src/core/errors.js';
import type { TenantId } from '../../../src/core/ids.js';
import type { Principal } from '../../../src/runtime/principals.js';
import { RateLimit } from '../../../src/service/edge/rate-limit.js';

const who = (name: string, tenant = 'acme'): Principal => ({
  name,
  tenant: tenant as TenantId,
  roles: new Set(),
});

function limited(perSecond: number) {
  const clock = { nowMs: 0 };
  const limit = new RateLimit(perSecond, () => clock.nowMs);
  const take = (decisions = 1, principal = who('app')): SextantError | undefined => {
    try {
      limit.take(principal, decisions);
      return undefined;
    } catch (error) {
      return error as SextantError;
    }
  };
  return { clock, take };
}

describe('a rate limit', () => {
  it('lets a second’s worth through at once, and then as many as time allows', () => {
    const { clock, take } = limited(100);
    expect(Array.from({ length: 100 }, () => take()).every((refused) => refused === undefined)).toBe(true);
    expect(take()).toMatchObject({ code: 'RATE_LIMITED', details: { retryAfterMs: 10 } });
    clock.nowMs = 25;
    expect([take(), take()]).toEqual([undefined, undefined]);
    expect(take()?.code).toBe('RATE_LIMITED');
  });

  it('counts a batch whole or not at all', () => {
    const { take } = limited(100);
    expect(take(64)).toBeUndefined();
    expect(take(64)).toMatchObject({ details: { retryAfterMs: 280 } });
    expect(take(36)).toBeUndefined();
  });

  it('lets a batch that is larger than a second’s worth through on a full bucket, and makes it wait after', () => {
    const { clock, take } = limited(10);
    expect(take(64)).toBeUndefined();
    clock.nowMs = 5_000;
    expect(take(1)?.code).toBe('RATE_LIMITED');
    clock.nowMs = 5_500;
    expect(take(1)).toBeUndefined();
  });

  it('is each principal’s own, also where two tenants name theirs alike', () => {
    const { take } = limited(1);
    expect(take(1, who('app'))).toBeUndefined();
    expect(take(1, who('app', 'globex'))).toBeUndefined();
    expect(take(1, who('other'))).toBeUndefined();
    expect(take(1, who('app'))?.message).toBe('app takes more than 1 decisions a second');
  });

  it('is none at 0', () => {
    const { take } = limited(0);
    expect(Array.from({ length: 1_000 }, () => take(64)).some((refused) => refused !== undefined)).toBe(
      false,
    );
  });
});
