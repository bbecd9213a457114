import { suggestWord } from './suggestion.js';
import { visitConditions, type Condition } from './condition.js';
import type { RuleScope } from './event.js';
import type { Report } from './field-reader.js';
import { RULE_LIMITS } from './limits.js';
import { CANDIDATE_FACTS } from './vocabulary.js';

/** A condition under a name, with where it stands, for faults. */
export interface NamedCondition {
  readonly condition: Condition;
  readonly path: string;
  readonly report: Report;
  /** Whether parts of it could not be read. */
  readonly isFaulty: boolean;
}
export type NamedConditions = ReadonlyMap<string, NamedCondition>;

/** What is known of a condition with all its references followed. */
export interface Reach {
  readonly scope: RuleScope;
  readonly depth: number;
  /** Nodes; beyond what a number holds, Infinity. */
  readonly size: number;
  /** Whether something in it is missing or could not be read, so that its scope is a guess. */
  readonly isUnsure: boolean;
}

const NOWHERE: Reach = { scope: 'request', depth: 0, size: 1, isUnsure: true };

function readsCandidate(condition: Condition & { kind: 'compare' }): boolean {
  if (CANDIDATE_FACTS.has(condition.left.fact)) return true;
  return condition.right.kind === 'fact' && CANDIDATE_FACTS.has(condition.right.reference.fact);
}

function combine(children: readonly Reach[]): Reach {
  return {
    scope: children.some((child) => child.scope === 'candidate') ? 'candidate' : 'request',
    depth: 1 + children.reduce((deepest, child) => Math.max(deepest, child.depth), 0),
    size: 1 + children.reduce((sum, child) => sum + child.size, 0),
    isUnsure: children.some((child) => child.isUnsure),
  };
}

/** Scope, depth and size of a condition, given those of the names it refers to. */
export function reachOf(condition: Condition, names: ReadonlyMap<string, Reach>): Reach {
  switch (condition.kind) {
    case 'compare':
      return {
        scope: readsCandidate(condition) ? 'candidate' : 'request',
        depth: 1,
        size: 1,
        isUnsure: false,
      };
    case 'named':
      // A reference is a level of its own: a chain of nothing but names would be a stack as deep as the file is long.
      return combine([names.get(condition.name) ?? NOWHERE]);
    case 'not':
      return combine([reachOf(condition.child, names)]);
    default:
      return combine(condition.children.map((child) => reachOf(child, names)));
  }
}

function referencesOf(condition: Condition): (Condition & { kind: 'named' })[] {
  const references: (Condition & { kind: 'named' })[] = [];
  visitConditions(condition, (inner) => {
    if (inner.kind === 'named') references.push(inner);
  });
  return references;
}

/** Reports references to names that do not exist. */
export function checkReferences(condition: Condition, named: NamedConditions, report: Report): void {
  for (const { name, path } of referencesOf(condition)) {
    if (named.has(name)) continue;
    report(
      path,
      `no condition is named ${JSON.stringify(name.slice(0, 64))}`,
      suggestWord(name, named.keys()),
    );
  }
}

/**
 * Follows references between named conditions, each visited once, with its own stack: a chain of names may be as
 * long as a file. Names that lead back to themselves or too deep are reported, and count as empty.
 */
export function resolveNames(named: NamedConditions): ReadonlyMap<string, Reach> {
  const resolved = new Map<string, Reach>();
  const trail: { name: string; targets: string[]; next: number }[] = [];
  const onTrail = new Set<string>();
  const enter = (name: string, condition: Condition) => {
    const targets = referencesOf(condition).map((reference) => reference.name);
    trail.push({ name, targets, next: 0 });
    onTrail.add(name);
  };
  for (const [start, { condition }] of named) {
    if (!resolved.has(start)) enter(start, condition);
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const entry = named.get(top.name);
      const target = top.targets[top.next++];
      if (target === undefined) {
        if (entry !== undefined) resolved.set(top.name, settle(entry, resolved));
        onTrail.delete(top.name);
        trail.pop();
      } else if (onTrail.has(target)) {
        const names = trail.map((step) => step.name);
        const cycle = [...names.slice(names.indexOf(target)), target];
        const shown = cycle.length > 8 ? [...cycle.slice(0, 7), '…', target] : cycle;
        entry?.report(entry.path, `refers to itself: ${shown.join(' → ')}`);
      } else if (!resolved.has(target)) {
        const next = named.get(target);
        if (next !== undefined) enter(target, next.condition);
      }
    }
  }
  return resolved;
}

function settle(entry: NamedCondition, resolved: ReadonlyMap<string, Reach>): Reach {
  const reach = reachOf(entry.condition, resolved);
  const isBounded = checkReach(reach, entry.path, entry.report);
  return { ...(isBounded ? reach : NOWHERE), scope: reach.scope, isUnsure: entry.isFaulty || reach.isUnsure };
}

/** Reports what nests too deep or grows too large by the names that it refers to. */
export function checkReach(
  { depth, size }: Pick<Reach, 'depth' | 'size'>,
  path: string,
  report: Report,
): boolean {
  if (depth > RULE_LIMITS.depth)
    report(path, `nested deeper than ${RULE_LIMITS.depth}, its references followed`);
  else if (size > RULE_LIMITS.expandedConditions) {
    report(
      path,
      `is ${countText(size)} conditions, its references followed; at most ${RULE_LIMITS.expandedConditions}`,
      'split it into several, or list values with in',
    );
  } else return true;
  return false;
}

/** Adds up sizes, and reports the place from which on they are too many in all. */
export function expansionTally(): (place: Pick<NamedCondition, 'path' | 'report'>, size: number) => void {
  const most = RULE_LIMITS.expandedConditionsTotal;
  let total = 0;
  return ({ path, report }, size) => {
    const before = total;
    total += size;
    if (before <= most && total > most)
      report(path, `more than ${most} conditions in all, references followed`);
  };
}

const countText = (size: number): string => (size > 1e9 ? 'more than a thousand million' : String(size));
