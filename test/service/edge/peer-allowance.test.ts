import { expect, it } from 'vitest';
import { PeerAllowance } from '../../../src/service/edge/peer-allowance.js';

function allowed() {
  const clock = { nowMs: 0 };
  const limits = { connectionsPerSecond: 10, connectionsBurst: 3, resetsPerSecond: 100 };
  return { clock, allowance: new PeerAllowance(limits, () => clock.nowMs) };
}

it('lets a peer open a burst of connections, and then as many as time allows', () => {
  const { clock, allowance } = allowed();
  expect([1, 2, 3, 4].map(() => allowance.takeConnection('a'))).toEqual([true, true, true, false]);
  expect(allowance.takeConnection('b')).toBe(true);
  clock.nowMs = 100;
  expect([1, 2].map(() => allowance.takeConnection('a'))).toEqual([true, false]);
});

it('lets no connection of a peer in that owes resets, for ten seconds at most', () => {
  const { clock, allowance } = allowed();
  const reset = (times: number): boolean[] => Array.from({ length: times }, () => allowance.takeReset('a'));
  expect(reset(200)).not.toContain(false);
  expect(allowance.takeConnection('a')).toBe(true);
  expect(reset(100_000)).not.toContain(true);
  expect([allowance.takeConnection('a'), allowance.takeConnection('b')]).toEqual([false, true]);
  clock.nowMs = 9_900;
  expect(allowance.takeConnection('a')).toBe(false);
  clock.nowMs = 10_000;
  expect(allowance.takeConnection('a')).toBe(true);
  expect(reset(1)).toEqual([false]);
});

it('keeps ten thousand peers in mind, and lets the first of them start anew', () => {
  const { allowance } = allowed();
  while (allowance.takeConnection('a'));
  expect(allowance.takeConnection('a')).toBe(false);
  for (let i = 0; i < 10_000; i++) allowance.takeConnection(`peer-${i}`);
  expect(allowance.takeConnection('a')).toBe(true);
});
