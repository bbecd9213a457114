import { suggestWord } from './suggestion.js';
import type { Condition, FactReference, Literal, Operand, Place } from './condition.js';
import { fieldOf, isFields, readFields, readPriority, type Fields, type Report } from './field-reader.js';
import { RULE_LIMITS } from './limits.js';
import type { OperatorChain } from './operator.js';
import { checkShape, checkWords } from './check-constant.js';
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

function wordsOf(reference: FactReference, words: WordLists): readonly string[] | undefined {
  const [member, index] = reference.segments;
  if (reference.segments.length > 2 || (index !== undefined && typeof index !== 'number')) return undefined;
  return words.get(`${reference.fact}.${member}`);
}

const readsDayTime = ({ fact, segments }: FactReference): boolean =>
  fact === 'clock' && segments.length === 1 && segments[0] === 'dayTime';

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
  if (chain?.operator === 'within' && left !== undefined && !readsDayTime(left)) {
    report(`${path}.operator`, 'within reads the fact clock at $.dayTime, nothing else');
  }
  let right: Operand | undefined;
  if (isFields(value) && Object.hasOwn(value, 'fact')) {
    readFields(value, valuePath, report, ['fact', 'path', 'params']);
    const reference = parseReference(value, valuePath, report);
    if (reference !== undefined) right = { kind: 'fact', reference };
  } else {
    const literal = readLiteral(value, valuePath, report);
    if (chain !== undefined) checkShape(chain, literal, valuePath, report);
    // A pattern is no word; it is held against the words by whoever looks for what never holds.
    if (known !== undefined && chain?.operator !== 'matches') checkWords(literal, known, valuePath, report);
    right = { kind: 'literal', value: literal };
  }
  return left && chain && right && { kind: 'compare', place, left, chain, right, priority };
}
