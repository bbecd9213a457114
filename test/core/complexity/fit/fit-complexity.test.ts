import { describe, expect, it } from 'vitest';
import type { FitExample } from '../../../../src/core/complexity/fit/example.js';
import { fitComplexity } from '../../../../src/core/complexity/fit/fit-complexity.js';
import { parseComplexitySettings } from '../../../../src/core/complexity/parse-settings.js';
import { COMPLEXITY_DIMENSIONS, type DimensionScores } from '../../../../src/core/profile.js';
import { rngFromSeed } from '../../../../src/core/random.js';

interface World {
  readonly families: number;
  readonly each: number;
  /** Logits per unit of `code`; `mathematics` never tells. */
  readonly slope: number;
  /** The slope's sign differs from family to family, and no other dimension varies. */
  readonly alternating?: boolean;
}

function worldOf({ families, each, slope, alternating = false }: World): FitExample[] {
  const rng = rngFromSeed(5n);
  return Array.from({ length: families * each }, (_, i) => {
    const family = i % families;
    const dimensions = Object.fromEntries(
      COMPLEXITY_DIMENSIONS.map((name) => [name, alternating && name !== 'code' ? 0.5 : rng()]),
    ) as unknown as DimensionScores;
    const sign = alternating && family % 2 === 1 ? -1 : 1;
    // Base rates differ, so that a fit that pools sources would learn the sources.
    const eta = family - families / 2 + sign * slope * (dimensions.code - 0.5);
    const target = rng() < 1 / (1 + Math.exp(-eta)) ? 1 : 0;
    return { source: `s${family}`, family: `f${family}`, dimensions, target };
  });
}

function reasonOf(examples: readonly FitExample[]): string {
  const result = fitComplexity(examples);
  return result.ok ? '' : result.reason;
}

describe('fitComplexity', () => {
  const result = fitComplexity(worldOf({ families: 4, each: 1_000, slope: 3 }));
  if (!result.ok) throw new Error(result.reason);
  const { fit } = result;

  it('keeps the dimension that tells, and gives it the weight it has', () => {
    expect(fit.steps[0]).toMatchObject({ dimension: 'code', kept: true });
    expect(Math.abs(fit.settings.weights.code - 3)).toBeLessThan(0.4);
    expect(fit.byFamily).toBe(true);
    expect(fit.concordance).toBeGreaterThan(0.65);
  });

  it('writes what a policy folder takes', () => {
    expect(parseComplexitySettings(fit.settings, 'complexity.json', () => []).ok).toBe(true);
  });

  it('is calibrated in the mean', () => {
    expect(fit.calibration.error).toBeLessThan(0.15);
    expect(Math.abs(fit.slope - 1)).toBeLessThan(0.15);
  });

  it('says the same of the same examples', () => {
    expect(fitComplexity(worldOf({ families: 4, each: 1_000, slope: 3 }))).toEqual(result);
  });

  it('splits sources where there are too few families, and says so', () => {
    const few = fitComplexity(worldOf({ families: 1, each: 2_000, slope: 3 }));
    expect(few.ok && few.fit.byFamily).toBe(false);
    expect(few.ok && few.fit.settings.weights.code > 2).toBe(true);
  });

  it('fits nothing where what holds in one family is reversed in the next', () => {
    expect(reasonOf(worldOf({ families: 6, each: 500, slope: 3, alternating: true }))).toContain(
      'beyond chance',
    );
  });

  it('refuses too few examples, and too few of one outcome', () => {
    expect(reasonOf([])).toContain('0 examples are too few');
    expect(reasonOf(worldOf({ families: 4, each: 20, slope: 3 }))).toContain('80 examples are too few');
    const easy = worldOf({ families: 4, each: 100, slope: 3 }).map((example, i) => ({
      ...example,
      target: i < 5 ? 1 : 0,
    }));
    expect(reasonOf(easy)).toContain('in only 5 of 400 examples a stronger model was needed');
  });
});
