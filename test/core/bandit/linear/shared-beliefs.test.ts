import { describe, expect, it } from 'vitest';
import type { ArmId } from '../../../../src/core/registry/model.js';
import {
  contextOfSteps,
  LINEAR_SETTINGS,
  qualityIn,
  repeated,
  taught,
  type Lesson,
} from '../../../builders/linear-learning.js';

const SHARING = { slopePrecisions: [8, 25, 80, 250, 800, 2500], sharedSlopeOutcomes: 50 };
const [EASY, HARD] = [contextOfSteps(40, -40), contextOfSteps(-40, 40)];
const ANOTHER = 8 as ArmId;
const THIRD = 9 as ArmId;

/** Other arms that answer easy requests well and hard ones badly, each at its own level. */
const OTHERS: Lesson[] = Array.from({ length: 120 }, (_, i) => ({
  armId: i % 2 === 0 ? ANOTHER : THIRD,
  context: i % 3 === 0 ? HARD : EASY,
  quality: (i % 3 === 0 ? 0.3 : 0.7) + (i % 2 === 0 ? 0.2 : 0),
}));

const gapIn = (state: ReturnType<typeof taught>, settings: Partial<typeof LINEAR_SETTINGS>): number =>
  qualityIn(state, { context: EASY, settings }).mean - qualityIn(state, { context: HARD, settings }).mean;

describe('an arm that nobody was taught about', () => {
  it('keeps its own level and takes the others’ slopes', () => {
    const state = taught(OTHERS);
    expect(gapIn(state, SHARING)).toBeGreaterThan(0.3);
    expect(gapIn(state, {})).toBe(0);
    const { mean } = qualityIn(state, { context: contextOfSteps(0), settings: SHARING });
    expect(mean).toBeCloseTo(0.75, 6);
  });
});

describe('an arm that behaves otherwise', () => {
  it('outvotes the shared slopes', () => {
    const contrary = Array.from({ length: 300 }, (_, i) => ({
      context: i % 2 === 0 ? EASY : HARD,
      quality: i % 2 === 0 ? 0.2 : 0.9,
    }));
    expect(gapIn(taught([...OTHERS, ...contrary]), SHARING)).toBeLessThan(-0.5);
  });
});

describe('the variance of an arm’s quality', () => {
  it('is the level’s, σ²/(n + strength), and the rest the slopes’', () => {
    const state = taught(repeated(40, { quality: 0.75 }));
    const held = { noiseStrength: 1e12 };
    const { variance, slopeVariance } = qualityIn(state, { context: EASY, settings: held });
    expect(variance - slopeVariance!).toBeCloseTo(0.02 / (40 + 2), 9);
    expect(slopeVariance).toBeGreaterThan(0);
  });

  it('is the level’s alone where the request is as all others were', () => {
    const { variance, slopeVariance } = qualityIn(taught(repeated(40, { quality: 0.75 })));
    expect(variance).toBeGreaterThan(0);
    expect(slopeVariance).toBeCloseTo(0, 12);
  });
});

describe('a state that was asked all along', () => {
  it('believes nearly what one that was never asked does', () => {
    const asked = taught([]);
    for (const lesson of OTHERS) {
      taught([lesson], asked);
      qualityIn(asked, { context: EASY, settings: LINEAR_SETTINGS });
    }
    const [a, b] = [gapIn(asked, SHARING), gapIn(taught(OTHERS), SHARING)];
    expect(Math.abs(a - b)).toBeLessThan(0.02);
  });
});
