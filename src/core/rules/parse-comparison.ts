import { suggestWord } from './suggestion.js';
import type { Condition, FactReference, Literal, Operand, Place } from './condition.js';
import { fieldOf, isFields, readFields, readPriority, type Fields, type Report } from './field-reader.js';
import { RULE_LIMITS } from './limits.js';
import type { OperatorChain } from './operator.js';
import { parseReference } from './parse-reference.js';
import { DECORATORS, OPERATORS, ORDER_OPERATORS, type DecoratorName } from './vocabulary.js';

/** Words that members such as `profile.level` are limited to, by `fact.member`. */
export type WordLists = ReadonlyMap<string, readonly string[]>;

export const COMPARISON_KEYS = ['fact', 'path', 'params', 'operator', 'value', 'name', 'priority'];

function readChain(value: unknown, path: string, report: Report): OperatorChain | undefined {
  if (typeof value !== 'string') {
    report(path, value === undefined ? 'is missing' : 'must be the name of an operator');
    return undefined;
  }
  const words = value.slice(0, RULE_LIMITS.pathLength).split(':');
  const last = words.pop() ?? '';
  if (words.length > RULE_LIMITS.decorators) {
    report(path, `has more than ${RULE_LIMITS.decorators} decorators`);
    return undefined;
  }
  const operator = OPERATORS.find((known) => known === last);
  if (operator === undefined)
    report(path, `unknown operator ${JSON.stringify(last)}`, suggestWord(last, OPERATORS));
  const decorators: DecoratorName[] = [];
  for (const word of words) {
    const decorator = DECORATORS.find((known) => known === word);
    if (decorator === undefined)
      report(path, `unknown decorator ${JSON.stringify(word)}`, suggestWord(word, DECORATORS));
    else decorators.push(decorator);
  }
  return operator === undefined || decorators.length < words.length ? undefined : { decorators, operator };
}

function readLiteral(value: unknown, path: string, report: Report, depth = 0): Literal {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) report(path, 'must be a finite number');
    return value;
  }
  if (typeof value === 'string') {
    if (value.length > RULE_LIMITS.textLength)
      report(path, `is longer than ${RULE_LIMITS.textLength} characters`);
    return value;
  }
  if (!Array.isArray(value)) {
    report(
      path,
      depth > 0
        ? 'an object in a list never matches'
        : 'must be a constant, a list or { "fact": …, "path": … }',
    );
    return null;
  }
  if (depth >= RULE_LIMITS.literalDepth || value.length > RULE_LIMITS.listItems) {
    report(path, `lists hold at most ${RULE_LIMITS.listItems} items and ${RULE_LIMITS.literalDepth} levels`);
    return null;
  }
  return (value as unknown[]).map((item, index) => readLiteral(item, `${path}[${index}]`, report, depth + 1));
}

/** A constant on the right that the operator could only ever fail on is a slip of the pen. */
function checkShape(chain: OperatorChain, value: Literal, path: string, report: Report): void {
  if (chain.decorators.includes('swap')) return;
  let items: readonly Literal[] = [value];
  for (const decorator of chain.decorators) {
    if (decorator !== 'someValue' && decorator !== 'everyValue') continue;
    if (!items.every(Array.isArray)) return report(path, `${decorator} needs a list`);
    items = items.flat() as Literal[];
  }
  if (chain.operator === 'in' || chain.operator === 'notIn') {
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

function checkWords(literal: Literal, known: readonly string[], path: string, report: Report): void {
  if (typeof literal === 'string') {
    if (!known.includes(literal)) {
      report(path, `unknown word ${JSON.stringify(literal.slice(0, 64))}`, suggestWord(literal, known));
    }
  } else if (literal !== null && typeof literal === 'object') {
    for (const [index, item] of literal.entries()) checkWords(item, known, `${path}[${index}]`, report);
  }
}

function wordsOf(reference: FactReference, words: WordLists): readonly string[] | undefined {
  const [member, index] = reference.segments;
  if (reference.segments.length > 2 || (index !== undefined && typeof index !== 'number')) return undefined;
  return words.get(`${reference.fact}.${member}`);
}

/** Reads one comparison: `{ fact, path, operator, value }`. */
export function parseComparison(
  fields: Fields,
  place: Place,
  report: Report,
  words: WordLists,
): Condition | undefined {
  const { path } = place;
  const priority = readPriority(fieldOf(fields, 'priority'), `${path}.priority`, report);
  const left = parseReference(fields, path, report);
  const chain = readChain(fieldOf(fields, 'operator'), `${path}.operator`, report);
  const value = fieldOf(fields, 'value');
  const valuePath = `${path}.value`;
  if (value === undefined) {
    report(valuePath, 'is missing');
    return undefined;
  }
  const known = left === undefined ? undefined : wordsOf(left, words);
  if (known !== undefined && chain !== undefined && ORDER_OPERATORS.has(chain.operator)) {
    report(
      `${path}.operator`,
      `${chain.operator} compares numbers, and this is one of ${known.join(', ')}`,
      'use in',
    );
  }
  let right: Operand | undefined;
  if (isFields(value) && Object.hasOwn(value, 'fact')) {
    readFields(value, valuePath, report, ['fact', 'path', 'params']);
    const reference = parseReference(value, valuePath, report);
    if (reference !== undefined) right = { kind: 'fact', reference };
  } else {
    const literal = readLiteral(value, valuePath, report);
    if (chain !== undefined) checkShape(chain, literal, valuePath, report);
    if (known !== undefined) checkWords(literal, known, valuePath, report);
    right = { kind: 'literal', value: literal };
  }
  return left && chain && right && { kind: 'compare', place, left, chain, right, priority };
}
