import { pointMarginal, type Marginal } from './marginal.js';

/** Standard deviations around the mean that a table covers: what is left out is below 1e-6. */
const TABLE_SPAN_SD = 5;
/** Utilities closer than this are one value. */
const LEAST_SD = 1e-10;

/** Cells of the table that all normals share. */
const TABLE_CELLS = 512;

/** A normal utility. Without variance, a narrow interval around its mean. */
export function normalMarginal(mean: number, sd: number): Marginal {
  if (!(sd > LEAST_SD)) return pointMarginal(mean);
  return { low: mean - TABLE_SPAN_SD * sd, high: mean + TABLE_SPAN_SD * sd, cdf: standardNormalTable() };
}

let table: Float64Array | undefined;

/** Φ at evenly spaced points of the span: one table for all normals. */
function standardNormalTable(): Float64Array {
  if (table === undefined) {
    table = Float64Array.from({ length: TABLE_CELLS + 1 }, (_, i) =>
      normalCdf(TABLE_SPAN_SD * ((2 * i) / TABLE_CELLS - 1)),
    );
    table[0] = 0;
    table[TABLE_CELLS] = 1;
  }
  return table;
}

/**
 * Φ(x) to 1e-15: a Taylor series near zero, a continued fraction in the tails (Abramowitz & Stegun 26.2.11, 26.2.14).
 */
export function normalCdf(x: number): number {
  if (Math.abs(x) < SERIES_UP_TO) {
    let term = x;
    let sum = x;
    for (let k = 1; Math.abs(term) > 1e-17; k++) {
      term *= (x * x) / (2 * k + 1);
      sum += term;
    }
    return 0.5 + sum * density(x);
  }
  const z = Math.abs(x);
  let fraction = z;
  for (let k = FRACTION_TERMS; k >= 1; k--) fraction = z + k / fraction;
  const tail = density(z) / fraction;
  return x > 0 ? 1 - tail : tail;
}

const SERIES_UP_TO = 3;
const FRACTION_TERMS = 60;
const density = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
