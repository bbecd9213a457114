import type { UseCase } from '../ids.js';
import type { ComplexityLevel } from '../profile.js';
import type { ModelId } from '../registry/model.js';
import { groupedBy, type FittedMetric, type LengthMetric, type PriorCell } from './prior-cells.js';
import { CALL_PRIORS } from './call-beliefs.js';
import { fitLength } from './prior-length.js';
import { fitRate, posteriorRate } from './prior-rate.js';
import { pooled, type CellSums } from './prior-spread.js';
import type { ArmPriors, LogNormalPrior, RatePrior } from './priors.js';

/** A place in `rules/priors.json`, and so much of a request as it asks for. */
export interface PriorPlace {
  readonly model: ModelId;
  readonly useCase?: UseCase;
  readonly level?: ComplexityLevel;
}

export type FittedValue =
  | { readonly metric: 'quality'; readonly prior: RatePrior }
  | { readonly metric: LengthMetric; readonly prior: LogNormalPrior };

/** One fitted prior, as the file will have it. */
export type FittedPrior = PriorPlace & FittedValue & { readonly outcomes: number };

export interface FitOptions {
  readonly metrics: readonly FittedMetric[];
  /** Most outcomes that a prior is worth, so that as many of the other kind outvote it. */
  readonly maxStrength: number;
  /** What is believed of a model without outcomes. */
  readonly fallback: ArmPriors;
}

/** Fits every model by itself: priors of the model, of its levels, of its use cases and of its cells. */
export function fitPriors(cells: readonly PriorCell[], options: FitOptions): readonly FittedPrior[] {
  return [...groupedBy(cells, ({ model }) => model).values()].flatMap((own) => fitModel(own, options));
}

/** Fits one model. @param cells of that model alone. @param only the one use case to fit, beside model and levels. */
export function fitModel(
  cells: readonly PriorCell[],
  options: FitOptions,
  only?: UseCase,
): readonly FittedPrior[] {
  return options.metrics.flatMap((metric) =>
    metric === 'quality' ? fitQuality(cells, options, only) : [...fitLengths(cells, metric, options)],
  );
}

/**
 * Qualities by empirical Bayes: the model's prior from the spread of all its cells; a level's, and that of a use
 * case with levels, from its own cells under what the model's other cells say; and a cell's from its outcomes under
 * what its level elsewhere and its use case's other levels say. A scope never falls back on its own outcomes, which
 * would count twice. A use case with levels gets a prior for every level that the model was seen at, since otherwise
 * its own would hide the level's.
 */
function fitQuality(
  cells: readonly PriorCell[],
  { fallback, maxStrength }: FitOptions,
  only: UseCase | undefined,
): FittedPrior[] {
  const filled = cells.filter(({ sums }) => sums.quality.count > 0);
  const [first] = filled;
  if (first === undefined) return [];
  const entry = (
    place: Omit<PriorPlace, 'model'>,
    group: readonly PriorCell[],
    prior: RatePrior,
  ): FittedPrior => ({
    model: first.model,
    ...place,
    metric: 'quality',
    outcomes: pooled(qualities(group)).count,
    prior: writtenRate(prior, maxStrength),
  });
  const entries = [entry({}, filled, fitRate(qualities(filled), fallback.quality))];
  const levels = levelPriors(filled, fallback.quality);
  for (const [level, prior] of levels) entries.push(entry({ level }, atLevel(filled, level), prior));
  for (const [useCase, group] of groupedBy(filled, (cell) => cell.useCase)) {
    if (only !== undefined && useCase !== only) continue;
    entries.push(entry({ useCase }, group, useCasePrior(group, filled, fallback.quality)));
    if (group.every(({ level }) => level === undefined)) continue;
    for (const level of levels.keys()) {
      const own = atLevel(group, level);
      const expected = expectedAt(level, {
        group,
        elsewhere: without(filled, own),
        fallback: fallback.quality,
      });
      entries.push(entry({ useCase, level }, own, posteriorRate(expected, pooled(qualities(own)))));
    }
  }
  return entries;
}

/**
 * What a scope falls back on: the mean of the model's other cells, since its own outcomes would count twice, and the
 * spread of all, as only with its own it shows how far scopes lie apart.
 */
function besideScope(own: readonly PriorCell[], all: readonly PriorCell[], fallback: RatePrior): RatePrior {
  const { mean } = fitRate(qualities(without(all, own)), fallback);
  return { mean, strength: fitRate(qualities(all), fallback).strength };
}

/** Of a use case with levels from their spread; of one without, its posterior. */
function useCasePrior(
  group: readonly PriorCell[],
  all: readonly PriorCell[],
  fallback: RatePrior,
): RatePrior {
  const beside = besideScope(group, all, fallback);
  const [only] = group.length === 1 && group[0]!.level === undefined ? group : [];
  return only === undefined ? fitRate(qualities(group), beside) : posteriorRate(beside, only.sums.quality);
}

