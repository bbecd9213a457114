import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { levelOf } from '../../../src/core/complexity/level.js';
import { parseComplexitySettings } from '../../../src/core/complexity/parse-settings.js';
import type { ComplexitySettings } from '../../../src/core/complexity/settings.js';
import type { SchemaCheck } from '../../../src/core/fault.js';
import { COMPLEXITY_DIMENSIONS } from '../../../src/core/profile.js';

const FILE = 'complexity.json';
const accept: SchemaCheck = () => [];
const shipped = JSON.parse(readFileSync('rules/complexity.json', 'utf8')) as ComplexitySettings;

function pathsOf(change: { weights?: object; logistic?: object; thresholds?: object }): string[] {
  const value = {
    ...(change.logistic && { logistic: change.logistic }),
    weights: { ...shipped.weights, ...change.weights },
    thresholds: { ...shipped.thresholds, ...change.thresholds },
  };
  const checked = parseComplexitySettings(value, FILE, accept);
  return checked.ok ? [] : checked.faults.map(({ file, path }) => `${file} ${path}`);
}

describe('parseComplexitySettings', () => {
  it('reads the shipped file', () => {
    const checked = parseComplexitySettings(shipped, FILE, accept);
    expect(checked).toEqual({
      ok: true,
      value: { weights: shipped.weights, logistic: shipped.logistic, thresholds: shipped.thresholds },
    });
  });

  it('passes on what the schema finds', () => {
    const faults = [{ file: FILE, path: 'weights', reason: 'is required' }];
    expect(parseComplexitySettings({}, FILE, () => faults)).toEqual({ ok: false, faults });
  });

  it('names every negative or infinite weight', () => {
    const weights = { code: -1, length: Number.NaN };
    expect(pathsOf({ weights })).toEqual([`${FILE} weights.length`, `${FILE} weights.code`]);
  });

  const noWeights = Object.fromEntries(COMPLEXITY_DIMENSIONS.map((dimension) => [dimension, 0]));

  it('refuses weights that are all zero, also where they are logistic', () => {
    expect(pathsOf({ weights: noWeights })).toEqual([`${FILE} weights`]);
    expect(pathsOf({ weights: noWeights, logistic: { intercept: 0, words: [0] } })).toEqual([
      `${FILE} weights`,
    ]);
  });

  it('takes words alone', () => {
    expect(pathsOf({ weights: noWeights, logistic: { intercept: 0, words: [0, -1.5] } })).toEqual([]);
  });

  it('names an intercept and words that are no numbers', () => {
    expect(pathsOf({ logistic: { intercept: Infinity, words: [0, Number.NaN] } })).toEqual([
      `${FILE} logistic.intercept`,
      `${FILE} logistic.words[1]`,
    ]);
  });

  it('reads a file without logistic as a weighted mean', () => {
    const { weights, thresholds } = shipped;
    expect(parseComplexitySettings({ weights, thresholds }, FILE, accept)).toEqual({
      ok: true,
      value: { weights, thresholds },
    });
  });

  it('refuses thresholds outside (0, 1) and thresholds that do not ascend', () => {
    expect(pathsOf({ thresholds: { medium: 0, high: 1 } })).toEqual([
      `${FILE} thresholds.medium`,
      `${FILE} thresholds.high`,
    ]);
    expect(pathsOf({ thresholds: { medium: 0.5, high: 0.5 } })).toEqual([`${FILE} thresholds.high`]);
  });

  it('names weights and thresholds together', () => {
    expect(pathsOf({ weights: { code: -1 }, thresholds: { high: 2 } })).toHaveLength(2);
  });
});

describe('levelOf', () => {
  it('takes a composite on a threshold for the higher level', () => {
    const settings = { thresholds: { medium: 0.2, high: 0.6 } };
    expect([0, 0.2, 0.59, 0.6, 1].map((composite) => levelOf(composite, settings))).toEqual([
      'low',
      'medium',
      'medium',
      'high',
      'high',
    ]);
  });
});
