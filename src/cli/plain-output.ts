import type { Timestamp } from '../gen/google/protobuf/timestamp.js';
import type { AuditPrincipal } from '../gen/sextant/v1/audit.js';

/** An answer of the server as JSON for machines: times as text, int64 as text, as protobuf's JSON has them. */
export function jsonText(value: unknown): string {
  return JSON.stringify(plain(value), null, 2);
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if (isTimestamp(value)) return isoTime(value);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

const isTimestamp = (value: object): value is Timestamp =>
  'seconds' in value && 'nanos' in value && Object.keys(value).length === 2;

/** `2026-11-25T12:00:00.000Z`; a dash where there is none. */
export const isoTime = (time: Timestamp | undefined): string =>
  time === undefined ? '–' : new Date(Number(time.seconds) * 1000 + time.nanos / 1e6).toISOString();

/** `alice (acme)`; those of other tenants are not told. */
export function whoText(principal: AuditPrincipal | undefined): string {
  if (principal === undefined) return 'someone of another tenant';
  const { name, tenant } = principal;
  return tenant === '' ? name : `${name} (${tenant})`;
}

/** `12.5 %` of a share in [0, 1]. */
export const percentText = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** A number with its sign, also where it is none. */
export const signedText = (value: number, digits = 4): string =>
  `${value >= 0 ? '+' : ''}${value.toFixed(digits)}`;

/** As much of a version as people read. */
export const shortVersion = (version: string): string => version.slice(0, 12);

/** Columns for a terminal, all to the left. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
