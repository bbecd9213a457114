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
  /** Decisions that could have chosen it. */
  readonly supported: number;
  /** AIPW over these: its quality had it answered all of them. */
  readonly mean: number;
  readonly interval: Interval;
  /** Against the reference, over decisions that could have chosen either; absent on the reference. */
  readonly difference?: { readonly value: number; readonly interval: Interval; readonly decisions: number };
}

/** Times that an arm must have been chosen before anything is said of it. */
const LEAST_CHOSEN = 30;

/**
 * Compares arms of traffic that was routed adaptively, by augmented inverse propensities. Predictions and propensities
 * are those of before each decision, so that terms less their conditional means are a martingale.
 *
 * Formula: ψ_t(a) = q̂_t(a) + 1{A_t = a}/p_t(a)·(y_t − q̂_t(a)); a mean is that of ψ(a) over decisions with p(a) > 0, a
 * difference that of ψ(a) − ψ(r) over those with both.
 * Sources: Robins, Rotnitzky & Zhao (JASA 1994); for adaptive data Hadad, Hirshberg, Zhan, Wager & Athey (PNAS 2021).
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
    const own = decisions.flatMap((decision) => term(decision, armId) ?? []);
    const asRouted = meanOf(decisions.filter((d) => d.chosen === armId).map(({ quality }) => quality));
    const mean = meanOf(own);
    const interval = martingaleInterval(own, mean);
    return {
      armId,
      chosen,
      asRouted,
      supported: own.length,
      mean,
      interval,
      ...(armId !== reference && { difference: differenceOf(decisions, armId, reference!) }),
    };
  });
}

function differenceOf(decisions: readonly RoutedDecision[], armId: ArmId, reference: ArmId) {
  const terms = decisions.flatMap((decision) => {
    const [a, r] = [term(decision, armId), term(decision, reference)];
    return a === undefined || r === undefined ? [] : [a - r];
  });
  const value = meanOf(terms);
  return { value, interval: martingaleInterval(terms, value), decisions: terms.length };
}

/** ψ of one decision; nothing where the arm could not have been chosen. */
function term({ candidates, chosen, quality }: RoutedDecision, armId: ArmId): number | undefined {
  const candidate = candidates.find((each) => each.armId === armId);
  if (candidate === undefined || candidate.propensity === 0) return undefined;
  const { predicted, propensity } = candidate;
  return chosen === armId ? predicted + (quality - predicted) / propensity : predicted;
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
