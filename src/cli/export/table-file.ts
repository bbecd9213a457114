import { closeSync, openSync, writeSync } from 'node:fs';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import { parquetSchema, type Column, type Row } from './column.js';

export const TABLE_FORMATS = ['parquet', 'ndjson'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** A table on disk that grows row by row; some thousand rows of it are held, whatever its length. */
export interface TableFile {
  readonly rows: number;
  add(row: Row): void;
  /** @param metadata goes into a Parquet file's footer. */
  close(metadata: Readonly<Record<string, string>>): void;
}

/** Rows that are held, and then written together. */
const ROWS_AT_ONCE = 8_192;

/** Makes a file, which must not be there. @throws Error of node:fs. */
export function createTable(path: string, format: TableFormat, columns: readonly Column[]): TableFile {
  closeSync(openSync(path, 'wx'));
  return format === 'parquet' ? new ParquetTable(path, columns) : new NdjsonTable(path, columns);
}

abstract class BufferedTable implements TableFile {
  private held: Row[] = [];
  rows = 0;

  add(row: Row): void {
    this.held.push(row);
    this.rows += 1;
    if (this.held.length >= ROWS_AT_ONCE) this.flush();
  }

  close(metadata: Readonly<Record<string, string>>): void {
    if (this.held.length > 0) this.flush();
    this.finish(metadata);
  }

  protected abstract write(rows: readonly Row[]): void;
  protected abstract finish(metadata: Readonly<Record<string, string>>): void;

  private flush(): void {
    const rows = this.held;
    this.held = [];
    this.write(rows);
  }
}

class ParquetTable extends BufferedTable {
  private readonly writer: ParquetWriter;
  private readonly metadata: { key: string; value: string }[] = [];

  constructor(
    path: string,
    private readonly columns: readonly Column[],
  ) {
    super();
    this.writer = new ParquetWriter({
      writer: fileWriter(path),
      schema: parquetSchema(columns),
      kvMetadata: this.metadata,
      createdBy: 'sextant',
    });
  }

  protected write(rows: readonly Row[]): void {
    const columnData = this.columns.map(({ name }) => ({
      name,
      data: rows.map((row) => row[name] ?? null),
    }));
    void this.writer.write({ columnData, rowGroupSize: ROWS_AT_ONCE });
  }

  protected finish(metadata: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(metadata)) this.metadata.push({ key, value });
    if (this.rows === 0) this.write([]);
    void this.writer.finish();
  }
}

class NdjsonTable extends BufferedTable {
  private readonly file: number;

  constructor(
    path: string,
    private readonly columns: readonly Column[],
  ) {
    super();
    this.file = openSync(path, 'a');
  }

  protected write(rows: readonly Row[]): void {
    const lines = rows.map((row) => {
      const cells = this.columns.map(({ name }) => [name, jsonCell(row[name])]);
      return JSON.stringify(Object.fromEntries(cells));
    });
    writeSync(this.file, `${lines.join('\n')}\n`);
  }

  protected finish(): void {
    closeSync(this.file);
  }
}

function jsonCell(cell: Row[string]): unknown {
  if (cell === undefined) return null;
  if (cell instanceof Date) return cell.toISOString();
  return typeof cell === 'bigint' ? Number(cell) : cell;
}
