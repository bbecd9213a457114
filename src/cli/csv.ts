/**
 * Parses comma-separated values with a header: fields may be quoted, with quotes doubled inside.
 *
 * @returns one object per row; a missing last field is empty.
 * Source: RFC 4180.
 */
export function parseCsv(text: string): Record<string, string>[] {
  const [header, ...rows] = csvRows(text);
  if (header === undefined) return [];
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name.trim(), row[i] ?? ''])));
}

function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  for (let at = 0; at < text.length;) {
    const row: string[] = [];
    for (;;) {
      const [field, end] = text[at] === '"' ? quotedField(text, at) : plainField(text, at);
      row.push(field);
      at = end + 1;
      if (text[end] !== ',') break;
    }
    if (row.length > 1 || row[0] !== '') rows.push(row);
  }
  return rows;
}

const FIELD_END = /[,\n]/g;

function plainField(text: string, start: number): [string, number] {
  FIELD_END.lastIndex = start;
  const end = FIELD_END.exec(text)?.index ?? text.length;
  return [text.slice(start, end).replace(/\r$/, ''), end];
}

function quotedField(text: string, start: number): [string, number] {
  let close = text.indexOf('"', start + 1);
  while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
  if (close < 0) throw new RangeError('a quoted field does not end');
  const [, end] = plainField(text, close + 1);
  return [text.slice(start + 1, close).replaceAll('""', '"'), end];
}
