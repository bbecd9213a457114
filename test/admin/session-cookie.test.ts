import { describe, expect, it } from 'vitest';
import type { TenantId } from '../../src/core/ids.js';
import type { Principal } from '../../src/runtime/principals.js';
import { cookieValue, SessionCookies } from '../../src/admin/session-cookie.js';

describe('a session cookie', () => {
  const cookies = new SessionCookies();
  const principal: Principal = { name: 'ops', tenant: 'acme' as TenantId, roles: new Set(['read', 'admin']) };
  const session = { principal, expiryMs: 5_000 };
  const value = cookies.seal(session);

  it('is read until it expires', () => {
    expect(cookies.open(value, 4_999)).toEqual(session);
    expect(cookies.open(value, 5_000)).toBeUndefined();
  });

  it('is refused where anything of it was changed', () => {
    for (let i = 0; i < value.length; i++) {
      const other = value[i] === '1' ? '2' : '1';
      expect(cookies.open(value.slice(0, i) + other + value.slice(i + 1), 0)).toBeUndefined();
    }
    for (const wrong of ['', '.', '3.5000.', `${value}x`, `0${value}`, value.slice(0, -1), '3.5000']) {
      expect(cookies.open(wrong, 0)).toBeUndefined();
    }
  });

  it('is refused by another process', () => {
    expect(new SessionCookies().open(value, 0)).toBeUndefined();
  });
});

it('finds one cookie among others, by its whole name', () => {
  const header = 'a=1; session_1=x.y.z;session=no; b';
  expect(cookieValue(header, 'session_1')).toBe('x.y.z');
  expect(cookieValue(header, 'ession_1')).toBeUndefined();
  expect(cookieValue(header, 'b')).toBeUndefined();
  expect(cookieValue(undefined, 'a')).toBeUndefined();
});
