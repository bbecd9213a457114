import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CounterRing, stepStartsMs } from '../../src/runtime/counter-ring.js';

const SPAN = { stepMs: 10, steps: 8 };
const anyEvents = fc.array(fc.record({ afterMs: fc.nat(60), column: fc.nat(1), amount: fc.nat(9) }), {
  maxLength: 60,
});

it('holds what a list of all events would say of the newest steps', () => {
  fc.assert(
    fc.property(anyEvents, fc.nat(200), (events, waitMs) => {
      const ring = new CounterRing(SPAN, 2);
      let nowMs = 1_000;
      const all = events.map(({ afterMs, column, amount }) => {
        nowMs += afterMs;
        ring.add(nowMs, column, amount);
        return { timeMs: nowMs, column, amount };
      });
      nowMs += waitMs;
      const starts = stepStartsMs(SPAN, nowMs);
      for (const column of [0, 1]) {
        const sums = starts.map((startMs) =>
          all
            .filter(
              (event) =>
                event.column === column && event.timeMs >= startMs && event.timeMs < startMs + SPAN.stepMs,
            )
            .reduce((sum, { amount }) => sum + amount, 0),
        );
        expect([...ring.series(column, nowMs)]).toEqual(sums);
        const lastThree = sums.slice(-3).reduce((sum, one) => sum + one, 0);
        expect(ring.totals(nowMs, 3)[column]).toBe(lastThree);
      }
    }),
  );
});

it('passes over what comes for a step that was written over', () => {
  const ring = new CounterRing(SPAN, 1);
  ring.add(1_000, 0, 1);
  ring.add(1_080, 0, 2);
  ring.add(1_000, 0, 4);
  expect(ring.totals(1_080)[0]).toBe(2);
});
