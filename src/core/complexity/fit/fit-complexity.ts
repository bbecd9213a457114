import { COMPLEXITY_DIMENSIONS, type DimensionScores } from '../../profile.js';
import type { ComplexitySettings } from '../settings.js';
import { calibrationOf, interceptFor, sigmoid, type Calibration } from './calibration.js';
import { designOf, linearScore, withoutWords } from './design.js';
import type { FitExample } from './example.js';
import { concordances, foldsOf, heldOutScores, type Folds } from './folds.js';
import { fitLogistic, type Design, type Penalties } from './logistic.js';
import { selectDimensions, type SelectionStep } from './select-dimensions.js';
import { thresholdsFor } from './thresholds.js';

/** A fit, and how well it tells what it did not see. */
export interface ComplexityFit {
  readonly settings: ComplexitySettings;
  readonly byFamily: boolean;
  readonly steps: readonly SelectionStep[];
  /** Penalty chosen for hashed words; absent without them. */
  readonly wordPenalty?: number;
  readonly folds: readonly { name: string; examples: number; concordance: number | undefined }[];
  /** Mean over the folds; 0.5 is chance. */
  readonly concordance: number;
  /** By what the held-out scores were multiplied to be calibrated. */
  readonly slope: number;
  /** Of held-out probabilities. */
  readonly calibration: Calibration;
}

/** Why nothing was fitted, in words for the one who asked. */
export type FitResult =
  { readonly ok: true; readonly fit: ComplexityFit } | { readonly ok: false; readonly reason: string };

/** Fewer tell no dimension from chance. */
const EXAMPLES_LEAST = 200;
/** Of either outcome, in examples. */
const OUTCOMES_LEAST = 30;
const DENSE_PENALTY = 30;
const WORD_PENALTIES = [1, 3, 10, 30] as const;
const DIGITS = 4;

/**
 * Fits a logistic composite: dimensions are chosen by what they tell of families that were left out, hashed words are
 * added where the examples have them, and the whole is calibrated on held-out scores.
 */
export function fitComplexity(examples: readonly FitExample[]): FitResult {
  const thin = thinness(examples);
  if (thin !== undefined) return { ok: false, reason: thin };
  const design = designOf(examples);
  const folds = foldsOf(examples);
  const { columns, steps } = selectDimensions(withoutWords(design), folds, penaltiesWith(0));
  if (columns.length === 0 && design.buckets === 0) {
    const reason = 'no dimension tells outcomes apart beyond chance on what it was not fitted to';
    return { ok: false, reason };
  }
  const { penalties, held } = choosePenalties(design, folds, columns);
  const slope = calibrationSlope(design, held);
  if (!(slope > 0)) {
    return { ok: false, reason: 'what was fitted does not hold for what it was not fitted to' };
  }
  const fitted = fitLogistic(design, { rows: everyRow(design), columns, penalties });
  const scores = Float64Array.from({ length: design.rows }, (_, row) => linearScore(design, row, fitted));
  const mean = design.targets.reduce((sum, y) => sum + y, 0) / design.rows;
  const intercept = interceptFor(
    scores.map((score) => slope * score),
    mean,
  );
  const composites = scores.map((score) => sigmoid(intercept + slope * score));
  const thresholds = thresholdsFor({
    composites,
    excess: excessOf(design),
    weights: familyWeights(examples),
  });
  if (thresholds === undefined || thresholds.medium >= thresholds.high) {
    return { ok: false, reason: 'the composites are too much alike to be cut into three levels' };
  }
  const heldScores = held.map((score) => slope * score);
  const heldIntercept = interceptFor(heldScores, mean);
  const reached = concordances(design, folds, held);
  const known = reached.filter((value) => value !== undefined);
  return {
    ok: true,
    fit: {
      settings: settingsOf({ fitted, slope, intercept, thresholds }),
      byFamily: folds.byFamily,
      steps,
      ...(design.buckets > 0 && { wordPenalty: penalties.buckets }),
      folds: folds.folds.map(({ name, held: rows }, i) => ({
        name,
        examples: rows.length,
        concordance: reached[i],
      })),
      concordance: known.reduce((sum, value) => sum + value, 0) / known.length,
      slope,
      calibration: calibrationOf(
        heldScores.map((score) => sigmoid(heldIntercept + score)),
        design.targets,
      ),
    },
  };
}

