import { table } from './demo/table.js';
import { percentText } from './plain-output.js';

/** A share of requests that goes from one arm to another. */
interface MoveRow {
  readonly from: string;
  readonly to: string;
  readonly share: number;
}

export const movesTable = (title: string, moves: readonly MoveRow[]): string =>
  table(
    [title, 'of requests'],
    moves.map(({ from, to, share }) => [`${from} → ${to}`, percentText(share)]),
  );

/** @param losses cause, requests that lost by it, candidates lost over all of them. */
export const lossesTable = (losses: readonly (readonly [string, number, number])[]): string =>
  table(
    ['takes candidates away', 'requests', 'models each'],
    losses.map(([cause, requests, arms]) => [cause, String(requests), (arms / requests).toFixed(1)]),
  );

/** One request that is answered otherwise. */
interface Shift {
  /** Where most such requests went, and would go; absent for a refusal. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly changedShare: number;
  readonly causes: readonly string[];
}

/** `acme/a → acme/b, 99.1 % elsewhere (rule r)`. */
export function shiftText({ before = 'refused', after = 'refused', changedShare, causes }: Shift): string {
  const isRefusal = before === 'refused' || after === 'refused';
  const where = before === after ? before : `${before} → ${after}`;
  const why = causes.length === 0 ? '' : ` (${causes.join(', ')})`;
  return `${where}${isRefusal ? '' : `, ${percentText(changedShare)} elsewhere`}${why}`;
}
