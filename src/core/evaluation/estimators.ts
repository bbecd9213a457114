import type { WeighedDecision } from './evaluated-decision.js';
import { bernsteinInterval, martingaleInterval, type Interval } from './intervals.js';

export const ESTIMATORS = ['ips', 'snips', 'dr', 'switch-dr'] as const;
/** Inverse propensities; the same self-normalised; doubly robust; and doubly robust up to a largest weight. */
export type Estimator = (typeof ESTIMATORS)[number];

/** A value of the policy under evaluation, per decision. */
export interface Estimate {
  readonly estimator: Estimator;
  readonly value: number;
  /** 95 %, by the martingale central limit theorem. */
  readonly asymptotic: Interval;
  /** 95 % at any sample size, for rewards in [0, 1]; absent where the estimator is no mean of independent terms. */
  readonly bernstein?: Interval;
}

/** Weights above this are not corrected for by switch-DR: the prediction stands. */
export const SWITCH_WEIGHT = 10;

/** A decision whose reward is known. */
export type RewardedDecision = WeighedDecision & { readonly reward: number };

/**
 * Values by four estimators, over decisions whose reward is known, in time order.
 *
 * Predictions and target probabilities must come from what was known before each decision. Then the terms differ from
 * their conditional means by a martingale, also on the log of a policy that learned, and the estimand is the mean of
 * these conditional means.
 *
 * Formulas, with w = π(a)/p(a): IPS Σwr/n; SNIPS Σwr/Σw; DR Σ(Σ_k π_k·q̂_k + w(r − q̂_a))/n; switch-DR the same without
 * the correction where w > τ.
 * Sources: Horvitz & Thompson (1952); Swaminathan & Joachims (NIPS 2015); Dudík, Langford & Li (ICML 2011); Wang,
 * Agarwal & Dudík (ICML 2017).
 *
 * @param isUnit whether rewards are in [0, 1]; else, as for costs, only the asymptotic intervals hold.
 * @throws RangeError where there is no decision.
 */
export function estimateValue(decisions: readonly RewardedDecision[], isUnit = true): Estimate[] {
  if (decisions.length === 0) throw new RangeError('no decision has a reward');
  const weights = decisions.map(({ weight }) => weight);
  const largest = largestWeight(decisions);
  const weighted = decisions.map(({ reward }, t) => weights[t]! * reward);
  const corrected = (most: number): number[] =>
    decisions.map((decision) =>
      decision.weight <= most ? correctedValue(decision) : decision.predictedValue,
    );
  const switched = Math.min(largest, SWITCH_WEIGHT);
  const range = (low: number, high: number): Interval | undefined => (isUnit ? { low, high } : undefined);
  return [
    meanOfTerms('ips', weighted, range(0, largest)),
    selfNormalized(weights, weighted),
    meanOfTerms('dr', corrected(Infinity), range(-largest, 1 + largest)),
    meanOfTerms('switch-dr', corrected(SWITCH_WEIGHT), range(-switched, 1 + switched)),
  ];
}

/** How much more the policy under evaluation is worth than what the log's own earned: doubly robust, pairwise. */
export function estimateLift(decisions: readonly RewardedDecision[]): {
  value: number;
  asymptotic: Interval;
} {
  const terms = decisions.map((decision) => correctedValue(decision) - decision.reward);
  const value = meanOf(terms);
  return { value, asymptotic: martingaleInterval(terms, value) };
}

/** One term of DR, which is AIPW where the policy under evaluation is one arm: Σ_k π_k·q̂_k + w(r − q̂_a). */
export const correctedValue = ({
  weight,
  predictedValue,
  predictedChosen,
  reward,
}: Pick<RewardedDecision, 'weight' | 'predictedValue' | 'predictedChosen' | 'reward'>): number =>
  predictedValue + weight * (reward - predictedChosen);

function meanOfTerms(estimator: Estimator, terms: readonly number[], range: Interval | undefined): Estimate {
  const value = meanOf(terms);
  return {
    estimator,
    value,
    asymptotic: martingaleInterval(terms, value),
    ...(range && { bernstein: withinUnit(bernsteinInterval(terms, range)) }),
  };
}

/** No mean of rewards in [0, 1] lies outside, whatever single terms do. */
const withinUnit = ({ low, high }: Interval): Interval => ({
  low: Math.max(0, low),
  high: Math.min(1, high),
});

/** The ratio's error is that of its linearisation, w(r − V)/w̄ (delta method). */
function selfNormalized(weights: readonly number[], weighted: readonly number[]): Estimate {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const value = total > 0 ? weighted.reduce((sum, each) => sum + each, 0) / total : NaN;
  const meanWeight = total / weights.length;
  const terms = weights.map((weight, t) => value + (weighted[t]! - weight * value) / meanWeight);
  return { estimator: 'snips', value, asymptotic: martingaleInterval(terms, value) };
}

/** The largest weight that any draw of a log could have had. */
export const largestWeight = (decisions: readonly WeighedDecision[]): number =>
  decisions.reduce((largest, decision) => Math.max(largest, decision.largestWeight), 0);

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
