import { atSecond } from '../format.js';
import type { Mark } from '../marks.js';
import { Table, type Column } from './table.js';

interface MarkListProps {
  readonly marks: readonly Mark[];
  readonly fileName: string;
  /** Drift before is not known. */
  readonly driftSinceMs: number;
  readonly fromMs: number;
}

/** What the charts above mark, in words. */
export function MarkList({ marks, fileName, driftSinceMs, fromMs }: MarkListProps) {
  return (
    <>
      <Table
        caption="Marked in the charts"
        fileName={fileName}
        columns={COLUMNS}
        rows={marks}
        keyOf={({ number }) => String(number)}
        whenEmpty="No policy took hold in this span, and no model was seen to drift."
      />
      <p class="hint">
        Dashed lines: a policy took hold. Shaded: decisions acted on the drift of a model, with the largest
        shift of its expectation.
        {driftSinceMs > fromMs &&
          ` Drift is remembered since ${atSecond(driftSinceMs)}, when this server started.`}
      </p>
    </>
  );
}

const isoOf = (timeMs: number): string => new Date(timeMs).toISOString();

const COLUMNS: readonly Column<Mark>[] = [
  { title: 'No.', value: ({ number }) => number },
  { title: 'What', value: ({ label }) => label },
  {
    title: 'From',
    value: ({ fromMs, isFromBefore }) => (isFromBefore ? null : isoOf(fromMs)),
    cell: ({ fromMs, isFromBefore }) => `${isFromBefore ? 'before ' : ''}${atSecond(fromMs)}`,
  },
  {
    title: 'Until',
    value: ({ kind, toMs, isLasting }) => (kind === 'policy' || isLasting ? null : isoOf(toMs)),
    cell: ({ kind, toMs, isLasting }) => (kind === 'policy' ? '' : isLasting ? 'now' : atSecond(toMs)),
  },
];
