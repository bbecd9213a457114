/** Sums of the values of one cell: how many, Σx and Σx². */
export interface CellSums {
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
}

export const NO_VALUES: CellSums = { count: 0, sum: 0, squares: 0 };

export const addedTo = ({ count, sum, squares }: CellSums, x: number): CellSums => ({
  count: count + 1,
  sum: sum + x,
  squares: squares + x * x,
});

export function pooled(cells: readonly CellSums[]): CellSums {
  return cells.reduce(
    (total, { count, sum, squares }) => ({
      count: total.count + count,
      sum: total.sum + sum,
      squares: total.squares + squares,
    }),
    NO_VALUES,
  );
}

/** Σ(x − x̄)² of a cell with values. */
export const sumOfSquaredDeviations = ({ count, sum, squares }: CellSums): number =>
  Math.max(squares - (sum * sum) / count, 0);

/** Cells that differ in their means, as moments see them. */
export interface Spread {
  /** Mean of the cells' means, each weighted by how well it is known. */
  readonly mean: number;
  /** σ²: variance of values inside a cell. */
  readonly within: number;
  /** τ²: variance of the cells' true means; 0 where they differ no more than chance would have it. */
  readonly between: number;
}

/** Below four cells the between-cell variance is not estimable to any use: Morris's correction is (k − 3)/(k − 1). */
const LEAST_CELLS = 4;
/** Equal values in every cell have no variance; a weight has to be finite all the same. */
const LEAST_VARIANCE = 1e-12;
const BISECTIONS = 80;

/**
 * Mean, within-cell and between-cell variance of a one-way random-effects model with cells of unequal size.
 *
 * `cells`: sums per cell; empty ones are passed over. Gives `undefined` for fewer than four cells, or where cells
 * have fewer than two values on average, since spread and noise cannot be told apart then.
 *
 * Formula: σ² = Σ SS_c / (N − C); τ² solves Σ w_c (x̄_c − x̄_w)² = C − 1 with w_c = 1 / (τ² + σ²/n_c) and
 * x̄_w = Σ w_c x̄_c / Σ w_c, or is 0 where already the left side at τ² = 0 is smaller. Unlike the classic sums of
 * squares it keeps one large cell from outweighing the rest.
 *
 * Source: Morris, Parametric empirical Bayes inference, JASA 78 (1983); the same equation as in Paule & Mandel,
 * J. Res. NBS 87 (1982). For the model, Gelman et al., Bayesian Data Analysis, 3rd ed., §5.4.
 */
export function spreadOf(cells: readonly CellSums[]): Spread | undefined {
  const filled = cells.filter(({ count }) => count > 0);
  const total = filled.reduce((sum, { count }) => sum + count, 0);
  const freedom = total - filled.length;
  if (filled.length < LEAST_CELLS || freedom < filled.length) return undefined;
  const deviations = filled.reduce((sum, cell) => sum + sumOfSquaredDeviations(cell), 0);
  const within = Math.max(deviations / freedom, LEAST_VARIANCE);
  const means = filled.map(({ count, sum }) => ({ mean: sum / count, variance: within / count }));
  const between = betweenVariance(means);
  return { mean: weightedMean(means, between), within, between };
}

interface CellMean {
  readonly mean: number;
  /** Of the mean, by the noise inside the cell. */
  readonly variance: number;
}

function weightedMean(cells: readonly CellMean[], between: number): number {
  let sum = 0;
  let weights = 0;
  for (const { mean, variance } of cells) {
    sum += mean / (between + variance);
    weights += 1 / (between + variance);
  }
  return sum / weights;
}

function betweenVariance(cells: readonly CellMean[]): number {
  const excess = (between: number): number => {
    const centre = weightedMean(cells, between);
    const terms = cells.map(({ mean, variance }) => (mean - centre) ** 2 / (between + variance));
    return terms.reduce((sum, term) => sum + term, 0) - (cells.length - 1);
  };
  if (excess(0) <= 0) return 0;
  const means = cells.map(({ mean }) => mean);
  let low = 0;
  // No deviation exceeds the range R, and C·R² / 2R² ≤ C − 1.
  let high = 2 * (means.reduce((a, b) => Math.max(a, b)) - means.reduce((a, b) => Math.min(a, b))) ** 2;
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2;
    if (excess(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
