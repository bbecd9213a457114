import type { Checked, Fault, SchemaCheck } from '../fault.js';
import { compileRoot, newCompilation } from './compile.js';
import { visitConditions, type Condition, type FactReference } from './condition.js';
import { compareRules } from './effects.js';
import type { RuleEvent } from './event.js';
import {
  fieldOf,
  isFields,
  memberPath,
  readFields,
  readName,
  readPriority,
  readText,
  reportTo,
  type Report,
} from './field-reader.js';
import { RULE_LIMITS } from './limits.js';
import {
  checkReach,
  checkReferences,
  expansionTally,
  reachOf,
  resolveNames,
  type NamedCondition,
} from './named-conditions.js';
import { parseRoot, type ConditionScope } from './parse-condition.js';
import {
  checkEventScope,
  indexModels,
  parseEvent,
  type KnownModels,
  type ModelIndex,
} from './parse-event.js';
import type { CompiledRule, RuleSet } from './rule-set.js';
import { MEMBER_WORDS } from './vocabulary.js';

/** One file under `rules/rules/`, already read from JSON. */
export interface RuleFile {
  readonly file: string;
  readonly value: unknown;
}

interface ParsedRule {
  readonly id: string;
  readonly priority: number;
  readonly condition: Condition;
  /** Whether parts of its conditions could not be read. */
  readonly isFaulty: boolean;
  readonly event: RuleEvent;
  readonly file: string;
  readonly path: string;
  readonly report: Report;
}

/** What one load gathers over its files. */
interface Load {
  readonly known: ModelIndex;
  readonly words: ConditionScope['words'];
  readonly tally: ConditionScope['tally'];
  readonly named: Map<string, NamedCondition>;
  readonly rules: ParsedRule[];
  /** Where each rule id was first seen. */
  readonly places: Map<string, string>;
  ruleCount: number;
}

/** Reads conditions, and tells whether anything in them was reported. */
function parseConditions(
  value: unknown,
  path: string,
  scope: ConditionScope,
): { condition: Condition | undefined; isFaulty: boolean } {
  let isFaulty = false;
  const report: Report = (...fault) => {
    isFaulty = true;
    scope.report(...fault);
  };
  const condition = parseRoot(value, path, { ...scope, report });
  return { condition, isFaulty };
}

function parseNamed(value: unknown, scope: ConditionScope, load: Load): void {
  const { report } = scope;
  if (!isFields(value)) return report('conditions', 'must be an object of named conditions');
  for (const [name, body] of Object.entries(value)) {
    const path = memberPath('conditions', name);
    if (readName(name, path, report) === undefined) continue;
    const { condition, isFaulty } = parseConditions(body, path, scope);
    if (load.named.has(name)) report(path, `a condition named ${name} exists already`);
    else
      load.named.set(name, {
        condition: condition ?? { kind: 'all', children: [], priority: 1 },
        path,
        report,
        isFaulty,
      });
  }
}

function parseRule(
  value: unknown,
  place: { file: string; path: string },
  scope: ConditionScope,
  load: Load,
): void {
  const { report } = scope;
  const { file, path } = place;
  const fields = readFields(value, path, report, ['name', 'description', 'priority', 'conditions', 'event']);
  if (fields === undefined) return;
  const id = readName(fieldOf(fields, 'name'), `${path}.name`, report);
  if (id !== undefined) {
    const first = load.places.get(id);
    if (first === undefined) load.places.set(id, `${file} ${path}`);
    else report(`${path}.name`, `another rule is named ${id}: ${first}`);
  }
  if (Object.hasOwn(fields, 'description')) readText(fields['description'], `${path}.description`, report);
  const priority = readPriority(fieldOf(fields, 'priority'), `${path}.priority`, report);
  const { condition, isFaulty } = parseConditions(fieldOf(fields, 'conditions'), `${path}.conditions`, scope);
  const event = parseEvent(fieldOf(fields, 'event'), `${path}.event`, report, load.known);
  if (id === undefined || condition === undefined || event === undefined) return;
  load.rules.push({ id, priority, condition, isFaulty, event, file, path, report });
}

