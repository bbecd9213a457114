import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UseCase } from '../../src/core/ids.js';
import { compareStates } from '../../src/core/learning/compare-states.js';
import { LearningSnapshot } from '../../src/gen/sextant/storage/v1/storage.js';
import { decodeLearning, encodeLearning } from '../../src/store/learning-codec.js';
import { ARM, CONTEXT_LAYOUT, taught, TENANT } from '../builders/linear-learning.js';
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

  it('has the bytes that the generated code has, whichever order fields come in', () => {
    fc.assert(
      fc.property(anyLog(60 * 24 * HOUR_MS), (log) => {
        const bytes = encodeLearning(folded(log));
        const snapshot = LearningSnapshot.decode(bytes);
        expect(encodeLearning(decoded(snapshot)!)).toEqual(bytes);
        expect(LearningSnapshot.decode(encodeLearning(decoded(snapshot)!))).toEqual(snapshot);
      }),
    );
    const state = taught([{ quality: 0.4 }, { tokens: 200 }]);
    const { scopes } = LearningSnapshot.decode(encodeLearning(state));
    const [row] = scopes.flatMap(({ linearArms }) => linearArms);
    const { sums } = state.useCase(TENANT, 'chat' as UseCase)!.regressions.get(ARM)!.quality;
    expect(row).toMatchObject({ armId: ARM, metric: 1, xx: [...sums.xx], xy: [...sums.xy] });
  });

  it('is refused where its bytes are cut short or changed, or reads as something else, and never crashes', () => {
    const bytes = encodeLearning(taught([{ quality: 0.4 }, { tokens: 200 }]));
    const read = (changed: Uint8Array): string => {
      try {
        return decodeLearning(changed, HALF_LIVES, CONTEXT_LAYOUT) === undefined ? 'other fold' : 'read';
      } catch (error) {
        return (error as { code?: string }).code ?? String(error);
      }
    };
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const changed = Uint8Array.from(bytes);
        changed[at]! ^= bits;
        expect(['STORE_CORRUPT', 'other fold', 'read']).toContain(read(changed));
        expect(['STORE_CORRUPT', 'other fold', 'read']).toContain(read(bytes.subarray(0, at)));
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
