import type { Outcome } from '../outcome/outcome.js';
import { LogSketch } from './log-sketch.js';

const MOMENTS = ['count', 'sum', 'squares'] as const;
/**
 * Sums over first attempts whose choice had a propensity p, with w = 1/p: of 1, x, x²; of w, w²; of wx, wx²; of w²x,
 * w²x². A mean of x under "always this model", and its variance beside that of what was done, follow from them.
 */
const ROUTED = [
  ...MOMENTS,
  'weight',
  'weightSquares',
  'weightedSum',
  'weightedSquares',
  'squareWeightedSum',
  'squareWeightedSquares',
] as const;

/** Names of the sums, in the order that they are stored in: new ones go to the end. */
const COLUMN_NAMES = [
  'decisions',
  'estimatedDecisions',
  'calls',
  'requests',
  'successes',
  'inputTokens',
  'outputTokens',
  ...MOMENTS.map((name) => `quality.${name}` as const),
  ...MOMENTS.map((name) => `cost.${name}` as const),
  ...MOMENTS.map((name) => `latency.${name}` as const),
  ...ROUTED.map((name) => `routedQuality.${name}` as const),
  ...ROUTED.map((name) => `routedCost.${name}` as const),
] as const;
type ColumnName = (typeof COLUMN_NAMES)[number];

export const ROLLUP_COLUMNS = COLUMN_NAMES.length;
const COLUMN = Object.fromEntries(COLUMN_NAMES.map((name, i) => [name, i])) as Readonly<
  Record<ColumnName, number>
>;

/** Count, sum and sum of squares. */
export type Moments = Readonly<Record<(typeof MOMENTS)[number], number>>;
export type RoutedMoments = Readonly<Record<(typeof ROUTED)[number], number>>;

const Q16_ONE = 65_536;

/**
 * Sums over what happened to one model in one use case in one span of time. All of them add up, so that spans, models
 * and use cases can be put together in any order.
 *
 * Costs are in nano-USD, latencies in milliseconds.
 */
export class Rollup {
  constructor(
    readonly sums: Float64Array = new Float64Array(ROLLUP_COLUMNS),
    readonly latency: LogSketch = new LogSketch(),
  ) {}

  /** @param samplingProbability chance that a decision of its time was logged, in (0, 1]. */
  addDecision(samplingProbability: number): void {
    this.add('decisions', 1);
    this.add('estimatedDecisions', 1 / samplingProbability);
  }

  addOutcome({ attempt, execution, quality, propensityQ16 }: Outcome): void {
    const propensity = attempt === 0 ? propensityQ16 / Q16_ONE : 0;
    if (execution !== undefined) {
      const { status, costNanoUsd, latencyMs, inputTokens, outputTokens } = execution;
      this.add('calls', 1);
      if (attempt === 0) this.add('requests', 1);
      if (status === 'success') this.add('successes', 1);
      this.add('inputTokens', inputTokens ?? 0);
      this.add('outputTokens', outputTokens ?? 0);
      if (costNanoUsd !== undefined) {
        this.addMoments(COLUMN['cost.count'], costNanoUsd);
        if (propensity > 0) this.addRouted(COLUMN['routedCost.count'], costNanoUsd, propensity);
      }
      if (latencyMs !== undefined) {
        this.addMoments(COLUMN['latency.count'], latencyMs);
        this.latency.add(latencyMs);
      }
    }
    if (quality !== undefined) {
      this.addMoments(COLUMN['quality.count'], quality.value);
      if (propensity > 0) this.addRouted(COLUMN['routedQuality.count'], quality.value, propensity);
    }
  }

  merge({ sums, latency }: Rollup): void {
    for (let i = 0; i < sums.length; i++) this.sums[i]! += sums[i]!;
    if (latency.indexes.length > 0) this.latency.merge(latency);
  }

  get(column: 'decisions' | 'estimatedDecisions' | 'calls' | 'requests' | 'successes'): number;
  get(column: 'inputTokens' | 'outputTokens'): number;
  get(column: ColumnName): number {
    return this.sums[COLUMN[column]]!;
  }

  moments(of: 'quality' | 'cost' | 'latency'): Moments {
    const { sums } = this;
    const from = COLUMN[`${of}.count`];
    return { count: sums[from]!, sum: sums[from + 1]!, squares: sums[from + 2]! };
  }

  routed(of: 'quality' | 'cost'): RoutedMoments {
    const { sums } = this;
    const from = COLUMN[of === 'quality' ? 'routedQuality.count' : 'routedCost.count'];
    return {
      count: sums[from]!,
      sum: sums[from + 1]!,
      squares: sums[from + 2]!,
      weight: sums[from + 3]!,
      weightSquares: sums[from + 4]!,
      weightedSum: sums[from + 5]!,
      weightedSquares: sums[from + 6]!,
      squareWeightedSum: sums[from + 7]!,
      squareWeightedSquares: sums[from + 8]!,
    };
  }

  private add(column: ColumnName, amount: number): void {
    this.sums[COLUMN[column]]! += amount;
  }

  private addMoments(from: number, x: number): void {
    const { sums } = this;
    sums[from]! += 1;
    sums[from + 1]! += x;
    sums[from + 2]! += x * x;
  }

  private addRouted(from: number, x: number, propensity: number): void {
    const { sums } = this;
    const w = 1 / propensity;
    this.addMoments(from, x);
    [w, w * w, w * x, w * x * x, w * w * x, w * w * x * x].forEach(
      (value, i) => (sums[from + 3 + i]! += value),
    );
  }
}
