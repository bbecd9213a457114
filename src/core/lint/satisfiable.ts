import type { Condition } from '../rules/condition.js';
import { describeComparison, pathText } from '../rules/describe-condition.js';
import { compareOf } from '../rules/operator.js';
import { tellingValues } from './member-values.js';

type Comparison = Condition & { readonly kind: 'compare' };
type Names = ReadonlyMap<string, Condition>;

/** A comparison that is asked to hold, or not to. */
export interface Claim {
  readonly comparison: Comparison;
  readonly holds: boolean;
}

/** More alternatives than this are not looked at: what is not known is not reported. */
const ALTERNATIVES_MAX = 256;

/** The condition, or its opposite, as alternatives of claims; undefined where there are too many. */
function alternatives(condition: Condition, holds: boolean, names: Names): readonly Claim[][] | undefined {
  switch (condition.kind) {
    case 'compare':
      return [[{ comparison: condition, holds }]];
    case 'named': {
      const named = names.get(condition.name);
      return named && alternatives(named, holds, names);
    }
    case 'not':
      return alternatives(condition.child, !holds, names);
    default: {
      // De Morgan: an `any` that must not hold is an `all` of opposites.
      const isAll = (condition.kind === 'all') === holds;
      let found: Claim[][] = isAll ? [[]] : [];
      for (const child of condition.children) {
        const more = alternatives(child, holds, names);
        if (more === undefined) return undefined;
        found = isAll ? found.flatMap((one) => more.map((two) => [...one, ...two])) : [...found, ...more];
        if (found.length > ALTERNATIVES_MAX) return undefined;
      }
      return found;
    }
  }
}

/** What a claim is about: one member of a fact, or, between two facts, the comparison itself. */
function subjectOf({ left, right, chain }: Comparison): { key: string; isFlipped: boolean } {
  const member = `${left.fact}${pathText(left)} ${left.timeZone ?? ''}`;
  if (right.kind === 'literal') return { key: member, isFlipped: false };
  // `not:` in front is the opposite of the rest, so that the two are seen as one.
  const start = chain.decorators.findIndex((decorator) => decorator !== 'not');
  const nots = start < 0 ? chain.decorators.length : start;
  const rest = [...chain.decorators.slice(nots), chain.operator];
  const other = `${right.reference.fact}${pathText(right.reference)} ${right.reference.timeZone ?? ''}`;
  return { key: `${member} ${rest.join(':')} ${other}`, isFlipped: nots % 2 === 1 };
}

/** The claims of one alternative that cannot all be true; undefined where they can, or nobody knows. */
function conflictIn(claims: readonly Claim[]): readonly Claim[] | undefined {
  const bySubject = new Map<string, Claim[]>();
  for (const claim of claims) {
    const { key } = subjectOf(claim.comparison);
    bySubject.set(key, [...(bySubject.get(key) ?? []), claim]);
  }
  for (const group of bySubject.values()) {
    if (group[0]!.comparison.right.kind === 'fact') {
      const wanted = group.map(({ comparison, holds }) => holds !== subjectOf(comparison).isFlipped);
      if (new Set(wanted).size > 1) return group;
      continue;
    }
    const values = tellingValues(group.map(({ comparison }) => comparison));
    if (values !== undefined && !values.some((value) => group.every((claim) => isTrueOf(value, claim)))) {
      return group;
    }
  }
  return undefined;
}

function isTrueOf(value: unknown, { comparison: { chain, right }, holds }: Claim): boolean {
  return right.kind === 'literal' && compareOf(chain)(value, right.value) === holds;
}

/**
 * Why a condition can never hold: of its first alternative, the claims that exclude each other; undefined where it
 * can hold, or where that cannot be told. Members are taken to vary freely of each other.
 */
export function contradictionIn(condition: Condition, names: Names): readonly Claim[] | undefined {
  const all = alternatives(condition, true, names);
  if (all === undefined) return undefined;
  const conflicts = all.map(conflictIn);
  if (conflicts.some((conflict) => conflict === undefined)) return undefined;
  return conflicts[0] ?? [];
}

export const not = (child: Condition): Condition => ({ kind: 'not', child, priority: 1 });
export const both = (...children: readonly Condition[]): Condition => ({
  kind: 'all',
  children,
  priority: 1,
});

/** Whether `b` is known to hold wherever `a` does. */
export const implies = (a: Condition, b: Condition, names: Names): boolean =>
  contradictionIn(both(a, not(b)), names) !== undefined;

/** The claims for people: `clock.hour greaterThan 20 and not clock.hour greaterThan 8`. */
export const describeClaims = (claims: readonly Claim[]): string =>
  claims
    .map(({ comparison, holds }) => `${holds ? '' : 'not '}${describeComparison(comparison)}`)
    .join(' and ');
