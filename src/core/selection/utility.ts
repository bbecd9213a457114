import { betaMean, betaOfProduct, betaVariance } from '../bandit/beta-distribution.js';
import { betaMarginal, type Marginal } from '../bandit/marginal.js';
import { normalMarginal } from '../bandit/normal-marginal.js';
import type { BanditSettings, Weights } from '../bandit/settings.js';
import type { BudgetInForce } from '../budget/budget-rule.js';
import type { Candidate } from './candidate.js';

/** What turns beliefs into one number: the same for all candidates of a request. */
export interface UtilityTerms {
  readonly weights: Weights;
  readonly settings: BanditSettings;
  readonly budget?: BudgetInForce;
  /** The budget's dual price. */
  readonly lambda: number;
}

/** What a candidate's cost and latency take off its utility: w_c·min(ĉ/τ, 1) + w_l·min(l/l₀, 1) + λ·ĉ/B. */
export function penalty(candidate: Candidate, { weights, settings, budget, lambda }: UtilityTerms): number {
  const costNanoUsd = candidate.cost?.meanNanoUsd;
  // Unknown is never free: without a price, the cost term is at its worst.
  const cost = costNanoUsd === undefined ? 1 : Math.min(costNanoUsd / settings.referenceCostNanoUsd, 1);
  const latency = Math.min(candidate.latencyMs / settings.referenceLatencyMs, 1);
  const paced =
    budget === undefined || costNanoUsd === undefined ? 0 : (lambda * costNanoUsd) / budget.averageNanoUsd;
  return weights.cost * cost + weights.latency * latency + paced;
}

/** Mean utility: w_q·E[s]·E[q] − penalty. */
export function expectedUtility(candidate: Candidate, terms: UtilityTerms): number {
  const answered = betaMean(candidate.belief.success) * candidate.belief.quality.mean;
  return terms.weights.quality * answered - penalty(candidate, terms);
}

/** Two outcomes' worth of doubt, so that an arm with none has an error too. */
const DOUBT_OUTCOMES = 2;

/** Utility of an arm by all of its outcomes, whatever this request is like: w_q·E[s]·q̄ − penalty, and its error. */
export function overallUtility(
  candidate: Candidate,
  terms: UtilityTerms,
): { readonly utilityMean: number; readonly utilitySd: number } {
  const { success, overallQuality, quality, pulls } = candidate.belief;
  const scale = terms.weights.quality * betaMean(success);
  return {
    utilityMean: scale * overallQuality - penalty(candidate, terms),
    utilitySd: scale * Math.sqrt(quality.noise / (pulls + DOUBT_OUTCOMES)),
  };
}

/** Distribution of w_q·s̃·q̃ − penalty, tabulated at `count` points. */
export function utilityMarginal(candidate: Candidate, terms: UtilityTerms, count: number): Marginal {
  const { success, quality } = candidate.belief;
  const shift = -penalty(candidate, terms);
  const scale = terms.weights.quality;
  if (quality.beta !== undefined)
    return betaMarginal(betaOfProduct(success, quality.beta), scale, shift, count);
  const { mean, sd } = answeredMoments(candidate, terms);
  return normalMarginal(scale * mean + shift, scale * sd);
}

/** Mean and standard deviation of s̃·q̃ for a Gaussian q̃, its deviations scaled as the settings say. */
export function answeredMoments(
  { belief: { success, quality } }: Candidate,
  { settings }: UtilityTerms,
): { mean: number; sd: number } {
  const s = betaMean(success);
  const sVariance = betaVariance(success);
  const { intercept, slopes } = settings.linear.thompsonScale;
  const ofSlopes = quality.slopeVariance ?? 0;
  const qVariance = (quality.variance - ofSlopes) * intercept ** 2 + ofSlopes * slopes ** 2;
  // Var(XY) = E[X]²Var(Y) + E[Y]²Var(X) + Var(X)Var(Y) for independent X and Y.
  const variance = s * s * qVariance + quality.mean * quality.mean * sVariance + sVariance * qVariance;
  return { mean: s * quality.mean, sd: Math.sqrt(variance) };
}
