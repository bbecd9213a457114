import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aborted, advance, dutiesOf } from '../../../src/core/promotion/advance.js';
import type { Evidence } from '../../../src/core/promotion/evidence.js';
import {
  gateOf,
  isRunning,
  PROMOTION_GATES,
  statusOf,
  type PromotionState,
} from '../../../src/core/promotion/promotion-state.js';
import { ANN, BASE, calmCanary, CANDIDATE, GOOD, newPromotion } from '../../builders/promotion.js';

/** What may happen at a gate: good evidence, bad, none, another policy, an abort, or the time that goes by. */
type Happening = 'good' | 'bad' | 'none' | 'harm' | 'another' | 'abort';

const happenings = fc.array(
  fc.record({
    what: fc.oneof(
      { weight: 12, arbitrary: fc.constant<Happening>('good') },
      { weight: 1, arbitrary: fc.constantFrom<Happening>('bad', 'none', 'harm', 'another', 'abort') },
    ),
    hours: fc.integer({ min: 0, max: 3 }),
  }),
  { maxLength: 30 },
);

function evidenceFor(state: PromotionState, what: Happening): Evidence | undefined {
  const { gate } = gateOf(state);
  if (what === 'none' || gate === 'full') return undefined;
  if (what === 'good') return GOOD[gate];
  if (what === 'harm' && gate === 'canary')
    return {
      gate,
      ...calmCanary,
      metrics: [{ ...calmCanary.metrics[0]!, harm: { low: 0.1, high: 0.2 } }],
    };
  return { gate, failure: 'it cannot go on' };
}

test('whatever happens, gates are passed in order, an end is final, and the candidate decides requests in its canary alone', () => {
  fc.assert(
    fc.property(happenings, (days) => {
      let state = newPromotion();
      let timeMs = 0;
      let active = BASE;
      for (const { what, hours } of days) {
        timeMs += hours * 3_600_000;
        // The keeper takes it in force where that is its duty.
        if (dutiesOf(state).activate && what === 'good') active = CANDIDATE;
        const before = state;
        if (what === 'abort' && isRunning(state))
          state = aborted(state, { timeMs, by: ANN, reason: '' }, gateOf(state));
        else {
          const evidence = evidenceFor(state, what);
          const version = what === 'another' ? 'd'.repeat(64) : active;
          state = advance(state, {
            timeMs,
            active: { version, by: 'bob' },
            ...(evidence && { evidence }),
          }).state;
        }
        if (!isRunning(before)) expect(state).toBe(before);
        expect(state.gates.map(({ gate }) => gate)).toEqual(PROMOTION_GATES.slice(0, state.gates.length));
        const [running, others] = [
          state.gates.filter(({ status }) => status === 'running'),
          state.gates.slice(0, -1),
        ];
        expect(running.length).toBe(isRunning(state) ? 1 : 0);
        for (const { status } of others) expect(['passed', 'skipped']).toContain(status);
        for (let i = 0; i < before.gates.length - 1; i++) expect(state.gates[i]).toBe(before.gates[i]);
        const duties = dutiesOf(state);
        const gate = isRunning(state) ? gateOf(state).gate : undefined;
        expect(duties.canaryShare !== undefined).toBe(gate === 'canary');
        expect(duties.activate).toBe(gate === 'full');
        if (statusOf(state) === 'full') expect(active).toBe(CANDIDATE);
        if (statusOf(state) === 'refused') expect(state.gates.length).toBeLessThan(5);
        // As it is stored: nothing that JSON has no word for.
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      }
    }),
  );
});
