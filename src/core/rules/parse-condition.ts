import type { Condition } from './condition.js';
import {
  fieldOf,
  isFields,
  readFields,
  readPriority,
  readText,
  type Fields,
  type Report,
} from './field-reader.js';
import { RULE_LIMITS } from './limits.js';
import { COMPARISON_KEYS, parseComparison, type WordLists } from './parse-comparison.js';

/** What one load shares between all its conditions. */
export interface ConditionScope {
  readonly file: string;
  readonly report: Report;
  readonly words: WordLists;
  /** Counts nodes over all files. */
  readonly tally: { conditions: number };
}

interface Position {
  readonly path: string;
  readonly depth: number;
}

const KINDS = ['all', 'any', 'not', 'condition'] as const;

function parseChildren(
  fields: Fields,
  kind: 'all' | 'any',
  place: Position,
  scope: ConditionScope,
): Condition | undefined {
  const list = fieldOf(fields, kind);
  const path = `${place.path}.${kind}`;
  if (!Array.isArray(list)) {
    scope.report(path, 'must be a list of conditions');
    return undefined;
  }
  if (kind === 'any' && list.length === 0) {
    // json-rules-engine takes an empty `any` for true, which nobody expects.
    scope.report(path, 'an empty any is ambiguous', 'write "all": [] for a rule that always fires');
  }
  const children: Condition[] = [];
  for (const [index, item] of (list as unknown[]).entries()) {
    if (scope.tally.conditions > RULE_LIMITS.conditions) break;
    const child = parseCondition(item, { path: `${path}[${index}]`, depth: place.depth + 1 }, scope);
    if (child !== undefined) children.push(child);
  }
  children.sort((a, b) => b.priority - a.priority);
  const priority = readPriority(fieldOf(fields, 'priority'), `${place.path}.priority`, scope.report);
  return { kind, children, priority };
}

/** Reads any condition. Nesting ends at a limit, so that a hostile file cannot exhaust the stack. */
export function parseCondition(
  value: unknown,
  place: Position,
  scope: ConditionScope,
): Condition | undefined {
  const { path, depth } = place;
  const { report, tally } = scope;
  tally.conditions += 1;
  if (tally.conditions > RULE_LIMITS.conditions) {
    if (tally.conditions === RULE_LIMITS.conditions + 1)
      report(path, `more than ${RULE_LIMITS.conditions} conditions in all`);
    return undefined;
  }
  if (depth > RULE_LIMITS.depth) {
    report(path, `nested deeper than ${RULE_LIMITS.depth}`);
    return undefined;
  }
  if (!isFields(value)) {
    report(path, value === undefined ? 'is missing' : 'must be an object');
    return undefined;
  }
  if (Object.hasOwn(value, 'name')) readText(value['name'], `${path}.name`, report);
  const kinds = KINDS.filter((kind) => Object.hasOwn(value, kind));
  if (kinds.length > 1) {
    report(path, `holds ${kinds.join(' and ')} at once`, 'nest them');
    return undefined;
  }
  const kind = kinds[0];
  if (kind === undefined) {
    readFields(value, path, report, [...COMPARISON_KEYS, ...(Object.hasOwn(value, 'fact') ? [] : KINDS)]);
    return parseComparison(value, { file: scope.file, path }, report, scope.words);
  }
  readFields(value, path, report, [kind, 'name', 'priority']);
  if (kind === 'all' || kind === 'any') return parseChildren(value, kind, place, scope);
  const priority = readPriority(fieldOf(value, 'priority'), `${path}.priority`, report);
  if (kind === 'condition') {
    const name = readText(value.condition, `${path}.condition`, report);
    return name === undefined ? undefined : { kind: 'named', name, path: `${path}.condition`, priority };
  }
  const child = parseCondition(value.not, { path: `${path}.not`, depth: depth + 1 }, scope);
  return child && { kind: 'not', child, priority };
}

/** Reads the root of a rule or of a named condition, which json-rules-engine wants to be a boolean one. */
export function parseRoot(value: unknown, path: string, scope: ConditionScope): Condition | undefined {
  const condition = parseCondition(value, { path, depth: 1 }, scope);
  if (condition?.kind === 'compare') {
    scope.report(path, 'must be all, any, not or condition at the top', 'wrap it: { "all": [ … ] }');
  }
  return condition;
}
