/** What a model's outcomes say of it, whatever the request: its utility as a whole, with its standard error. */
export interface Standing {
  /** Outcomes of this model, of any use case. */
  readonly pulls: number;
  readonly utilityMean: number;
  readonly utilitySd: number;
}

/** Standard errors that two models' utilities must be apart, each on its side. */
const WEAK_SD = 2;
/** A newcomer is judged once it has this share of its pulls: before, one bad answer would do. */
const JUDGED_AT_SHARE = 0.25;

/**
 * Newcomers that are worse than the best even at their best: mean + 2 sd below its mean − 2 sd. Their share of
 * exploration ends early; Thompson sampling may still find requests for them.
 */
export function weakNewcomers(candidates: readonly Standing[], newcomerPulls: number): boolean[] {
  const sure = Math.max(...candidates.map(({ utilityMean, utilitySd }) => utilityMean - WEAK_SD * utilitySd));
  return candidates.map(
    ({ pulls, utilityMean, utilitySd }) =>
      pulls >= JUDGED_AT_SHARE * newcomerPulls && utilityMean + WEAK_SD * utilitySd < sure,
  );
}
