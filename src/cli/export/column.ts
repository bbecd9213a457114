import type { SchemaElement } from 'hyparquet-writer';

export type ColumnType = 'text' | 'int' | 'long' | 'double' | 'bool' | 'time' | 'doubles' | 'ints';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

type Cell = string | number | bigint | boolean | Date | readonly number[];
/** Cells by column; absent ones are null. */
export type Row = Readonly<Record<string, Cell | undefined>>;

/** Columns of names by type. */
export const columnsOf = (types: Readonly<Record<string, ColumnType>>): Column[] =>
  Object.entries(types).map(([name, type]) => ({ name, type }));

const LEAVES: Readonly<Record<Exclude<ColumnType, 'doubles' | 'ints'>, Omit<SchemaElement, 'name'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  int: { type: 'INT32' },
  long: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  bool: { type: 'BOOLEAN' },
  time: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
};

/** Parquet's schema; lists have the three levels of its LIST type. */
export function parquetSchema(columns: readonly Column[]): SchemaElement[] {
  const root: SchemaElement = { name: 'root', num_children: columns.length };
  return [root, ...columns.flatMap(elementsOf)];
}

function elementsOf({ name, type }: Column): SchemaElement[] {
  if (type !== 'doubles' && type !== 'ints') return [{ name, repetition_type: 'OPTIONAL', ...LEAVES[type] }];
  return [
    { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'REQUIRED', ...LEAVES[type === 'ints' ? 'int' : 'double'] },
  ];
}
