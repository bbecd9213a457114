import type { Literal } from './condition.js';
import type { Report } from './field-reader.js';
import type { OperatorChain } from './operator.js';
import { globFault } from './selector.js';
import { parseVersion } from './semver.js';
import { suggestWord } from './suggestion.js';
import { parseTimeWindow } from './time-window.js';
import { ADDED_OPERATORS, OPERATORS, ORDER_OPERATORS, type OperatorName } from './vocabulary.js';

const isAdded = (operator: OperatorName): boolean =>
  (ADDED_OPERATORS as readonly string[]).includes(operator);
const VERSION_OPERATORS: ReadonlySet<string> = new Set(OPERATORS.filter((name) => name.startsWith('semver')));

/** What one of our own operators cannot read as its right side; undefined where it can. */
function unreadable(operator: OperatorName, item: Literal): string | undefined {
  if (operator === 'intersects') return Array.isArray(item) ? undefined : 'intersects needs a list';
  if (VERSION_OPERATORS.has(operator)) {
    return parseVersion(item) === undefined ? `${operator} needs a version such as "2.4.1"` : undefined;
  }
  const texts: readonly Literal[] = Array.isArray(item) ? (item as readonly Literal[]) : [item];
  for (const text of texts) {
    if (typeof text !== 'string') return `${operator} needs a text or a list of texts`;
    if (operator === 'within') {
      const window = parseTimeWindow(text);
      if ('reason' in window) return window.reason;
    } else if (globFault(text) !== undefined) return globFault(text);
  }
  return undefined;
}

/** A constant on the right that the operator could only ever fail on is a slip of the pen. */
export function checkShape(chain: OperatorChain, value: Literal, path: string, report: Report): void {
  if (chain.decorators.includes('swap')) return;
  let items: readonly Literal[] = [value];
  for (const decorator of chain.decorators) {
    if (decorator !== 'someValue' && decorator !== 'everyValue') continue;
    if (!items.every(Array.isArray)) return report(path, `${decorator} needs a list`);
    items = items.flat() as Literal[];
  }
  if (isAdded(chain.operator)) {
    for (const item of items) {
      const reason = unreadable(chain.operator, item);
      if (reason !== undefined) return report(path, reason);
    }
  } else if (chain.operator === 'in' || chain.operator === 'notIn') {
    const listable = items.every((item) => Array.isArray(item) || typeof item === 'string');
    if (!listable) report(path, `${chain.operator} needs a list`);
  } else if (items.some(Array.isArray)) {
    report(
      path,
      `${chain.operator} never matches a list`,
      'compare items with someValue: or everyValue:, or use in',
    );
  } else if (
    ORDER_OPERATORS.has(chain.operator) &&
    items.some((i) => typeof i !== 'number' && typeof i !== 'string')
  ) {
    report(path, `${chain.operator} needs a number`);
  }
}

export function checkWords(literal: Literal, known: readonly string[], path: string, report: Report): void {
  if (typeof literal === 'string') {
    if (!known.includes(literal)) {
      report(path, `unknown word ${JSON.stringify(literal.slice(0, 64))}`, suggestWord(literal, known));
    }
  } else if (literal !== null && typeof literal === 'object') {
    for (const [index, item] of literal.entries()) checkWords(item, known, `${path}[${index}]`, report);
  }
}
