import { NANO_USD_PER_USD } from '../../core/money.js';
import { alwaysModel, type AlwaysModel, type Estimate } from '../../core/reporting/always-model.js';
import type { RoutedMoments as CoreRouted } from '../../core/rollup/rollup.js';
import type { RoutedMoments, TimeSeries } from '../../gen/sextant/v1/insight.js';

/** What "always this model" would have brought, by the model's outcomes, each weighted by one over its propensity. */
export interface FixedModel {
  readonly model: string;
  /** First attempts that it was chosen for, of those with a propensity. */
  readonly requests: number;
  readonly quality: AlwaysModel;
  /** In US dollars a request. */
  readonly costUsd: AlwaysModel;
}

/** What was saved against one model for everything. */
export interface Saving {
  readonly against: 'most used' | 'best fixed';
  readonly model: string;
  /** In US dollars, over the requests of the span; positive where less was spent. Absent with too few outcomes. */
  readonly costUsd?: Estimate;
  /** Share of what the model would have cost. */
  readonly costShare?: number;
  /** How much better the mean quality was. */
  readonly quality?: Estimate;
  /** Why the figures are plain means of the requests that the model was chosen for, or are not there. */
  readonly objections: readonly string[];
}

const NOTHING: CoreRouted = {
  count: 0,
  sum: 0,
  squares: 0,
  weight: 0,
  weightSquares: 0,
  weightedSum: 0,
  weightedSquares: 0,
  squareWeightedSum: 0,
  squareWeightedSquares: 0,
};

/** Each model of a use case as if it had been the only one. */
export function fixedModels(series: readonly TimeSeries[]): readonly FixedModel[] {
  const sums = series.map(({ model, points }) => ({
    model,
    quality: routedOf(points[0]?.routedQuality),
    cost: routedOf(points[0]?.routedCostNanoUsd),
  }));
  const qualities = totalOf(sums.map(({ quality }) => quality));
  const costs = totalOf(sums.map(({ cost }) => cost));
  return sums.map(({ model, quality, cost }) => ({
    model,
    requests: Math.max(quality.count, cost.count),
    quality: alwaysModel(quality, qualities),
    costUsd: inUsd(alwaysModel(cost, costs)),
  }));
}

/** @param requests of the use case in the span. */
export function savingsOf(fixed: readonly FixedModel[], requests: number): readonly Saving[] {
  const mostUsed = [...fixed].sort((a, b) => b.requests - a.requests)[0];
  const judged = fixed.filter(({ quality }) => quality.mean !== undefined);
  const best = [...judged].sort((a, b) => b.quality.mean!.value - a.quality.mean!.value)[0];
  return [
    ...(mostUsed && mostUsed.requests > 0 ? [savingAgainst('most used', mostUsed, requests)] : []),
    ...(best ? [savingAgainst('best fixed', best, requests)] : []),
  ];
}

function savingAgainst(
  against: Saving['against'],
  { model, quality, costUsd }: FixedModel,
  requests: number,
): Saving {
  const { mean, difference } = costUsd;
  const better = quality.difference;
  return {
    against,
    model,
    ...(mean &&
      difference && { costUsd: scaled(difference, requests), costShare: difference.value / mean.value }),
    ...(better && { quality: { value: -better.value, low: -better.high, high: -better.low } }),
    objections: [costUsd, quality].flatMap(({ objection }) => objection ?? []),
  };
}

const scaled = ({ value, low, high }: Estimate, by: number): Estimate => ({
  value: value * by,
  low: low * by,
  high: high * by,
});

function inUsd({ mean, difference, ...rest }: AlwaysModel): AlwaysModel {
  const usd = (estimate: Estimate): Estimate => scaled(estimate, 1 / NANO_USD_PER_USD);
  return { ...rest, ...(mean && { mean: usd(mean) }), ...(difference && { difference: usd(difference) }) };
}

const routedOf = (wire: RoutedMoments | undefined): CoreRouted =>
  wire === undefined ? NOTHING : { ...wire, count: Number(wire.count) };

function totalOf(all: readonly CoreRouted[]): CoreRouted {
  const names = Object.keys(NOTHING) as (keyof CoreRouted)[];
  const sum = (name: keyof CoreRouted): number => all.reduce((total, one) => total + one[name], 0);
  return Object.fromEntries(names.map((name) => [name, sum(name)])) as unknown as CoreRouted;
}
