/** One thing that is wrong in something a person wrote: where it is, and why it is refused. */
export interface Fault {
  /** File name relative to the policy directory, where the fault has one. */
  readonly file?: string;
  /** JSON path or field path, in plain member and index form: `models[3].prices.inputUsdPerMTok`. */
  readonly path: string;
  readonly reason: string;
  /** What to write instead, where that can be said. */
  readonly suggestion?: string;
}

/** Either a checked value, or every fault that was found on the way to it. */
export type Checked<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * Text of a file as a terminal may show it: what would move the cursor, turn the direction of writing (U+202E) or be
 * unseen is written as its code. A name in a fault could otherwise forge the line after it.
 */
export const visible = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );

/** One line a person can act on: `models.json models[3].id: must match …`. */
export function describeFault(fault: Fault): string {
  const where = fault.file === undefined ? fault.path : `${fault.file} ${fault.path}`;
  // The wire has an empty text for none.
  const hint = fault.suggestion === undefined || fault.suggestion === '' ? '' : ` (${fault.suggestion})`;
  return visible(`${where}: ${fault.reason}${hint}`);
}

/** Checks a file's value against its published schema. */
export type SchemaCheck = (value: unknown, file: string) => Fault[];
