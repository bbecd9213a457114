import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Measured } from './measured.js';
import { saveTable, Table, type TableProps } from './table.js';

interface PictureProps<Row> extends Omit<TableProps<Row>, 'children'> {
  /** In pixels. */
  readonly widthMost: number;
  /** Whether there is anything to draw; else it is a table alone. */
  readonly canDraw?: boolean;
  /** How to read it. */
  readonly hint?: ComponentChildren;
  /** Whether it is drawn on a canvas, which takes the scale itself. */
  readonly isCanvas?: boolean;
  /** Draws it in a width. */
  readonly children: (width: number, scale: number) => ComponentChildren;
}

/** Rows as a picture or, by a button, as a table; as CSV from both. */
export function Picture<Row>({
  widthMost,
  canDraw = true,
  isCanvas = false,
  hint,
  children,
  ...table
}: PictureProps<Row>) {
  const [isTable, setTable] = useState(false);
  const { caption } = table;
  const toggle = (
    <button type="button" class="quiet" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
      Table<span class="unseen"> of {caption}</span>
    </button>
  );
  if (isTable || !canDraw) return <Table {...table}>{canDraw && toggle}</Table>;
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{caption}</h2>
        {toggle}
        <button type="button" class="quiet" onClick={() => saveTable(table)}>
          CSV<span class="unseen"> of {caption}</span>
        </button>
      </div>
      <Measured most={widthMost} isCanvas={isCanvas}>
        {children}
      </Measured>
      {hint !== undefined && <p class="hint">{hint}</p>}
    </section>
  );
}