function levelPriors(cells: readonly PriorCell[], fallback: RatePrior): Map<ComplexityLevel, RatePrior> {
  const priors = new Map<ComplexityLevel, RatePrior>();
  for (const [level, group] of groupedBy(cells, (cell) => cell.level))
    if (level !== undefined)
      priors.set(level, fitRate(qualities(group), besideScope(group, cells, fallback)));
  return priors;
}

const atLevel = (cells: readonly PriorCell[], level: ComplexityLevel): PriorCell[] =>
  cells.filter((cell) => cell.level === level);

function without(cells: readonly PriorCell[], left: readonly PriorCell[]): PriorCell[] {
  const out = new Set(left);
  return cells.filter((cell) => !out.has(cell));
}

const qualities = (group: readonly PriorCell[]): CellSums[] => group.map(({ sums }) => sums.quality);

/** An expectation this near to certainty would be a matter of the sum of two effects alone. */
const LEAST_EXPECTED = 0.01;

/** What a cell's expectation comes from. */
interface Surroundings {
  /** The use case. */
  readonly group: readonly PriorCell[];
  /** All cells of the model but the one. */
  readonly elsewhere: readonly PriorCell[];
  readonly fallback: RatePrior;
}

/**
 * A level's prior, moved by how far the use case's other levels lie from theirs: m = m_l + Σ(x − n·m_l′)/(s_l + Σn),
 * one step of a two-way model without interaction. Strength s_l shrinks the move: where use cases are alike at a
 * level it is large. Source: Gelman et al., Bayesian Data Analysis, 3rd ed., §15.6.
 */
function expectedAt(level: ComplexityLevel, { group, elsewhere, fallback }: Surroundings): RatePrior {
  const levels = levelPriors(elsewhere, fallback);
  const { mean, strength } = levels.get(level) ?? fitRate(qualities(elsewhere), fallback);
  let excess = 0;
  let outcomes = 0;
  for (const { level: other, sums } of group) {
    if (other === undefined || other === level) continue;
    excess += sums.quality.sum - sums.quality.count * levels.get(other)!.mean;
    outcomes += sums.quality.count;
  }
  const moved = mean + excess / (strength + outcomes);
  return { mean: Math.min(Math.max(moved, LEAST_EXPECTED), 1 - LEAST_EXPECTED), strength };
}

/** Lengths per model, from the spread of its use cases. */
function* fitLengths(
  cells: readonly PriorCell[],
  metric: LengthMetric,
  { fallback, maxStrength }: FitOptions,
): Generator<FittedPrior> {
  const useCases = lengthCells(cells, metric);
  const outcomes = pooled(useCases.map(({ sums }) => sums)).count;
  if (outcomes === 0) return;
  const prior = fitLength(
    useCases.map(({ sums }) => sums),
    fallbackOf(fallback, metric),
  );
  yield { model: cells[0]!.model, metric, outcomes, prior: writtenLength(prior, maxStrength) };
}

/** What is believed without outcomes, where the file states it or not. */
export function fallbackOf(fallback: ArmPriors, metric: LengthMetric): LogNormalPrior {
  if (metric === 'outputTokens' || metric === 'latencyMs') return fallback[metric];
  return fallback[metric] ?? CALL_PRIORS[metric];
}

/** A model's use cases with their levels taken together. */
export function lengthCells(
  cells: readonly PriorCell[],
  metric: LengthMetric,
): readonly { readonly useCase: UseCase; readonly sums: CellSums }[] {
  return [...groupedBy(cells, ({ useCase }) => useCase)]
    .map(([useCase, group]) => ({ useCase, sums: pooled(group.map(({ sums }) => sums[metric])) }))
    .filter(({ sums }) => sums.count > 0);
}

/** Digits that a person reads; a mean of 0 or 1 would be certain of what nobody can be. */
const LEAST_MEAN = 0.0001;
const DECIMALS_OF_MEAN = 4;
const DIGITS = 3;
/** What the file takes. */
const LEAST_MEDIAN = 0.001;

const digits = (value: number): number => Number(value.toPrecision(DIGITS));
/** Rounded down to the cap where rounding would pass it. */
const strengthOf = (strength: number, max: number): number => Math.min(digits(Math.min(strength, max)), max);

function writtenRate({ mean, strength }: RatePrior, max: number): RatePrior {
  const rounded = Number(mean.toFixed(DECIMALS_OF_MEAN));
  return {
    mean: Math.min(Math.max(rounded, LEAST_MEAN), 1 - LEAST_MEAN),
    strength: strengthOf(strength, max),
  };
}

const writtenLength = ({ median, sigma, strength }: LogNormalPrior, max: number): LogNormalPrior => ({
  median: Math.max(digits(median), LEAST_MEDIAN),
  sigma: digits(sigma),
  strength: strengthOf(strength, max),
});
