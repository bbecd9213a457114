import { LINEAR, LinearSums, type LinearObservation } from './linear-sums.js';
import { LinearPosterior, type LinearPrior, type WeightedSums } from './linear-posterior.js';

/** What a cached posterior was made under; another one is made where it no longer holds. */
interface CacheKey {
  prior: LinearPrior;
  /** Weight of an observation at the landmark, as of the time that the cache was made for. */
  readonly factor: number;
  /** Σw of the lenders when it was made, before it was scaled to what they lend: that stays at n₀. */
  readonly weight: number;
  /** What they lent, which changes with n₀. */
  readonly lent: number;
  /** Revision of the learning state when the parts' weight was last looked at. */
  revision: number;
}

/**
 * One arm's regression in one use case: the sums, which are the truth, and a posterior made of them. The posterior
 * follows new observations and a new mean of slopes one by one, and is made anew when decay or the other use cases have
 * moved by 2 %.
 */
export class LinearArm {
  private cached: { key: CacheKey; posterior: LinearPosterior } | undefined;

  constructor(readonly sums: LinearSums) {}

  static empty(size: number): LinearArm {
    return new LinearArm(new LinearSums(size));
  }

  observe(observation: LinearObservation): void {
    this.sums.add(observation);
    if (this.cached === undefined) return;
    const { x, y, weight } = observation;
    this.cached.posterior.observe(x, y, weight * this.cached.key.factor);
  }

  /** The sums were changed as a whole: scaled, or restored. */
  forget(): void {
    this.cached = undefined;
  }

  /**
   * The posterior under a prior, at a time.
   * @param factor weight that the sums have then.
   * @param siblings the same arm's sums in other use cases, and the factor by which they count; asked for rarely.
   * @param revision of the learning state: siblings are looked at again after some changes of it.
   * @param hasKin whether siblings learn in the same use case, so that they grow as fast as this arm.
   */
  posterior(
    prior: LinearPrior,
    {
      factor,
      revision,
      siblings,
      hasKin = false,
    }: { factor: number; revision: number; siblings: () => readonly WeightedSums[]; hasKin?: boolean },
  ): LinearPosterior {
    const { cached } = this;
    const holds =
      cached !== undefined && samePrior(cached.key.prior, prior) && near(cached.key.factor, factor);
    if (holds && cached.key.prior.slopeMean !== prior.slopeMean) {
      cached.posterior.moveSlopeMean(cached.key.prior, prior);
      cached.key.prior = prior;
    }
    if (holds && revision - cached.key.revision < lookedAtEvery(cached.key.weight * factor, hasKin))
      return cached.posterior;
    const lenders = siblings();
    const weight = lenders.reduce((sum, { sums }) => sum + sums.scalars[LINEAR.w]!, 0);
    const lent = lenders.reduce((sum, part) => sum + part.factor * part.sums.scalars[LINEAR.w]!, 0);
    if (holds && near(cached.key.weight, weight) && near(cached.key.lent, lent)) {
      cached.key.revision = revision;
      return cached.posterior;
    }
    const posterior = new LinearPosterior(prior, this.sums.size, [{ sums: this.sums, factor }, ...lenders]);
    this.cached = { key: { prior, factor, weight, lent, revision }, posterior };
    return posterior;
  }
}

/** Outcomes of any arm between two looks at what other use cases lend. */
const SIBLINGS_LOOKED_AT_EVERY = 256;
/** Kin are looked at when they may have grown by this share. */
const KIN_GROWTH = 0.1;

const lookedAtEvery = (weight: number, hasKin: boolean): number =>
  hasKin ? Math.min(Math.max(KIN_GROWTH * weight, 1), SIBLINGS_LOOKED_AT_EVERY) : SIBLINGS_LOOKED_AT_EVERY;

const DRIFT_TOLERATED = 0.02;
const near = (a: number, b: number): boolean => Math.abs(a - b) <= DRIFT_TOLERATED * Math.max(a, b);

/** Apart from the slopes' mean, which a posterior can follow. */
const samePrior = (a: LinearPrior, b: LinearPrior): boolean =>
  a.interceptMean === b.interceptMean &&
  a.interceptPrecision === b.interceptPrecision &&
  a.slopePrecision === b.slopePrecision;
