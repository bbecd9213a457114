import type { FittedPrior, PriorPlace } from '../core/bandit/fit-priors.js';
import type { LeftOutCell } from '../core/bandit/fit-priors-leave-one-out.js';
import type { FittedMetric } from '../core/bandit/prior-cells.js';

/** Less is neither help nor harm. */
const LEAST_GAIN_NATS = 0.05;

/** A table of what was fitted: for each metric its places, outcomes, centre and strength. */
export function fittedText(fitted: readonly FittedPrior[], kept: ReadonlySet<FittedPrior>): string {
  const rows = fitted.map((entry) => [
    entry.metric,
    ...cellOf(entry),
    String(entry.outcomes),
    String(entry.metric === 'quality' ? entry.prior.mean : entry.prior.median),
    entry.metric === 'quality' ? '' : String(entry.prior.sigma),
    String(entry.prior.strength),
    kept.has(entry) ? 'the file has its own' : '',
  ]);
  const head = ['metric', 'model', 'use case', 'level', 'n', 'mean/median', 'sigma', 'strength', ''];
  return table([head, ...rows]);
}

/** The leave-one-out report: loss per outcome, and what the fitted prior gains over the default on all of them. */
export function leaveOneOutText(cells: readonly LeftOutCell[]): string {
  const rows = cells.map((cell) => {
    const gain = gainOf(cell);
    return [
      cell.metric,
      ...cellOf(cell),
      String(cell.outcomes),
      cell.fittedLoss === undefined ? '–' : (cell.fittedLoss / cell.outcomes).toFixed(4),
      (cell.defaultLoss / cell.outcomes).toFixed(4),
      gain === undefined ? '–' : gain.toFixed(2),
      verdictOf(gain),
    ];
  });
  const head = ['metric', 'model', 'use case', 'level', 'n', 'loss fitted', 'loss default', 'gain', ''];
  const metrics = [...new Set(cells.map(({ metric }) => metric))];
  return table([head, ...rows]) + metrics.map((metric) => summaryOf(metric, cells)).join('');
}

function summaryOf(metric: FittedMetric, all: readonly LeftOutCell[]): string {
  const gains = all.filter((cell) => cell.metric === metric).map(gainOf);
  const compared = gains.filter((gain) => gain !== undefined);
  const counted = (verdict: string): number => compared.filter((gain) => verdictOf(gain) === verdict).length;
  const total = compared.reduce((sum, gain) => sum + gain, 0);
  return (
    `${metric}: fitted priors help in ${counted('helps')} and hurt in ${counted('hurts')} of ` +
    `${compared.length} cells; ${total.toFixed(2)} nats gained in all\n`
  );
}

const gainOf = ({ fittedLoss, defaultLoss }: LeftOutCell): number | undefined =>
  fittedLoss === undefined ? undefined : defaultLoss - fittedLoss;

function verdictOf(gain: number | undefined): string {
  if (gain === undefined) return 'the only cell';
  if (Math.abs(gain) < LEAST_GAIN_NATS) return 'even';
  return gain > 0 ? 'helps' : 'hurts';
}

const cellOf = ({ model, useCase, level }: PriorPlace): string[] => [model, useCase ?? '*', level ?? '*'];

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => rows.reduce((width, row) => Math.max(width, row[i]!.length), 0));
  return rows
    .map(
      (row) =>
        `${row
          .map((text, i) => text.padEnd(widths[i]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