function thinness(examples: readonly FitExample[]): string | undefined {
  if (examples.length < EXAMPLES_LEAST) {
    return `${examples.length} examples are too few: at least ${EXAMPLES_LEAST} are needed`;
  }
  const positives = examples.reduce((sum, { target }) => sum + target, 0);
  const fewest = Math.min(positives, examples.length - positives);
  if (fewest >= OUTCOMES_LEAST) return undefined;
  const side = positives < examples.length / 2 ? 'a stronger model was needed' : 'none was needed';
  return `in only ${fewest.toFixed(0)} of ${examples.length} examples ${side}: at least ${OUTCOMES_LEAST} are needed`;
}

const penaltiesWith = (buckets: number): Penalties => ({ dense: DENSE_PENALTY, buckets });

const everyRow = ({ rows }: Design): Int32Array => Int32Array.from({ length: rows }, (_, row) => row);

/** The penalty of words with the highest concordance on what was left out; ties go to the smaller. */
function choosePenalties(
  design: Design,
  folds: Folds,
  columns: readonly number[],
): { penalties: Penalties; held: Float64Array } {
  const tried = (design.buckets > 0 ? WORD_PENALTIES : [0]).map((buckets) => {
    const penalties = penaltiesWith(buckets);
    const held = heldOutScores(design, folds, { columns, penalties });
    const reached = concordances(design, folds, held).filter((value) => value !== undefined);
    return { penalties, held, reached: reached.reduce((sum, value) => sum + value, 0) / reached.length };
  });
  return tried.reduce((best, next) => (next.reached > best.reached ? next : best));
}

/** By what held-out scores have to be multiplied: Platt scaling, within sources. */
function calibrationSlope(design: Design, held: Float64Array): number {
  const scores: Design = { ...withoutWords(design), columns: 1, dense: held };
  const { coefficients } = fitLogistic(scores, {
    rows: everyRow(design),
    columns: [0],
    penalties: { dense: 0, buckets: 0 },
  });
  return coefficients[0]!;
}

/** Each target less the mean of its source. */
function excessOf({ targets, groups, groupCount }: Design): Float64Array {
  const sums = new Float64Array(groupCount);
  const counts = new Float64Array(groupCount);
  targets.forEach((y, row) => {
    sums[groups[row]!]! += y;
    counts[groups[row]!]! += 1;
  });
  return targets.map((y, row) => y - sums[groups[row]!]! / counts[groups[row]!]!);
}

/** Each family counts alike, so that the largest does not set the levels of all. */
function familyWeights(examples: readonly FitExample[]): Float64Array {
  const counts = new Map<string, number>();
  for (const { family } of examples) counts.set(family, (counts.get(family) ?? 0) + 1);
  return Float64Array.from(examples, ({ family }) => 1 / counts.get(family)!);
}

const rounded = (value: number): number => Number(value.toPrecision(DIGITS));

function settingsOf({
  fitted: { coefficients, buckets },
  slope,
  intercept,
  thresholds: { medium, high },
}: {
  fitted: { coefficients: Float64Array; buckets: Float64Array };
  slope: number;
  intercept: number;
  thresholds: { medium: number; high: number };
}): ComplexitySettings {
  const weights = Object.fromEntries(
    COMPLEXITY_DIMENSIONS.map((name, c) => [name, rounded(slope * coefficients[c]!)]),
  ) as unknown as DimensionScores;
  return {
    weights,
    logistic: {
      intercept: rounded(intercept),
      ...(buckets.length > 0 && { words: Array.from(buckets, (value) => rounded(slope * value)) }),
    },
    thresholds: { medium: rounded(medium), high: rounded(high) },
  };
}
