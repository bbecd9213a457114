import { expect, it } from 'vitest';
import { ConnectionCount } from '../../../src/service/edge/connection-count.js';
import { PeerAllowance } from '../../../src/service/edge/peer-allowance.js';

const NO_LIMITS = { connectionsPerSecond: 0, connectionsBurst: 0, resetsPerSecond: 0 };

it('counts connections in all and by peer, and forgets those that closed', () => {
  const count = new ConnectionCount({ all: 4, perPeer: 2 }, new PeerAllowance(NO_LIMITS, () => 0));
  expect(['a', 'a', 'a', 'b', 'c', 'd'].map((peer) => count.take(peer))).toEqual([
    true,
    true,
    false,
    true,
    true,
    false,
  ]);
  expect([count.open, count.refused]).toEqual([4, 2]);
  count.release('a');
  expect([count.take('a'), count.take('d')]).toEqual([true, false]);
  for (const peer of ['a', 'a', 'b', 'c']) count.release(peer);
  expect(count.open).toBe(0);
});
