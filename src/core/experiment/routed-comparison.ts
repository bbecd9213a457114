import { correctedValue } from '../evaluation/estimators.js';
import { martingaleInterval, type Interval } from '../evaluation/intervals.js';
import type { ArmId } from '../registry/model.js';

/** A logged decision whose quality is known. */
export interface RoutedDecision {
  readonly candidates: readonly {
    readonly armId: ArmId;
    /** In [0, 1], as it was drawn from. */
    readonly propensity: number;
    /** Quality expected before the decision, in [0, 1]. */
    readonly predicted: number;
  }[];
  readonly chosen: ArmId;
  readonly quality: number;
}

/** One model, or prompt variant on it, in traffic that a policy routed. */
export interface RoutedArm {
  readonly armId: ArmId;
  /** Times it was chosen. */
  readonly chosen: number;
  /** Mean quality of these, as routed: what it is worth depends on what was sent to it. */
  readonly asRouted: number;
  /** Decisions that chose it with a probability of 1/50 at least: what `mean` is about. */
  readonly supported: number;
  /** AIPW over these: its quality had it answered all of them; NaN where too few of them chose it. */
  readonly mean: number;
  readonly interval: Interval;
  /** Against the reference, over decisions that could well have chosen either; absent on it, and where these are too few. */
  readonly difference?: { readonly value: number; readonly interval: Interval; readonly decisions: number };
}

/** Times that an arm must have been chosen before anything is said of it. */
const LEAST_CHOSEN = 30;
/**
 * Decisions that chose an arm more seldom are no evidence about it: one answer would stand for more than fifty. Known
 * before the draw, so that leaving them out keeps the rest unbiased for what is left.
 */
export const LEAST_PROPENSITY = 0.02;

/**
 * Compares arms of traffic that was routed adaptively, by augmented inverse propensities. Predictions and propensities
 * are those of before each decision, so that terms less their conditional means are a martingale.
 *
 * Formula: ψ_t(a) = q̂_t(a) + 1{A_t = a}/p_t(a)·(y_t − q̂_t(a)); a mean is that of ψ(a) over decisions with
 * p(a) ≥ 1/50, a difference that of ψ(a) − ψ(r) over those with both.
 * Sources: Robins, Rotnitzky & Zhao (JASA 1994); for adaptive data Hadad, Hirshberg, Zhan, Wager & Athey (PNAS 2021); for
 * leaving out thin overlap Crump, Hotz, Imbens & Mitnik (Biometrika 2009).
 *
 * @param decisions with a quality, in time order: one that is missing is left out, never zero.
 * @returns by times chosen, the reference (most chosen) first; arms below 30 left out.
 */
export function compareRouted(decisions: readonly RoutedDecision[]): RoutedArm[] {
  const counts = new Map<ArmId, number>();
  for (const { chosen } of decisions) counts.set(chosen, (counts.get(chosen) ?? 0) + 1);
  const arms = [...counts]
    .filter(([, count]) => count >= LEAST_CHOSEN)
    .sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const reference = arms[0]?.[0];
  return arms.map(([armId, chosen]) => {
    const supported = decisions.filter((decision) => term(decision, armId) !== undefined);
    const isThin = supported.filter((decision) => decision.chosen === armId).length < LEAST_CHOSEN;
    const own = isThin ? [] : supported.map((decision) => term(decision, armId)!);
    const difference = armId === reference ? undefined : differenceOf(decisions, armId, reference!);
    const asRouted = meanOf(decisions.filter((d) => d.chosen === armId).map(({ quality }) => quality));
    const mean = meanOf(own);
    const interval = martingaleInterval(own, mean);
    return {
      armId,
      chosen,
      asRouted,
      supported: supported.length,
      mean,
      interval,
      ...(difference && { difference }),
    };
  });
}

function differenceOf(decisions: readonly RoutedDecision[], armId: ArmId, reference: ArmId) {
  const common = decisions.filter(
    (decision) => term(decision, armId) !== undefined && term(decision, reference) !== undefined,
  );
  const fewest = Math.min(
    ...[armId, reference].map((id) => common.filter(({ chosen }) => chosen === id).length),
  );
  if (fewest < LEAST_CHOSEN) return undefined;
  const terms = common.map((decision) => term(decision, armId)! - term(decision, reference)!);
  const value = meanOf(terms);
  return { value, interval: martingaleInterval(terms, value), decisions: terms.length };
}

/** ψ of one decision; nothing where the arm could hardly have been chosen. */
function term({ candidates, chosen, quality }: RoutedDecision, armId: ArmId): number | undefined {
  const candidate = candidates.find((each) => each.armId === armId);
  if (candidate === undefined || candidate.propensity < LEAST_PROPENSITY) return undefined;
  const { predicted, propensity } = candidate;
  const weight = chosen === armId ? 1 / propensity : 0;
  return correctedValue({ weight, predictedValue: predicted, predictedChosen: predicted, reward: quality });
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
