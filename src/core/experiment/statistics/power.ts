import { normalCdf } from '../../bandit/normal-marginal.js';
import { normalQuantile } from '../../bandit/normal-quantile.js';
import { alwaysValidMultiplier, mixtureRhoSquared } from './confidence-sequence.js';

/** What a comparison of two arms can see. */
export interface PowerTerms {
  /** Standard deviation of one unit's contribution to the mean. */
  readonly unitSd: number;
  readonly unitsOfControl: number;
  readonly unitsOfArm: number;
  readonly alpha: number;
  /** Chance to see a difference that is there, in (0, 1). */
  readonly power: number;
}

const standardErrorOf = ({ unitSd, unitsOfControl, unitsOfArm }: Omit<PowerTerms, 'alpha' | 'power'>) =>
  unitSd * Math.sqrt(1 / unitsOfControl + 1 / unitsOfArm);

/**
 * The least difference that one look at a fixed time sees with the given power.
 *
 * Formula: (z_{1−α/2} + z_power)·σ·√(1/n_A + 1/n_B).
 * Source: Lachin, Controlled Clinical Trials 2 (1981) 93–113, eq. 1, in σ of the units.
 */
export const fixedDetectable = (terms: PowerTerms): number =>
  (normalQuantile(1 - terms.alpha / 2) + normalQuantile(terms.power)) * standardErrorOf(terms);

/**
 * The least difference that the always-valid interval, tuned to this number of units, leaves zero out of by then with
 * at least the given power. Looks before then can only add to it.
 */
export const alwaysValidDetectable = (terms: PowerTerms): number =>
  (alwaysValidMultiplier(1, mixtureRhoSquared(1, terms.alpha), terms.alpha) + normalQuantile(terms.power)) *
  standardErrorOf(terms);

/** Power of one look at a fixed time, two-sided: Φ(δ/se − z) + Φ(−δ/se − z). */
export function fixedPower(terms: Omit<PowerTerms, 'power'>, difference: number): number {
  const z = normalQuantile(1 - terms.alpha / 2);
  const shift = difference / standardErrorOf(terms);
  return normalCdf(shift - z) + normalCdf(-shift - z);
}

/** What an experiment of two arms is planned with. */
export interface PlanTerms extends Omit<PowerTerms, 'unitsOfControl' | 'unitsOfArm'> {
  /** Shares of the units that come; both above 0. */
  readonly controlShare: number;
  readonly armShare: number;
  /** Units that come a day and that the experiment is about. */
  readonly unitsPerDay: number;
}

/** Days until a difference is seen, by the kind of interval. */
export interface Duration {
  readonly fixedDays: number;
  readonly alwaysValidDays: number;
}

/** Time to a minimum detectable effect: both least differences go with 1/√units. */
export function daysToDetect(terms: PlanTerms, difference: number): Duration {
  const { controlShare, armShare, unitsPerDay } = terms;
  const aDay = {
    ...terms,
    unitsOfControl: controlShare * unitsPerDay,
    unitsOfArm: armShare * unitsPerDay,
  };
  return {
    fixedDays: (fixedDetectable(aDay) / difference) ** 2,
    alwaysValidDays: (alwaysValidDetectable(aDay) / difference) ** 2,
  };
}
