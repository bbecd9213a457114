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

function pathsOf(change: { weights?: object; thresholds?: object }): string[] {
  const value = {
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
      value: { weights: shipped.weights, thresholds: shipped.thresholds },
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

  it('refuses weights that are all zero', () => {
    const weights = Object.fromEntries(COMPLEXITY_DIMENSIONS.map((dimension) => [dimension, 0]));
    expect(pathsOf({ weights })).toEqual([`${FILE} weights`]);
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
