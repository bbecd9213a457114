import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/core/outcome/outcome.js';
import type { AppendVerdict } from '../../src/store/ports.js';
import { anyOutcome, outcomeOf, qualityOf } from '../store/outcome-arbitrary.js';
import { collect, outcomesFrom } from './collect.js';
import { OutcomeLogModel } from './outcome-log-model.js';
import type { StoreUnderTest } from './store-contract.js';

const OTHER_DIGEST = 'bbbbbbbbbbbbbbbb';

function recorded(sequence: number): AppendVerdict {
  return { kind: 'recorded', sequence };
}
const DUPLICATE: AppendVerdict = { kind: 'duplicate' };
const CONFLICT: AppendVerdict = { kind: 'conflict' };
const WITHHELD: AppendVerdict = { kind: 'withheld' };

/** The log under test. */
export function outcomeLogContract(store: StoreUnderTest): void {
  const log = () => store.current().outcomes;

  describe('the outcome log', () => {
    it('is empty at first', async () => {
      expect(log().head()).toBe(0);
      expect(await collect(log().read(0))).toEqual([]);
      expect(await log().append([])).toEqual([]);
      expect(await log().append([[]])).toEqual([[]]);
      expect(log().head()).toBe(0);
    });

    it('reads back what was appended, at contiguous sequences', async () => {
      const groups = [[outcomeOf(1), qualityOf(1)], [outcomeOf(2)]];
      expect(await log().append(groups)).toEqual([[recorded(0), recorded(1)], [recorded(2)]]);
      expect(await log().append([[outcomeOf(3)]])).toEqual([[recorded(3)]]);
      expect(log().head()).toBe(4);
      await store.reopen();
      expect(log().head()).toBe(4);
      expect(await outcomesFrom(log())).toStrictEqual([...groups.flat(), outcomeOf(3)]);
    });

    it('reads from the block that holds a position', async () => {
      await log().append([[outcomeOf(1), outcomeOf(2), outcomeOf(3)]]);
      await log().append([[outcomeOf(4), outcomeOf(5)]]);
      await log().append([[outcomeOf(6)]]);
      const firsts = async (from: number) =>
        (await collect(log().read(from))).map((block) => block.firstSequence);
      expect(await firsts(0)).toEqual([0, 3, 5]);
      expect(await firsts(2)).toEqual([0, 3, 5]);
      expect(await firsts(3)).toEqual([3, 5]);
      expect(await firsts(4)).toEqual([3, 5]);
      expect(await firsts(5)).toEqual([5]);
      expect(await firsts(6)).toEqual([]);
      expect(await firsts(99)).toEqual([]);
    });

    it('looks up what was reported of one decision', async () => {
      await log().append([[outcomeOf(1), qualityOf(1)], [outcomeOf(2)]]);
      await log().append([[qualityOf(1, { attempt: 1 }), outcomeOf(1, { attempt: 1 })], [outcomeOf(3)]]);
      await store.reopen();
      const of = (number: number) => log().readOf(outcomeOf(number).decisionId);
      expect(await of(1)).toStrictEqual([
        outcomeOf(1),
        qualityOf(1),
        outcomeOf(1, { attempt: 1 }),
        qualityOf(1, { attempt: 1 }),
      ]);
      expect(await of(2)).toStrictEqual([outcomeOf(2)]);
      expect(await of(9)).toEqual([]);
    });

    it('keeps attempts and metrics of one decision apart', async () => {
      const group = [outcomeOf(1), outcomeOf(1, { attempt: 1 }), qualityOf(1), qualityOf(1, { attempt: 1 })];
      expect(await log().append([group])).toEqual([[0, 1, 2, 3].map(recorded)]);
    });

    it('answers a repeated report as a duplicate, whatever else changed on the way', async () => {
      await log().append([[outcomeOf(1), qualityOf(1)]]);
      await store.reopen();
      const late = outcomeOf(1, { receiveTimeMs: 1_780_000_000_000, eventTimeMs: 1_779_000_000_000 });
      expect(await log().append([[late, qualityOf(1)]])).toEqual([[DUPLICATE, DUPLICATE]]);
      expect(log().head()).toBe(2);
    });

    it('appends what is new of a group that repeats the rest', async () => {
      await log().append([[outcomeOf(1)]]);
      expect(await log().append([[outcomeOf(1), qualityOf(1)]])).toEqual([[DUPLICATE, recorded(1)]]);
      expect(await outcomesFrom(log())).toStrictEqual([outcomeOf(1), qualityOf(1)]);
    });

    it('answers an outcome queued twice in one call once', async () => {
      const twice = [[outcomeOf(1)], [outcomeOf(1)], [outcomeOf(2), outcomeOf(2)]];
      expect(await log().append(twice)).toEqual([[recorded(0)], [DUPLICATE], [recorded(1), DUPLICATE]]);
      expect(log().head()).toBe(2);
    });

    it('appends nothing of a group with a conflict, and leaves other groups alone', async () => {
      await log().append([[outcomeOf(1)]]);
      const changed = outcomeOf(1, { digest: OTHER_DIGEST });
      const groups = [[outcomeOf(2)], [qualityOf(1), changed, outcomeOf(1)], [outcomeOf(3)]];
      expect(await log().append(groups)).toEqual([
        [recorded(1)],
        [WITHHELD, CONFLICT, DUPLICATE],
        [recorded(2)],
      ]);
      expect(await outcomesFrom(log())).toStrictEqual([outcomeOf(1), outcomeOf(2), outcomeOf(3)]);
      await store.reopen();
      // What the refused group brought is still new.
      expect(await log().append([[qualityOf(1)]])).toEqual([[recorded(3)]]);
    });

    it('finds conflicts within one call and within one group', async () => {
      const changed = (decision: number) => outcomeOf(decision, { digest: OTHER_DIGEST });
      const groups = [[outcomeOf(1)], [changed(1)], [outcomeOf(2), changed(2)], [changed(2)], [outcomeOf(2)]];
      expect(await log().append(groups)).toEqual([
        [recorded(0)],
        [CONFLICT],
        [WITHHELD, CONFLICT],
        [recorded(1)],
        [CONFLICT],
      ]);
    });

    it('refuses a second call before the first has settled', async () => {
      const first = log().append([[outcomeOf(1)]]);
      await expect(log().append([[outcomeOf(2)]])).rejects.toThrow(/settled/);
      expect(await first).toEqual([[recorded(0)]]);
      expect(await log().append([[outcomeOf(2)]])).toEqual([[recorded(1)]]);
    });

    it('refuses an outcome that breaks its invariants, and stays usable', async () => {
      const wrong = outcomeOf(1, { execution: { status: 'success', latencyMs: NaN } });
      await expect(log().append([[outcomeOf(2)], [wrong]])).rejects.toThrow(/latencyMs/);
      expect(await log().append([[outcomeOf(2)]])).toEqual([[recorded(0)]]);
    });

    it('takes thousands of outcomes in one call', async () => {
      const outcomes = Array.from({ length: 5000 }, (_, decision) => outcomeOf(decision));
      const verdicts = await log().append(outcomes.map((outcome) => [outcome]));
      expect(verdicts.flat()).toEqual(outcomes.map((_, sequence) => recorded(sequence)));
      await store.reopen();
      expect(await outcomesFrom(log(), 4990)).toStrictEqual(outcomes.slice(4990));
    });

    it('agrees with a dumb model on any calls', async () => {
      await fc.assert(
        fc.asyncProperty(anyCalls, async (calls) => {
          await store.renew();
          const model = new OutcomeLogModel();
          for (const call of calls) {
            if (call === 'reopen') await store.reopen();
            else expect(await log().append(call)).toEqual(model.append(call));
            expect(log().head()).toBe(model.outcomes.length);
          }
          expect(await outcomesFrom(log())).toStrictEqual(model.outcomes);
          const middle = Math.floor(model.outcomes.length / 2);
          expect(await outcomesFrom(log(), middle)).toStrictEqual(model.outcomes.slice(middle));
        }),
        { numRuns: store.persistent ? 25 : 200 },
      );
    });
  });
}

/** Few decisions and few digests, so that keys meet often. */
const collidingOutcome = fc
  .record({
    outcome: anyOutcome,
    decision: fc.nat(5),
    attempt: fc.nat(1),
    digest: fc.constantFrom('a', 'a', 'b'),
  })
  .map(({ outcome, decision, attempt, digest }): Outcome => ({
    ...outcome,
    decisionId: outcomeOf(decision).decisionId,
    attempt,
    digest: digest.repeat(16),
  }));

const anyCall = fc.array(fc.array(collidingOutcome, { maxLength: 3 }), { maxLength: 4 });
const anyCalls = fc.array(fc.oneof({ weight: 5, arbitrary: anyCall }, fc.constant('reopen' as const)), {
  maxLength: 8,
});
