import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareStates } from '../../../src/core/learning/compare-states.js';
import { DECAY_GROUPS } from '../../../src/core/learning/arm-stats.js';
import { LearningState } from '../../../src/core/learning/learning-state.js';
import { restate } from '../../../src/core/learning/restate.js';
import {
  anyLog,
  folded,
  furthest,
  HALF_LIVES,
  HOUR_MS,
  readings,
  START_MS,
} from '../../builders/learning.js';
import { contextLayout } from '../../../src/core/context/context-vector.js';
import { outcomeOf, qualityOf } from '../../store/outcome-arbitrary.js';

const OTHERS = { ...HALF_LIVES, quality: 24 * HOUR_MS, cost: 3 * HOUR_MS, success: 5 * HOUR_MS };
const SPAN_MS = 20 * 24 * HOUR_MS;

describe('a state under other settings', () => {
  it('reads at its newest event as it did before', () => {
    fc.assert(
      fc.property(anyLog(SPAN_MS), (log) => {
        const state = folded(log);
        const other = restate(state, OTHERS);
        const atMs = state.latestEventMs;
        expect(furthest(readings(state, atMs), readings(other, atMs))).toBeLessThan(1e-9);
        expect([other.sequence, other.latestEventMs]).toEqual([state.sequence, state.latestEventMs]);
        expect(other.version).toBe(new LearningState(OTHERS).version);
      }),
      { numRuns: 100 },
    );
  });

  it('decays from there on under the new half-lives', () => {
    const state = folded([qualityOf(1, { eventTimeMs: START_MS, receiveTimeMs: START_MS })]);
    const other = restate(state, OTHERS);
    const later = START_MS + 48 * HOUR_MS;
    for (const group of DECAY_GROUPS) {
      const half = other.halfLives[group];
      const fade = other.readFactor(group, later) / other.readFactor(group, START_MS);
      expect(fade).toBeCloseTo(2 ** (-(48 * HOUR_MS) / half), 12);
    }
  });

  it('goes on as a fold under the new half-lives does, for what comes after', () => {
    fc.assert(
      fc.property(anyLog(SPAN_MS, 20), anyLog(SPAN_MS, 20), (before, after) => {
        const restated = restate(folded(before), OTHERS);
        const alone = new LearningState(OTHERS);
        after.forEach((outcome, i) => {
          restated.fold(outcome, before.length + i);
          alone.fold(outcome, i);
        });
        const atMs = Math.max(restated.latestEventMs, alone.latestEventMs);
        const whole = readings(restated, atMs);
        const without = readings(restate(folded(before), OTHERS), atMs);
        for (const [place, value] of readings(alone, atMs)) {
          const difference = whole.get(place)! - (without.get(place) ?? 0);
          expect(Math.abs(difference - value) / Math.max(1, Math.abs(whole.get(place)!))).toBeLessThan(1e-9);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('is itself under its own settings', () => {
    const state = folded([outcomeOf(1)]);
    expect(restate(state, HALF_LIVES)).toBe(state);
  });

  it('keeps what has no half-life, or the same one, to the last bit', () => {
    fc.assert(
      fc.property(anyLog(SPAN_MS), (log) => {
        const state = folded(log);
        const back = restate(restate(state, { ...HALF_LIVES, cost: 2 * HOUR_MS }), HALF_LIVES);
        const differences = compareStates(state, back).filter(
          (line) => !/landmark cost|sum 3[2-8]:/.test(line),
        );
        expect(differences).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps regressions on contexts of the same layout, and leaves those of another out', () => {
    const layout = contextLayout(0);
    const state = new LearningState(HALF_LIVES, layout);
    const context = Int8Array.from({ length: layout.size }, (_, i) => (i === 0 ? 48 : 7));
    [1, 2, 3].forEach((n, i) => state.fold(qualityOf(n, { context }), i));
    const regressions = (of: LearningState) =>
      [...of.useCases.values()].map((useCase) => useCase.regressions.size);
    expect(regressions(state)).toEqual([1]);
    const kept = restate(state, OTHERS, layout);
    expect(regressions(kept)).toEqual([1]);
    const weight = (of: LearningState) =>
      [...of.useCases.values()][0]!.regressions.get(qualityOf(1).armId)!.quality.sums.xx[0]! *
      of.readFactor('quality', of.latestEventMs);
    expect(weight(kept)).toBeCloseTo(weight(state), 9);
    expect(regressions(restate(state, HALF_LIVES, contextLayout(8)))).toEqual([0]);
  });
});
