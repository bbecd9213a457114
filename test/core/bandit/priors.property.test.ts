import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelPriors, priorsAt, type ArmPriors, type Priors } from '../../../src/core/bandit/priors.js';
import type { UseCase } from '../../../src/core/ids.js';
import { COMPLEXITY_LEVELS, type ComplexityLevel } from '../../../src/core/profile.js';
import type { ModelId } from '../../../src/core/registry/model.js';

const METRICS = ['quality', 'success', 'outputTokens', 'latencyMs'] as const;
const MODELS = ['acme/one', 'acme/two'] as ModelId[];
const USE_CASES = ['chat', 'constructor', 'sql'] as UseCase[];

const rate = fc.record({
  mean: fc.double({ min: 0.1, max: 0.9 }),
  strength: fc.integer({ min: 1, max: 99 }),
});
const length = rate.map(({ mean, strength }) => ({ median: 1000 * mean, sigma: mean, strength }));
const members = { quality: rate, success: rate, outputTokens: length, latencyMs: length };
const overrides = fc
  .dictionary(fc.constantFrom(...MODELS), fc.record(members, { requiredKeys: [] }), { noNullPrototype: true })
  .map((found) => found as Record<ModelId, Partial<ArmPriors>>);
const levels = fc.record(
  { low: overrides, medium: overrides, high: overrides },
  { requiredKeys: [], noNullPrototype: true },
);
const anyPriors: fc.Arbitrary<Priors> = fc.record({
  default: fc.record(members),
  models: overrides,
  levels,
  useCases: fc
    .array(fc.tuple(fc.constantFrom(...USE_CASES), fc.record({ models: overrides, levels })))
    .map((entries) => new Map(entries)),
});

/** The rule word for word: the first place that states the metric. */
function stated(
  priors: Priors,
  model: ModelId,
  { useCase, level }: { useCase: UseCase; level: ComplexityLevel | undefined },
) {
  const own = priors.useCases.get(useCase);
  const places = [
    ...(level === undefined ? [] : [own?.levels[level]?.[model]]),
    own?.models[model],
    ...(level === undefined ? [] : [priors.levels[level]?.[model]]),
    priors.models[model],
    priors.default,
  ];
  return Object.fromEntries(
    METRICS.map((metric) => [metric, places.find((place) => place?.[metric] !== undefined)![metric]]),
  );
}

describe('priorsAt', () => {
  it('gives the most specific prior, metric by metric', () => {
    const place = fc.record({
      useCase: fc.constantFrom(...USE_CASES, 'elsewhere' as UseCase),
      level: fc.constantFrom(undefined, ...COMPLEXITY_LEVELS),
    });
    fc.assert(
      fc.property(anyPriors, fc.constantFrom(...MODELS), place, (priors, model, { useCase, level }) => {
        expect(priorsAt(modelPriors(priors, model), useCase, level)).toEqual(
          stated(priors, model, { useCase, level }),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('keeps one object for a place, so that caches made under it hold', () => {
    fc.assert(
      fc.property(anyPriors, (priors) => {
        const table = modelPriors(priors, MODELS[0]!);
        for (const useCase of USE_CASES) {
          expect(priorsAt(table, useCase, 'low')).toBe(priorsAt(table, useCase, 'low'));
        }
      }),
    );
  });
});
