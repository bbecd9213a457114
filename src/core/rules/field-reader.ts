import type { Fault } from '../fault.js';
import { suggestWord, type Suggestion } from './suggestion.js';
import { RULE_LIMITS } from './limits.js';

/** Collects faults of one file. */
export type Report = (path: string, reason: string, suggestion?: Suggestion) => void;

/** A report that adds to `faults` until there are enough for one reading. */
export function reportTo(faults: Fault[], file: string): Report {
  return (place, reason, suggestion) => {
    const path = place === '' ? '$' : place;
    if (faults.length > RULE_LIMITS.faults) return;
    if (faults.length === RULE_LIMITS.faults) {
      faults.push({
        file,
        path,
        reason: `there are more than ${RULE_LIMITS.faults} faults; the rest is not listed`,
      });
      return;
    }
    const hint = typeof suggestion === 'function' ? suggestion() : suggestion;
    faults.push({ file, path, reason, ...(hint === undefined ? {} : { suggestion: hint }) });
  };
}

export type Fields = Readonly<Record<string, unknown>>;

/** `path.key`, or `path['odd key']`. */
export function memberPath(path: string, key: string): string {
  if (!/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(key)) return `${path}['${key.slice(0, RULE_LIMITS.nameLength)}']`;
  return path === '' ? key : `${path}.${key}`;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object at `path`, every key of which must be known. */
export function readFields(
  value: unknown,
  path: string,
  report: Report,
  keys: readonly string[],
): Fields | undefined {
  if (!isFields(value)) {
    report(path, value === undefined ? 'is missing' : 'must be an object');
    return undefined;
  }
  for (const key of Object.keys(value)) {
    if (!keys.includes(key)) report(memberPath(path, key), 'unknown field', suggestWord(key, keys));
  }
  return value;
}

/** An own field of an object, so that nothing is inherited from a prototype. */
export function fieldOf(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** Text of 1 to `RULE_LIMITS.textLength` characters. */
export function readText(value: unknown, path: string, report: Report): string | undefined {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= RULE_LIMITS.textLength)
    return value;
  report(
    path,
    value === undefined ? 'is missing' : `must be text of 1 to ${RULE_LIMITS.textLength} characters`,
  );
  return undefined;
}

/** A name: a letter or digit, then letters, digits, `.`, `_`, `-`. */
export function readName(value: unknown, path: string, report: Report): string | undefined {
  if (
    typeof value === 'string' &&
    value.length <= RULE_LIMITS.nameLength &&
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(value)
  ) {
    return value;
  }
  report(
    path,
    value === undefined
      ? 'is missing'
      : `must be 1 to ${RULE_LIMITS.nameLength} letters, digits, dots, dashes and underscores, a letter or digit first`,
  );
  return undefined;
}

/** A list of distinct non-empty texts, at least one. */
export function readTexts(value: unknown, path: string, report: Report): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > RULE_LIMITS.listItems) {
    report(
      path,
      value === undefined ? 'is missing' : `must be a list of 1 to ${RULE_LIMITS.listItems} texts`,
    );
    return undefined;
  }
  const texts: string[] = [];
  const seen = new Set<string>();
  for (const [index, item] of (value as unknown[]).entries()) {
    const text = readText(item, `${path}[${index}]`, report);
    if (text === undefined) continue;
    if (seen.has(text)) report(`${path}[${index}]`, `${text} is listed twice`);
    seen.add(text);
    texts.push(text);
  }
  return texts;
}

/** A finite number ≥ 0. */
export function readAmount(value: unknown, path: string, report: Report): number | undefined {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  report(path, value === undefined ? 'is missing' : 'must be a finite number, 0 or more');
  return undefined;
}

/** An integer ≥ 1, and 1 where it is absent. */
export function readPriority(value: unknown, path: string, report: Report): number {
  if (value === undefined) return 1;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  report(path, 'must be an integer, 1 or more');
  return 1;
}
