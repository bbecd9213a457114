import type { Checked, Fault, SchemaCheck } from '../fault.js';
import { COMPLEXITY_DIMENSIONS } from '../profile.js';
import type { ComplexitySettings, LogisticForm } from './settings.js';

/**
 * Checks `rules/complexity.json` whole: every fault at once, or the settings.
 * @param value the parsed JSON.
 * @param file the name that faults carry.
 * @param check the schema's check; what it lets through is read as the schema says.
 */
export function parseComplexitySettings(
  value: unknown,
  file: string,
  check: SchemaCheck,
): Checked<ComplexitySettings> {
  const shape = check(value, file);
  if (shape.length > 0) return { ok: false, faults: shape };
  const { weights, logistic, thresholds } = value as ComplexitySettings;
  const faults = [
    ...weightFaults({ weights, ...(logistic && { logistic }) }, file),
    ...(logistic === undefined ? [] : logisticFaults(logistic, file)),
    ...thresholdFaults(thresholds, file),
  ];
  if (faults.length > 0) return { ok: false, faults };
  return {
    ok: true,
    value: {
      weights: { ...weights },
      ...(logistic && { logistic: { ...logistic } }),
      thresholds: { ...thresholds },
    },
  };
}

function logisticFaults({ intercept, words = [] }: LogisticForm, file: string): Fault[] {
  const faults: Fault[] = [];
  const finite = (path: string, number: number): void => {
    if (!Number.isFinite(number)) faults.push({ file, path, reason: `${number} is not a finite number` });
  };
  finite('logistic.intercept', intercept);
  words.forEach((weight, i) => finite(`logistic.words[${i}]`, weight));
  return faults;
}

function weightFaults(
  { weights, logistic }: Pick<ComplexitySettings, 'weights' | 'logistic'>,
  file: string,
): Fault[] {
  const faults: Fault[] = [];
  let sum = 0;
  for (const dimension of COMPLEXITY_DIMENSIONS) {
    const weight = weights[dimension];
    if (Number.isFinite(weight) && weight >= 0) sum += weight;
    else faults.push({ file, path: `weights.${dimension}`, reason: `${weight} is not a finite number ≥ 0` });
  }
  const weighsWords = logistic?.words?.some((weight) => weight !== 0) === true;
  if (faults.length === 0 && !((sum > 0 || weighsWords) && Number.isFinite(sum))) {
    const reason =
      sum === 0 ? 'are all zero: every request would score the same' : 'add up to more than a number holds';
    faults.push({ file, path: 'weights', reason });
  }
  return faults;
}

function thresholdFaults({ medium, high }: ComplexitySettings['thresholds'], file: string): Fault[] {
  const faults: Fault[] = [];
  for (const [name, threshold] of Object.entries({ medium, high })) {
    if (threshold > 0 && threshold < 1) continue;
    faults.push({
      file,
      path: `thresholds.${name}`,
      reason: `${threshold} is not between 0 and 1, both excluded`,
    });
  }
  if (faults.length === 0 && medium >= high) {
    faults.push({
      file,
      path: 'thresholds.high',
      reason: `${high} is not greater than thresholds.medium, ${medium}`,
    });
  }
  return faults;
}
