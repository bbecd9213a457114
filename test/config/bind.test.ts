import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../src/config/bind.js';

describe('isLoopback', () => {
  it.each([
    '127.0.0.1',
    '127.8.9.10',
    '::1',
    '[::1]',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    'localhost',
    'LOCALHOST',
  ])('takes %s for this machine only', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each([
    '0.0.0.0',
    '::',
    '',
    '10.0.0.1',
    '128.0.0.1',
    '127.0.0.1.example.com',
    '::ffff:10.0.0.1',
    'my-laptop',
    '127.1',
  ])('takes %j for a remote address', (host) => {
    expect(isLoopback(host)).toBe(false);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.ipV6(),
          fc.ipV6().map((ip) => `[${ip}%eth0]`),
        ),
        (host) => {
          expect(typeof isLoopback(host)).toBe('boolean');
        },
      ),
    );
  });
});
