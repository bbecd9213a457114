import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareStates } from '../../src/core/learning/compare-states.js';
import { LearningSnapshot } from '../../src/gen/sextant/storage/v1/storage.js';
import { decodeLearning, encodeLearning } from '../../src/store/learning-codec.js';
import { anyLog, folded, HALF_LIVES, HOUR_MS } from '../builders/learning.js';
import { outcomeOf, qualityOf } from '../store/outcome-arbitrary.js';

const LOG = [outcomeOf(1), qualityOf(1), outcomeOf(2)];
const encoded = (): LearningSnapshot => LearningSnapshot.decode(encodeLearning(folded(LOG)));
const decoded = (snapshot: LearningSnapshot) =>
  decodeLearning(LearningSnapshot.encode(snapshot).finish(), HALF_LIVES);

describe('a snapshot of the learning state', () => {
  it('comes back as it was, to the bit, and goes on folding the same', () => {
    fc.assert(
      fc.property(anyLog(60 * 24 * HOUR_MS), fc.nat(40), (log, cut) => {
        const back = decodeLearning(encodeLearning(folded(log.slice(0, cut))), HALF_LIVES)!;
        expect(encodeLearning(back)).toEqual(encodeLearning(folded(log.slice(0, cut))));
        log.slice(cut).forEach((outcome, i) => back.fold(outcome, Math.min(cut, log.length) + i));
        expect(compareStates(back, folded(log))).toEqual([]);
      }),
    );
  });

  it('keeps what every account spent by quarter of an hour', () => {
    fc.assert(
      fc.property(anyLog(60 * 24 * HOUR_MS), (log) => {
        const state = folded(log);
        const back = decodeLearning(encodeLearning(state), HALF_LIVES)!;
        for (const [id, { spend }] of state.budgets.accounts) {
          const kept = back.budgets.account(id).spend;
          expect([...kept.entries()]).toEqual([...spend.entries()]);
          expect(kept.olderNanoUsd).toBe(spend.olderNanoUsd);
        }
      }),
    );
  });

  it('is not used under other half-lives', () => {
    const bytes = encodeLearning(folded(LOG));
    expect(decodeLearning(bytes, { ...HALF_LIVES, cost: 1 })).toBeUndefined();
  });

  it.each([NaN, Infinity, -Infinity])('is refused with a sum of %d', (bad) => {
    const snapshot = encoded();
    snapshot.scopes[0]!.arms[0]!.sums[3] = bad;
    expect(() => decoded(snapshot)).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }) as Error);
  });

  it('is refused with a landmark or a budget that is not finite', () => {
    const [landmark, lambda, bucket, quarter] = [encoded(), encoded(), encoded(), encoded()];
    landmark.landmarksMs[0] = NaN;
    lambda.budgets[0]!.baseLambda = Infinity;
    bucket.budgets[0]!.buckets[0]!.gradient = NaN;
    quarter.budgets[0]!.quarters[0]!.costNanoUsd = NaN;
    for (const snapshot of [landmark, lambda, bucket, quarter]) {
      expect(() => decoded(snapshot)).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }) as Error);
    }
  });

  it('is refused with a row of the wrong length, or too few landmarks', () => {
    const [short, few] = [encoded(), encoded()];
    short.scopes[0]!.arms[0]!.sums.pop();
    few.landmarksMs.pop();
    for (const snapshot of [short, few]) {
      expect(() => decoded(snapshot)).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }) as Error);
    }
  });
});
