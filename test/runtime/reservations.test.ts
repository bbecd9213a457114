import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RESERVATION_LIFE_MS } from '../../src/core/budget/period-standing.js';
import { Reservations } from '../../src/runtime/reservations.js';
import { decisionIdOf } from '../store/outcome-arbitrary.js';

const anyStep = fc.record({
  kind: fc.constantFrom('add', 'add', 'release'),
  decision: fc.nat(30),
  account: fc.constantFrom('a', 'b'),
  nanoUsd: fc.nat(1000),
  passMs: fc.constantFrom(0, 1, 60_000, RESERVATION_LIFE_MS - 1, RESERVATION_LIFE_MS),
});

describe('a reservation', () => {
  it('is held until it is released', () => {
    const held = new Reservations();
    held.add(decisionIdOf(1), 'team', 70, 0);
    held.add(decisionIdOf(2), 'team', 5, 0);
    held.add(decisionIdOf(3), 'other', 9, 0);
    expect(held.heldNanoUsd('team', 1)).toBe(75);
    held.release(decisionIdOf(1));
    held.release(decisionIdOf(1));
    held.release(decisionIdOf(4));
    expect(held.heldNanoUsd('team', 1)).toBe(5);
    expect(held.heldNanoUsd('other', 1)).toBe(9);
    expect(held.heldNanoUsd('none', 1)).toBe(0);
  });

  it('lapses after ten minutes', () => {
    const held = new Reservations();
    held.add(decisionIdOf(1), 'team', 70, 0);
    held.add(decisionIdOf(2), 'team', 5, 1000);
    expect(held.heldNanoUsd('team', RESERVATION_LIFE_MS - 1)).toBe(75);
    expect(held.heldNanoUsd('team', RESERVATION_LIFE_MS)).toBe(5);
    expect(held.heldNanoUsd('team', RESERVATION_LIFE_MS + 1000)).toBe(0);
    expect(held.size).toBe(0);
  });

  it('lapses early, the oldest first, where there are too many', () => {
    const held = new Reservations(3);
    for (let i = 0; i < 5; i++) held.add(decisionIdOf(i), 'team', 10 ** i, 0);
    expect(held.size).toBe(3);
    expect(held.heldNanoUsd('team', 0)).toBe(11_100);
  });

  it('is held or not as in a list that is searched through', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
        const held = new Reservations();
        let dumb: { decision: number; account: string; nanoUsd: number; atMs: number }[] = [];
        let nowMs = 0;
        for (const { kind, decision, account, nanoUsd, passMs } of steps) {
          nowMs += passMs;
          dumb = dumb.filter((one) => one.decision !== decision && nowMs - one.atMs < RESERVATION_LIFE_MS);
          if (kind === 'release') held.release(decisionIdOf(decision));
          else {
            held.add(decisionIdOf(decision), account, nanoUsd, nowMs);
            dumb.push({ decision, account, nanoUsd, atMs: nowMs });
          }
          for (const name of ['a', 'b']) {
            const expected = dumb.reduce((sum, one) => sum + (one.account === name ? one.nanoUsd : 0), 0);
            expect(held.heldNanoUsd(name, nowMs)).toBe(expected);
          }
          expect(held.size).toBe(dumb.length);
        }
      }),
    );
  });

  it('takes no longer the more went before', () => {
    const held = new Reservations();
    for (let i = 0; i < 200_000; i++) {
      held.add(decisionIdOf(i), 'team', 1, i);
      if (i % 3 !== 0) held.release(decisionIdOf(i));
    }
    expect(held.heldNanoUsd('team', 200_000)).toBe(66_667);
  });
});
