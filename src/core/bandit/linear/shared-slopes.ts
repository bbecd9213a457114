import type { ArmId } from '../../registry/model.js';
import type { SlopeSettings } from '../settings.js';
import { centredSums, type CentredSums } from './centred-sums.js';
import { factorize, solveLower, solveUpper } from './cholesky.js';
import { LINEAR, type LinearSums } from './linear-sums.js';
import { noiseVariance, type KnownNoise } from './noise-variance.js';
import { fillLower, slopeEvidence } from './slope-evidence.js';

/** The prior of every arm's slopes: N(mean, σ²/precision). */
export interface SlopePrior {
  /** One number per coordinate of the context; the intercept's is zero. */
  readonly mean: Float64Array;
  readonly precision: number;
}

/** What shared slopes are made of: one metric's sums of every arm of a tenant. */
export interface SlopeLenders {
  readonly settings: SlopeSettings;
  /** Weight that sums at the landmark have now. */
  readonly factor: number;
  /** Outcomes taught so far, of any arm; counts up. */
  readonly taught: number;
  readonly noise: KnownNoise;
  readonly arms: () => ReadonlyMap<ArmId, readonly LinearSums[]>;
}

/** Fewer outcomes than this say nothing of slopes. */
const LEAST_WEIGHT = 10;
/** An arm with one outcome has no slope once its level is taken out. */
const LEAST_ARM_WEIGHT = 2;
/** Made anew when outcomes have grown by this share of their weight, or decay has moved by as much. */
const RENEWED_AT = 0.1;
/** An arm's evidence is computed again when its weight has grown by this share. */
const EVIDENCE_RENEWED_AT = 0.3;
/** Each evidence factorises a matrix per precision: more of them at once would hold up a decision. */
const EVIDENCES_AT_ONCE_MOST = 8;

interface Evidence {
  readonly weight: number;
  readonly values: Float64Array;
}

/**
 * Slopes that all arms of a tenant share, and how far an arm's own may stray from them. What makes a prompt hard makes
 * it hard for most models, so an arm with few outcomes borrows the shape from the others and keeps its own level.
 *
 * - mean: β̄ = (Λ + Σ a_k·S_k)⁻¹ Σ a_k·b_k over the arms' centred sums, a_k = min(1, M/n_k): no arm lends more than M
 *   outcomes, so that the busiest one does not set it alone.
 * - precision: the one of a few with the highest evidence, summed over arms; where contexts say nothing it is the
 *   highest, and slopes vanish.
 *
 * A cache of the sums, like an arm's posterior: given the mean and the precision, arms are independent.
 *
 * Source: empirical Bayes for hierarchical linear models, Gelman et al., Bayesian Data Analysis, §5.5 and §15.3.
 */
export class SharedSlopes {
  private prior: SlopePrior;
  private made: { settings: SlopeSettings; factor: number; taught: number; weight: number } | undefined;
  private looked = -1;
  private readonly evidence = new Map<ArmId, Evidence>();

  /** @param size coordinates of a context, the intercept among them. */
  constructor(private readonly size: number) {
    this.prior = { mean: new Float64Array(size), precision: 1 };
  }

  /** The prior as of now; the same object while little has changed. */
  read(lenders: SlopeLenders): SlopePrior {
    if (this.isDue(lenders)) this.renew(lenders);
    return this.prior;
  }

  /** The sums were changed as a whole. */
  forget(): void {
    this.made = undefined;
    this.looked = -1;
    this.evidence.clear();
  }

  private isDue({ settings, factor, taught }: SlopeLenders): boolean {
    const { made } = this;
    if (made?.settings !== settings) return true;
    // Too few outcomes last time, and none since.
    if (made.weight < LEAST_WEIGHT) return taught !== this.looked;
    return (
      taught - made.taught >= RENEWED_AT * made.weight ||
      Math.abs(factor - made.factor) > RENEWED_AT * made.factor
    );
  }

  private renew({ settings, factor, taught, noise, arms }: SlopeLenders): void {
    if (this.made?.settings !== settings) {
      this.prior = { mean: new Float64Array(this.size), precision: settings.slopePrecision };
      this.evidence.clear();
    }
    this.looked = taught;
    let weight = 0;
    let squares = 0;
    const lenders = new Map<ArmId, CentredSums>();
    for (const [armId, parts] of arms()) {
      for (const { scalars } of parts) {
        weight += factor * scalars[LINEAR.w]!;
        squares += factor * scalars[LINEAR.rr]!;
      }
      const centred = centredSums(parts, factor);
      if (centred.weight >= LEAST_ARM_WEIGHT) lenders.set(armId, centred);
    }
    this.made = { settings, factor, taught, weight };
    if (weight < LEAST_WEIGHT) return;
    const mean = sharedMean([...lenders.values()], this.size, settings);
    const precision = this.likeliestPrecision(lenders, mean, {
      settings,
      noiseVariance: noiseVariance({ rr: squares, w: weight }, noise),
    });
    this.prior = { mean, precision };
  }

  private likeliestPrecision(
    arms: ReadonlyMap<ArmId, CentredSums>,
    mean: Float64Array,
    { settings, noiseVariance }: { settings: SlopeSettings; noiseVariance: number },
  ): number {
    const { slopePrecision, slopePrecisions: precisions } = settings;
    if (precisions.length === 0) return slopePrecision;
    const slopeMean = mean.subarray(1);
    // The most outgrown first: where there are too many, the others have their turn next time.
    const outgrown = [...arms]
      .map(([armId, sums]) => ({ armId, sums, growth: this.growthOf(armId, sums) }))
      .filter(({ growth }) => growth > EVIDENCE_RENEWED_AT)
      .sort((a, b) => b.growth - a.growth);
    for (const { armId, sums } of outgrown.slice(0, EVIDENCES_AT_ONCE_MOST)) {
      const values = slopeEvidence(sums, slopeMean, { precisions, noiseVariance });
      this.evidence.set(armId, { weight: sums.weight, values });
    }
    const total = precisions.map((_, g) => {
      let sum = 0;
      for (const armId of arms.keys()) sum += this.evidence.get(armId)?.values[g] ?? 0;
      return sum;
    });
    return precisions[total.indexOf(Math.max(...total))]!;
  }

  /** By what share an arm's weight has changed since its evidence was computed. */
  private growthOf(armId: ArmId, { weight }: CentredSums): number {
    const known = this.evidence.get(armId);
    return known === undefined ? Infinity : Math.max(weight / known.weight, known.weight / weight) - 1;
  }
}

/** β̄ with a zero for the intercept. */
function sharedMean(
  arms: readonly CentredSums[],
  size: number,
  { sharedSlopeOutcomes, slopePrecision }: SlopeSettings,
): Float64Array {
  const mean = new Float64Array(size);
  if (sharedSlopeOutcomes === 0 || arms.length === 0) return mean;
  const slopes = size - 1;
  const xx = new Float64Array((slopes * (slopes + 1)) / 2);
  const right = mean.subarray(1);
  for (const arm of arms) {
    const lent = Math.min(1, sharedSlopeOutcomes / arm.weight);
    for (let i = 0; i < xx.length; i++) xx[i]! += lent * arm.xx[i]!;
    for (let i = 0; i < slopes; i++) right[i]! += lent * arm.xy[i]!;
  }
  const matrix = new Float64Array(slopes * slopes);
  fillLower(matrix, { slopes, xx });
  for (let i = 0; i < slopes; i++) matrix[i * slopes + i]! += slopePrecision;
  factorize(matrix, slopes);
  solveLower(matrix, slopes, right);
  solveUpper(matrix, slopes, right);
  return mean;
}
