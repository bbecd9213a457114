import type { TenantRegressions } from '../../learning/tenant-regressions.js';
import type { RegressionMetric, UseCaseState } from '../../learning/use-case-state.js';
import type { ArmId } from '../../registry/model.js';
import { lendFactor, NO_KIN, type Kin } from '../kin.js';
import type { LengthBelief, MetricBelief } from '../metric-belief.js';
import type { ArmPriors } from '../priors.js';
import type { LinearSettings } from '../settings.js';
import type { LinearArm } from './linear-arm.js';
import type { LinearPrior, WeightedSums } from './linear-posterior.js';
import { LINEAR, type LinearSums } from './linear-sums.js';
import { noiseVariance } from './noise-variance.js';
import type { SlopePrior } from './shared-slopes.js';

/** Where regressions are read: one use case at one time, for one context. */
export interface LinearScope {
  readonly regressions: TenantRegressions;
  /** Of the learning state that they belong to. */
  readonly revision: number;
  readonly useCase: UseCaseState | undefined;
  readonly settings: LinearSettings;
  /** The context's values. */
  readonly x: Float64Array;
  readonly qualityFactor: number;
  readonly tokensFactor: number;
  /** Of quality; see `qualitySlopes`. */
  readonly slopes: SlopePrior;
}

/** The prior of quality's slopes that every arm of a tenant has. */
export function qualitySlopes({
  regressions,
  settings,
  qualityFactor: factor,
}: Pick<LinearScope, 'regressions' | 'settings' | 'qualityFactor'>): SlopePrior {
  return regressions.sharedSlopes.quality.read({
    settings,
    factor,
    taught: regressions.taught.quality,
    noise: { variance: settings.noiseVariance, strength: settings.noiseStrength },
    arms: () => regressions.sumsOf('quality'),
  });
}

/** Outcomes that use cases lend each other. */
function poolingStrength(
  { regressions, settings, qualityFactor: factor }: LinearScope,
  metric: RegressionMetric,
): number {
  if (metric !== 'quality') return settings.poolingStrength;
  return regressions.pooling.read({
    settings,
    factor,
    taught: regressions.taught.quality,
    arms: () => regressions.sumsOf('quality'),
  });
}

/** Quality lies in [0, 1], so its variance is at most a quarter; below the least, draws would never explore. */
const NOISE_VARIANCE_MIN = 0.002;
const NOISE_VARIANCE_MAX = 0.25;
/** The same for the logarithm of an answer's length. */
const LOG_NOISE_VARIANCE_MIN = 0.0025;
const LOG_NOISE_VARIANCE_MAX = 4;
/** ln of a hundred million tokens, which no model gives. */
const LOG_TOKENS_MAX = Math.log(1e8);
/** e^9 and more tokens of a prediction gone astray would only be cut at the output limit. */
const SMEARING_MAX = 5;

/** The sums of an arm: its own, or none. */
function armOf(
  { regressions, useCase }: LinearScope,
  { armId, metric, kin }: Reading,
  prior: LinearPrior,
): LinearArm {
  // What kin lend differs by use case; without them, all use cases that have no outcome of an arm know the same.
  const lentIn = kin.here.length === 0 ? undefined : useCase?.useCase;
  return (
    useCase?.regressions.get(armId)?.[metric] ?? regressions.untaughtArm({ armId, metric, prior, lentIn })
  );
}

interface Prediction {
  readonly mean: number;
  /** Variance in units of the noise. */
  readonly leverage: number;
}

/** θᵀx and xᵀA⁻¹x of an arm under a prior. */
function predict(scope: LinearScope, prior: LinearPrior, reading: Reading): Prediction {
  const { regressions, revision, x } = scope;
  const { armId, factor, kin } = reading;
  const isTaught = (id: ArmId): boolean => regressions.useCasesOf(id).length > 0;
  // An arm that nobody was taught about has only its prior, which needs no matrix.
  if (!isTaught(armId) && !kin.elsewhere.some(isTaught)) return priorPrediction(prior, x);
  const siblings = (): WeightedSums[] => siblingsOf(scope, reading);
  const posterior = armOf(scope, reading, prior).posterior(prior, {
    factor,
    revision,
    siblings,
    hasKin: kin.here.length > 0,
  });
  return { mean: posterior.mean(x), leverage: posterior.leverage(x) };
}

