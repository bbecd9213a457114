import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { csvOf, type CsvValue } from '../csv.js';
import { download } from '../download.js';
import { atSecond, DASH, NANO_USD_PER_USD, usdNumber } from '../format.js';

export interface Column<Row> {
  readonly title: string;
  /** What is sorted by, and what stands in the CSV. */
  readonly value: (row: Row) => CsvValue;
  /** What is shown; the value where absent. */
  readonly cell?: (row: Row) => ComponentChildren;
  readonly isNumeric?: boolean;
  /** Whether it stands in the CSV alone. */
  readonly isHidden?: boolean;
  /** What the figure is, in a sentence. */
  readonly help?: string;
}

/** A column of numbers; where there is none, a dash, and nothing in the CSV. @param unit of the CSV, in those of `of`. */
export const numbers = <Row,>(
  title: string,
  of: (row: Row) => number | null | undefined,
  text: (value: number) => string,
  { unit = 1, help }: { readonly unit?: number; readonly help?: string } = {},
): Column<Row> => ({
  title,
  isNumeric: true,
  ...(help !== undefined && { help }),
  value: (row) => {
    const value = of(row);
    return typeof value === 'number' ? value / unit : null;
  },
  cell: (row) => {
    const value = of(row);
    return typeof value === 'number' ? text(value) : DASH;
  },
});

/** The same of nano-USD, which are USD in the CSV. */
export const costs = <Row,>(
  title: string,
  of: (row: Row) => number | null | undefined,
  help?: string,
): Column<Row> =>
  numbers(title, of, usdNumber, { unit: NANO_USD_PER_USD, ...(help !== undefined && { help }) });

/** A column of times, in milliseconds since 1970. */
export const times = <Row,>(
  title: string,
  of: (row: Row) => number,
  text: (timeMs: number) => string = atSecond,
): Column<Row> => ({
  title,
  value: (row) => new Date(of(row)).toISOString(),
  cell: (row) => text(of(row)),
});

export interface TableProps<Row> {
  readonly caption: string;
  /** Of the CSV, without its ending. */
  readonly fileName: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly isFaded?: (row: Row) => boolean;
  readonly whenEmpty: string;
  readonly children?: ComponentChildren;
}

interface Order {
  readonly column: number;
  readonly isDescending: boolean;
}

/** Rows as CSV, hidden columns too. */
export function saveTable<Row>({
  fileName,
  columns,
  rows,
}: Pick<TableProps<Row>, 'fileName' | 'columns' | 'rows'>): void {
  const header = columns.map(({ title }) => title);
  download(
    `${fileName}.csv`,
    csvOf(
      header,
      rows.map((row) => columns.map(({ value }) => value(row))),
    ),
  );
}

/** A table that is sorted by its headers and can be had as CSV. The first column names the row. */
export function Table<Row>(props: TableProps<Row>) {
  const { caption, fileName, columns, rows, keyOf, isFaded, whenEmpty, children } = props;
  const [order, setOrder] = useState<Order>();
  const shown = columns.filter(({ isHidden }) => isHidden !== true);
  const sorted =
    order === undefined ? rows : [...rows].sort((a, b) => compare(shown[order.column]!, order, a, b));
  const save = (): void => saveTable({ fileName, columns, rows: sorted });
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{caption}</h2>
        {children}
        <button type="button" class="quiet" onClick={save} disabled={rows.length === 0}>
          CSV<span class="unseen"> of {caption}</span>
        </button>
      </div>
      {rows.length === 0 ? (
        <p class="empty">{whenEmpty}</p>
      ) : (
        <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
          <table>
            <caption class="unseen">{caption}</caption>
            <thead>
              <tr>
                {shown.map((column, i) => (
                  <Header key={column.title} column={column} at={i} order={order} onOrder={setOrder} />
                ))}
              </tr>
            </thead>
            <tbody>
              {sorted.map((row) => (
                <tr key={keyOf(row)} class={isFaded?.(row) ? 'faded' : undefined}>
                  {shown.map((column, i) => (
                    <Cell key={column.title} column={column} row={row} isFirst={i === 0} />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

interface HeaderProps<Row> {
  readonly column: Column<Row>;
  readonly at: number;
  readonly order: Order | undefined;
  readonly onOrder: (order: Order) => void;
}

function Header<Row>({ column, at, order, onOrder }: HeaderProps<Row>) {
  const isOrdered = order?.column === at;
  const turn = (): void =>
    onOrder({ column: at, isDescending: isOrdered ? !order.isDescending : !!column.isNumeric });
  const direction = isOrdered && order.isDescending ? 'descending' : 'ascending';
  return (
    <th
      scope="col"
      class={column.isNumeric ? 'number' : undefined}
      aria-sort={isOrdered ? direction : 'none'}
    >
      <button type="button" onClick={turn} title={column.help}>
        {column.title}
        <span aria-hidden="true" class="arrow">
          {isOrdered ? (order.isDescending ? '▾' : '▴') : ''}
        </span>
      </button>
    </th>
  );
}

function Cell<Row>({ column, row, isFirst }: { column: Column<Row>; row: Row; isFirst: boolean }) {
  const content = column.cell ? column.cell(row) : (column.value(row) ?? DASH);
  if (isFirst) return <th scope="row">{content}</th>;
  return <td class={column.isNumeric ? 'number' : undefined}>{content}</td>;
}

/** What is not known comes last, whichever way. */
function compare<Row>({ value }: Column<Row>, { isDescending }: Order, a: Row, b: Row): number {
  const [x, y] = [value(a), value(b)];
  if (x === null || y === null) return Number(x === null) - Number(y === null);
  const sign = x < y ? -1 : x > y ? 1 : 0;
  return isDescending ? -sign : sign;
}