function parseFile({ file, value }: RuleFile, report: Report, load: Load): void {
  const fields = readFields(value, '', report, ['$schema', 'conditions', 'rules']);
  if (fields === undefined) return;
  const scope: ConditionScope = { file, report, words: load.words, tally: load.tally };
  if (Object.hasOwn(fields, '$schema')) readText(fields['$schema'], '$schema', report);
  if (Object.hasOwn(fields, 'conditions')) parseNamed(fields['conditions'], scope, load);
  const rules = fieldOf(fields, 'rules');
  if (!Array.isArray(rules))
    return report('rules', rules === undefined ? 'is missing' : 'must be a list of rules');
  for (const [index, rule] of (rules as unknown[]).entries()) {
    load.ruleCount += 1;
    if (load.ruleCount > RULE_LIMITS.rules)
      return report(`rules[${index}]`, `more than ${RULE_LIMITS.rules} rules in all`);
    parseRule(rule, { file, path: `rules[${index}]` }, scope, load);
  }
}

function timeZonesOf(conditions: readonly Condition[]): Set<string> {
  const zones = new Set<string>();
  const add = ({ timeZone }: FactReference) => timeZone !== undefined && zones.add(timeZone);
  for (const root of conditions) {
    visitConditions(root, (inner) => {
      if (inner.kind !== 'compare') return;
      add(inner.left);
      if (inner.right.kind === 'fact') add(inner.right.reference);
    });
  }
  return zones;
}

/** Checks that need all files at once, then compiles; the compilation is used only where no fault was found. */
function link({ named, rules }: Load, faults: readonly Fault[]): RuleSet | undefined {
  for (const { condition, report } of named.values()) checkReferences(condition, named, report);
  const reach = resolveNames(named);
  const tally = expansionTally();
  for (const [name, entry] of named) tally(entry, reach.get(name)?.size ?? 0);
  const scoped = rules.map((rule) => {
    checkReferences(rule.condition, named, rule.report);
    const { scope, depth, size, isUnsure } = reachOf(rule.condition, reach);
    const path = `${rule.path}.conditions`;
    if (checkReach({ depth, size }, path, rule.report)) tally({ path, report: rule.report }, size);
    // A mistyped `model` is a rule on candidates, and seems to be one on the request.
    if (!rule.isFaulty && !isUnsure) checkEventScope(rule.event, scope, `${rule.path}.event`, rule.report);
    return { ...rule, scope };
  });
  const all = [
    ...rules.map((rule) => rule.condition),
    ...[...named.values()].map((entry) => entry.condition),
  ];
  const last = rules.at(-1);
  if (timeZonesOf(all).size > RULE_LIMITS.timeZones)
    last?.report('rules', `more than ${RULE_LIMITS.timeZones} time zones`);
  if (faults.length > 0) return undefined;

  const compilation = newCompilation(named, reach);
  const compiled = scoped
    .map(({ id, priority, scope, event, condition, file, path }): CompiledRule => {
      const place = { file, path };
      return { id, priority, scope, event, condition, place, ...compileRoot(condition, compilation) };
    })
    .sort(compareRules);
  return {
    rules: compiled,
    conditions: new Map([...named].map(([name, { condition }]) => [name, condition])),
    requestRules: compiled.filter((rule) => rule.scope === 'request'),
    candidateRules: compiled.filter((rule) => rule.scope === 'candidate'),
    timeZones: compilation.timeZones,
    requestSlots: compilation.requestSlots,
    candidateSlots: compilation.slots.size - compilation.requestSlots,
    modelSlots: compilation.modelSlots,
    modelMemos: new WeakMap(),
  };
}

/**
 * Checks every rule file and compiles them into one rule set, or names every fault at once.
 * A schema's faults are listed only for files in which nothing better worded was found.
 */
export function parseRules(
  files: readonly RuleFile[],
  check: SchemaCheck,
  known: KnownModels,
): Checked<RuleSet> {
  const faults: Fault[] = [];
  const load: Load = {
    known: indexModels(known),
    words: new Map([...MEMBER_WORDS, ['model.capabilities', known.capabilities]]),
    tally: { conditions: 0 },
    named: new Map(),
    rules: [],
    places: new Map(),
    ruleCount: 0,
  };
  for (const file of files.slice(0, RULE_LIMITS.files)) parseFile(file, reportTo(faults, file.file), load);
  const extra = files[RULE_LIMITS.files];
  if (extra !== undefined) reportTo(faults, extra.file)('', `more than ${RULE_LIMITS.files} rule files`);
  const ruleSet = link(load, faults);
  if (faults.length < RULE_LIMITS.faults) {
    const faulty = new Set(faults.map((fault) => fault.file));
    for (const { file, value } of files.slice(0, RULE_LIMITS.files)) {
      if (!faulty.has(file)) faults.push(...check(value, file));
    }
  }
  return ruleSet === undefined || faults.length > 0 ? { ok: false, faults } : { ok: true, value: ruleSet };
}