function priorPrediction(prior: LinearPrior, x: Float64Array): Prediction {
  const { interceptMean, interceptPrecision, slopeMean, slopePrecision } = prior;
  const intercept = x[0]!;
  let mean = interceptMean * intercept;
  let slopes = 0;
  for (let i = 1; i < x.length; i++) {
    slopes += x[i]! * x[i]!;
    mean += (slopeMean?.[i] ?? 0) * x[i]!;
  }
  return { mean, leverage: (intercept * intercept) / interceptPrecision + slopes / slopePrecision };
}

interface Reading {
  readonly armId: ArmId;
  readonly metric: RegressionMetric;
  /** Weight that sums at the landmark have now. */
  readonly factor: number;
  readonly kin: Kin;
}

/** What others lend: the model's other arms in this use case, and all of its arms in other use cases. */
function siblingsOf(scope: LinearScope, reading: Reading): WeightedSums[] {
  const { armId, metric, kin } = reading;
  const elsewhere: LinearSums[] = [];
  for (const id of [armId, ...kin.elsewhere]) {
    for (const useCase of scope.regressions.useCasesOf(id)) {
      if (useCase !== scope.useCase) elsewhere.push(useCase.regressions.get(id)![metric].sums);
    }
  }
  return [
    ...lent(kinSums(scope, reading), scope.settings.poolingStrength, reading),
    ...lent(elsewhere, poolingStrength(scope, metric), reading),
  ];
}

/** The sums of the model's other arms in this use case. */
function kinSums({ useCase }: LinearScope, { metric, kin }: Reading): LinearSums[] {
  return kin.here.flatMap((id) => useCase?.regressions.get(id)?.[metric].sums ?? []);
}

/** Sums as they count for another arm: scaled by min(1, n₀ / n_rest), summed and never subtracted. */
function lent(others: readonly LinearSums[], strength: number, { factor }: Reading): WeightedSums[] {
  let rest = 0;
  for (const { scalars } of others) rest += factor * scalars[LINEAR.w]!;
  const lend = lendFactor(strength, rest);
  return others.map((sums) => ({ sums, factor: factor * lend }));
}

/** Scalar sums as of now; see `LINEAR`. */
interface PooledScalars {
  readonly w: number;
  /** Σw·y. */
  readonly y: number;
  readonly yy: number;
  readonly rr: number;
  readonly expY: number;
  readonly absR: number;
}

/** An arm's scalar sums, with what the model's other arms lend. */
function pooledScalars(scope: LinearScope, reading: Reading, own: LinearSums): PooledScalars {
  const { factor, kin } = reading;
  const sum = { w: 0, y: 0, yy: 0, rr: 0, expY: 0, absR: 0 };
  const add = ({ scalars, xy }: LinearSums, counts: number): void => {
    sum.w += counts * scalars[LINEAR.w]!;
    // The first coordinate of every context is one.
    sum.y += counts * xy[0]!;
    sum.yy += counts * scalars[LINEAR.yy]!;
    sum.rr += counts * scalars[LINEAR.rr]!;
    sum.expY += counts * scalars[LINEAR.expY]!;
    sum.absR += counts * scalars[LINEAR.absR]!;
  };
  add(own, factor);
  if (kin.here.length === 0) return sum;
  const { poolingStrength } = scope.settings;
  for (const part of lent(kinSums(scope, reading), poolingStrength, reading)) add(part.sums, part.factor);
  return sum;
}

/**
 * Quality of an arm at the context: θᵀx and σ²·xᵀA⁻¹x. Of the variance, the level's is what an arm of the same number
 * of outcomes would have without a context, σ²/(n + strength); the rest is the slopes'.
 */
