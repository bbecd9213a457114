import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { POLICY_CHECKS } from '../../../src/config/policy-schemas.js';
import { parsePriors } from '../../../src/core/bandit/parse-priors.js';
import { parseBanditSettings } from '../../../src/core/bandit/parse-settings.js';
import { priorsFor, type ArmPriors } from '../../../src/core/bandit/priors.js';
import { normalizeWeights } from '../../../src/core/bandit/settings.js';
import type { Checked } from '../../../src/core/fault.js';
import type { ModelId } from '../../../src/core/registry/model.js';
import { model, readJson } from '../registry/fixture.js';

const schemas = POLICY_CHECKS;
const pathsOf = <T>(checked: Checked<T>): string[] =>
  checked.ok ? [] : checked.faults.map(({ path }) => path).sort();

const SHIPPED = readJson('rules/bandit.json') as Record<string, unknown>;
const bandit = (changes: object) =>
  parseBanditSettings({ file: 'bandit.json', value: { ...SHIPPED, ...changes } }, schemas.bandit);

const PRIORS: ArmPriors = {
  quality: { mean: 0.75, strength: 2 },
  success: { mean: 0.98, strength: 20 },
  outputTokens: { median: 250, sigma: 1, strength: 4 },
  latencyMs: { median: 2500, sigma: 0.7, strength: 4 },
};
const priors = (value: unknown) =>
  parsePriors({ file: 'priors.json', value }, schemas.priors, {
    models: [model('acme/one'), model('acme/two')],
  });

describe('bandit.json', () => {
  it('becomes settings in our units, with weights that sum to one', () => {
    const parsed = bandit({ weights: { quality: 3, cost: 1, latency: 0 }, referenceCostUsd: 0.02 });
    if (!parsed.ok) throw new Error('refused');
    expect(parsed.value.weights).toEqual({ quality: 0.75, cost: 0.25, latency: 0 });
    expect(parsed.value.referenceCostNanoUsd).toBe(20_000_000);
    expect(parsed.value.halfLives).toEqual({
      quality: 720 * 3_600_000,
      success: 3_600_000,
      tokens: 720 * 3_600_000,
      latency: 24 * 3_600_000,
      cost: 720 * 3_600_000,
    });
  });

  it('names every fault at once, at its path', () => {
    const parsed = bandit({
      policy: 'oracle',
      segmentBy: ['level', 'tenant'],
      weights: { quality: -1, cost: 'a' },
      poolingStrength: 0,
      halfLifeHours: { quality: 0, success: 1, tokens: 1, latency: 1, cost: 1e9 },
      colour: 'blue',
    });
    expect(pathsOf(parsed)).toEqual([
      'colour',
      'halfLifeHours.cost',
      'halfLifeHours.quality',
      'policy',
      'poolingStrength',
      'segmentBy[1]',
      'weights.cost',
      'weights.latency',
      'weights.quality',
    ]);
  });

  it('refuses weights that prefer nothing', () => {
    const parsed = bandit({ weights: { quality: 0, cost: 0, latency: 0 } });
    expect(parsed).toMatchObject({ ok: false, faults: [{ file: 'bandit.json', path: 'weights' }] });
  });

  it('refuses precisions and strengths that do not ascend', () => {
    const linear = {
      ...(SHIPPED['linear'] as object),
      slopePrecisions: [8, 80, 80],
      poolingStrengths: [2, 1],
    };
    expect(pathsOf(bandit({ linear }))).toEqual(['linear.poolingStrengths', 'linear.slopePrecisions']);
  });

  it('keeps to one strength of pooling where a file of before has no list of them', () => {
    const { poolingStrengths: _, ...linear } = SHIPPED['linear'] as { poolingStrengths: number[] };
    expect(bandit({ linear })).toMatchObject({ ok: true, value: { linear: { poolingStrengths: [] } } });
  });

  it.each([NaN, Infinity, -Infinity])('refuses %d for a number', (value) => {
    expect(pathsOf(bandit({ referenceLatencyMs: value }))).toEqual(['referenceLatencyMs']);
  });
});

describe('priors.json', () => {
  it('names every fault of shape at once, at its path', () => {
    const parsed = priors({
      default: {
        ...PRIORS,
        quality: { mean: 1, strength: 0 },
        latencyMs: { median: 0, sigma: -1, strength: 4 },
      },
      models: { 'acme/one': { success: { mean: 0 } } },
    });
    expect(pathsOf(parsed)).toEqual([
      'default.latencyMs.median',
      'default.latencyMs.sigma',
      'default.quality.mean',
      'default.quality.strength',
      'models["acme/one"].success.mean',
      'models["acme/one"].success.strength',
    ]);
  });

  it('names every model that models.json does not have, with the nearest one', () => {
    const parsed = priors({ default: PRIORS, models: { 'acme/onne': {}, 'other/x': {}, 'acme/two': {} } });
    expect(pathsOf(parsed)).toEqual(['models["acme/onne"]', 'models["other/x"]']);
    expect(parsed.ok ? '' : JSON.stringify(parsed.faults[0])).toContain('acme/one');
  });

  it('overrides the default metric by metric', () => {
    const parsed = priors({
      default: PRIORS,
      models: { 'acme/two': { quality: { mean: 0.9, strength: 5 } } },
    });
    if (!parsed.ok) throw new Error('refused');
    expect(priorsFor(parsed.value, 'acme/one' as ModelId)).toEqual(PRIORS);
    expect(priorsFor(parsed.value, 'acme/two' as ModelId)).toEqual({
      ...PRIORS,
      quality: { mean: 0.9, strength: 5 },
    });
  });
});

describe('normalizeWeights', () => {
  const weight = fc.double({ min: 0, max: 1e9, noNaN: true });

  it('sums to one and keeps proportions', () => {
    fc.assert(
      fc.property(weight, weight, weight, (quality, cost, latency) => {
        fc.pre(quality + cost + latency > 0);
        const scaled = normalizeWeights({ quality, cost, latency });
        expect(scaled.quality + scaled.cost + scaled.latency).toBeCloseTo(1, 12);
        expect(scaled.quality * cost).toBeCloseTo(scaled.cost * quality, 3);
      }),
    );
  });

  it.each([
    { quality: 0, cost: 0, latency: 0 },
    { quality: -1, cost: 2, latency: 0 },
    { quality: NaN, cost: 1, latency: 1 },
    { quality: Infinity, cost: 1, latency: 1 },
  ])('refuses %j', (weights) => {
    expect(() => normalizeWeights(weights)).toThrow(RangeError);
  });
});
