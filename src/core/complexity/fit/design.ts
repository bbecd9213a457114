import { COMPLEXITY_DIMENSIONS } from '../../profile.js';
import type { FitExample } from './example.js';
import type { Design, SparseRow } from './logistic.js';

/** Examples as rows, sources as groups, dimensions as columns. */
export function designOf(examples: readonly FitExample[]): Design {
  const sources = new Map<string, number>();
  const groups = Int32Array.from(examples, ({ source }) => {
    const known = sources.get(source) ?? sources.size;
    sources.set(source, known);
    return known;
  });
  const columns = COMPLEXITY_DIMENSIONS.length;
  const dense = new Float64Array(examples.length * columns);
  examples.forEach(({ dimensions }, row) => {
    COMPLEXITY_DIMENSIONS.forEach((name, c) => (dense[row * columns + c] = dimensions[name]));
  });
  const buckets = examples[0]?.words?.length ?? 0;
  return {
    rows: examples.length,
    targets: Float64Array.from(examples, ({ target }) => target),
    groups,
    groupCount: sources.size,
    columns,
    dense,
    buckets,
    ...(buckets > 0 && { bags: examples.map(({ words }) => sparse(words!)) }),
  };
}

function sparse(words: Float64Array): SparseRow {
  const at: number[] = [];
  words.forEach((value, bucket) => {
    if (value !== 0) at.push(bucket);
  });
  return { at: Int32Array.from(at), values: Float64Array.from(at, (bucket) => words[bucket]!) };
}

/** The same rows without their words. */
export function withoutWords({ bags: _, ...design }: Design): Design {
  return { ...design, buckets: 0 };
}

/** Σ coefficient·feature of a row, without the intercept of its group. */
export function linearScore(
  { dense, columns, bags }: Design,
  row: number,
  { coefficients, buckets }: { readonly coefficients: Float64Array; readonly buckets: Float64Array },
): number {
  let sum = 0;
  for (let c = 0; c < columns; c++) sum += coefficients[c]! * dense[row * columns + c]!;
  const bag = buckets.length > 0 ? bags?.[row] : undefined;
  bag?.at.forEach((bucket, k) => (sum += buckets[bucket]! * bag.values[k]!));
  return sum;
}