export function linearQuality(
  scope: LinearScope,
  { quality }: ArmPriors,
  armId: ArmId,
  kin: Kin = NO_KIN,
): MetricBelief {
  const { settings, slopes, qualityFactor: factor } = scope;
  const { mean: interceptMean, strength: interceptPrecision } = quality;
  const prior = {
    interceptMean,
    interceptPrecision,
    slopeMean: slopes.mean,
    slopePrecision: slopes.precision,
  };
  const reading: Reading = { armId, metric: 'quality', factor, kin };
  const { mean, leverage } = predict(scope, prior, reading);
  const scalars = pooledScalars(scope, reading, armOf(scope, reading, prior).sums);
  const known = { variance: settings.noiseVariance, strength: settings.noiseStrength };
  const noise = clamp(noiseVariance(scalars, known), NOISE_VARIANCE_MIN, NOISE_VARIANCE_MAX);
  const level = Math.min(leverage, 1 / (scalars.w + interceptPrecision));
  return { mean, variance: noise * leverage, slopeVariance: noise * (leverage - level), noise };
}

/** Answer length of an arm at the context: a log-normal around e^θᵀx, and a mean by smearing (Duan, 1983). */
export function linearTokens(
  scope: LinearScope,
  { outputTokens }: ArmPriors,
  armId: ArmId,
  kin: Kin = NO_KIN,
): LengthBelief {
  const { settings, tokensFactor: factor } = scope;
  const { median, sigma, strength } = outputTokens;
  const prior = {
    interceptMean: Math.log(median),
    interceptPrecision: strength,
    slopePrecision: settings.tokenSlopePrecision,
  };
  const reading: Reading = { armId, metric: 'logTokens', factor, kin };
  const predicted = predict(scope, prior, reading);
  const { leverage } = predicted;
  // A regression may run away where no request was seen: no answer is shorter than a token or longer than this.
  const logMean = clamp(predicted.mean, 0, LOG_TOKENS_MAX);
  const { sums } = armOf(scope, reading, prior);
  const scalars = pooledScalars(scope, reading, sums);
  const known = { variance: sigma * sigma, strength };
  // Residuals against tickets hold what was not known when they were written: leverage would count it twice.
  const noise = clamp(noiseVariance(scalars, known), LOG_NOISE_VARIANCE_MIN, LOG_NOISE_VARIANCE_MAX);
  return {
    mean: Math.exp(logMean) * smearingOf(scalars, { noise, pseudo: strength * median }),
    logMean,
    logSd: Math.sqrt(spreadVariance(scalars, known) * (1 + leverage * (strength / (strength + scalars.w)))),
    observations: factor * sums.scalars[LINEAR.w]!,
  };
}

/**
 * Duan's factor, Σ real ÷ Σ predicted median, held to the log-normal's own by some pseudo tokens while there is little
 * to go by. The medians are those of the present fit, as what tickets predicted is of before it was learned: they lie
 * about the mean of y, normally, with what of its variance is more than the noise. A mean of e^r is at least e^0.
 */
function smearingOf(
  { w, y, yy, expY }: PooledScalars,
  { noise, pseudo }: { readonly noise: number; readonly pseudo: number },
): number {
  const mean = w > 0 ? y / w : 0;
  const explained = w > 0 ? Math.max(0, yy / w - mean * mean - noise) : 0;
  const medians = w * Math.exp(mean + explained / 2);
  const smearing = (expY + pseudo * Math.exp(noise / 2)) / (medians + pseudo);
  return clamp(smearing, 1, SMEARING_MAX);
}

/** E|r| of a standard normal is √(2/π). */
const NORMAL_DEVIATION = Math.sqrt(2 / Math.PI);

/**
 * Variance of a normal with the same mean absolute residual. Lengths have heavy tails, to which the mean square gives
 * intervals that are too wide in the middle: for a Laplace residual the 80 % interval of this one is exact, too.
 *
 * Source: Huber & Ronchetti, Robust Statistics, §1.2 (mean absolute deviation).
 */
function spreadVariance(
  { absR, w }: PooledScalars,
  prior: { readonly variance: number; readonly strength: number },
): number {
  const known = prior.strength * Math.sqrt(prior.variance) * NORMAL_DEVIATION;
  const sd = (absR + known) / ((w + prior.strength) * NORMAL_DEVIATION);
  return clamp(sd * sd, LOG_NOISE_VARIANCE_MIN, LOG_NOISE_VARIANCE_MAX);
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
