import type { UseCase } from '../ids.js';
import {
  fallbackOf,
  fitModel,
  lengthCells,
  type FitOptions,
  type FittedPrior,
  type PriorPlace,
} from './fit-priors.js';
import { groupedBy, type FittedMetric, type LengthMetric, type PriorCell } from './prior-cells.js';
import { lengthLoss } from './prior-length.js';
import { rateLoss } from './prior-rate.js';
import type { CellSums } from './prior-spread.js';

/** How well a cell's outcomes are foretold by priors that have not seen them; losses in nats, of all its outcomes. */
export interface LeftOutCell extends PriorPlace {
  readonly useCase: UseCase;
  readonly metric: FittedMetric;
  readonly outcomes: number;
  /** Under the prior fitted without the cell; absent where the model has no other. */
  readonly fittedLoss?: number;
  readonly defaultLoss: number;
}

/**
 * Fits the priors of each cell's model again without the cell, looks them up as a request of that cell would, and
 * compares the predictive log loss of the cell's outcomes with that under the default prior. A cell of lengths is a
 * use case with all its levels.
 *
 * Source: leave-one-group-out cross-validation; Gelman et al., Bayesian Data Analysis, 3rd ed., §7.2.
 */
export function leaveOneOut(cells: readonly PriorCell[], options: FitOptions): readonly LeftOutCell[] {
  const models = [...groupedBy(cells, ({ model }) => model).values()];
  return options.metrics.flatMap((metric) =>
    models.flatMap((own) =>
      metric === 'quality' ? leaveQualities(own, options) : leaveLengths(own, metric, options),
    ),
  );
}

function leaveQualities(cells: readonly PriorCell[], options: FitOptions): LeftOutCell[] {
  const filled = cells.filter(({ sums }) => sums.quality.count > 0);
  return filled.map((cell) => {
    const others = filled.filter((other) => other !== cell);
    const fitted = mostSpecific(fitModel(others, { ...options, metrics: ['quality'] }, cell.useCase), cell);
    const { model, useCase, level, sums } = cell;
    return {
      model,
      useCase,
      ...(level !== undefined && { level }),
      metric: 'quality',
      outcomes: sums.quality.count,
      ...(fitted && { fittedLoss: lossOf(fitted, sums.quality) }),
      defaultLoss: rateLoss(options.fallback.quality, sums.quality),
    };
  });
}

function leaveLengths(cells: readonly PriorCell[], metric: LengthMetric, options: FitOptions): LeftOutCell[] {
  return lengthCells(cells, metric).map(({ useCase, sums }) => {
    const others = cells.filter((other) => other.useCase !== useCase);
    const [fitted] = fitModel(others, { ...options, metrics: [metric] });
    return {
      model: cells[0]!.model,
      useCase,
      metric,
      outcomes: sums.count,
      ...(fitted && { fittedLoss: lossOf(fitted, sums) }),
      defaultLoss: lengthLoss(fallbackOf(options.fallback, metric), sums),
    };
  });
}

const lossOf = (fitted: FittedPrior, sums: CellSums): number =>
  fitted.metric === 'quality' ? rateLoss(fitted.prior, sums) : lengthLoss(fitted.prior, sums);

/** Use case and level, then use case, then level, then model: see `modelPriors`. */
function mostSpecific(fitted: readonly FittedPrior[], cell: PriorCell): FittedPrior | undefined {
  const rank = ({ useCase, level }: PriorPlace): number =>
    (useCase === undefined ? 0 : 2) + (level === undefined ? 0 : 1);
  return fitted
    .filter(
      ({ useCase, level }) =>
        (useCase === undefined || useCase === cell.useCase) && (level === undefined || level === cell.level),
    )
    .sort((a, b) => rank(b) - rank(a))[0];
}
