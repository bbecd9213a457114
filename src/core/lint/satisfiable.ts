import type { Condition, Literal } from '../rules/condition.js';
import { describeComparison, pathText } from '../rules/describe-condition.js';
import { compareOf } from '../rules/operator.js';
import { isWithin, parseTimeWindow } from '../rules/time-window.js';
import { Effort, PARSING_STEPS } from './effort.js';
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

/** A comparison with a constant. Windows are read once: a week has 10,080 minutes to try. */
function comparisonWith(chain: Comparison['chain'], constant: Literal): (value: unknown) => boolean {
  const compare = compareOf(chain);
  if (chain.operator !== 'within' || chain.decorators.some((name) => name !== 'not')) {
    return (value) => compare(value, constant);
  }
  const windows = [constant]
    .flat()
    .filter((text) => typeof text === 'string')
    .map(parseTimeWindow)
    .filter((window) => 'days' in window);
  const isOpposite = chain.decorators.length % 2 === 1;
  return (value) => windows.some((window) => isWithin(value, window)) !== isOpposite;
}

/** Operators that read their texts at each comparison. */
const PARSES = /^(within|matches|semver)/;

/** What a claim is about: one member of a fact, or, between two facts, the comparison itself. */
interface Subject {
  readonly key: string;
  readonly isFlipped: boolean;
}

function subjectOf({ left, right, chain }: Comparison): Subject {
  const member = `${left.fact}${pathText(left)} ${left.timeZone ?? ''}`;
  if (right.kind === 'literal') return { key: member, isFlipped: false };
  // `not:` in front is the opposite of the rest, so that the two are seen as one.
  const start = chain.decorators.findIndex((decorator) => decorator !== 'not');
  const nots = start < 0 ? chain.decorators.length : start;
  const rest = [...chain.decorators.slice(nots), chain.operator];
  const other = `${right.reference.fact}${pathText(right.reference)} ${right.reference.timeZone ?? ''}`;
  return { key: `${member} ${rest.join(':')} ${other}`, isFlipped: nots % 2 === 1 };
}

/** Thrown and caught in here alone: the question takes more than it is worth. */
const GIVEN_UP = new Error('given up');

/** Answers whether conditions can hold, within an effort. What it cannot tell it takes for possible. */
export class Reasoner {
  private readonly subjects = new WeakMap<Comparison, Subject>();

  constructor(
    readonly names: Names,
    readonly effort = new Effort(),
  ) {}

  /**
   * Why a condition can never hold: of its first alternative, the claims that exclude each other; undefined where it
   * can hold, or where that cannot be told. Members are taken to vary freely of each other.
   */
  contradictionIn(condition: Condition): readonly Claim[] | undefined {
    this.effort.ask();
    try {
      return this.conflictsOf(this.alternatives(condition, true));
    } catch (error) {
      if (error === GIVEN_UP) return undefined;
      throw error;
    }
  }

  /** Whether `b` is known to hold wherever `a` does. */
  implies(a: Condition, b: Condition): boolean {
    return this.contradictionIn(both(a, not(b))) !== undefined;
  }

  private spend(steps: number): void {
    if (!this.effort.spend(steps)) throw GIVEN_UP;
  }

  /** The condition, or its opposite, as alternatives of claims. */
  private alternatives(condition: Condition, holds: boolean): Claim[][] {
    this.spend(1);
    switch (condition.kind) {
      case 'compare':
        return [[{ comparison: condition, holds }]];
      case 'named':
        return this.alternatives(this.names.get(condition.name)!, holds);
      case 'not':
        return this.alternatives(condition.child, !holds);
      default: {
        // De Morgan: an `any` that must not hold is an `all` of opposites.
        const isAll = (condition.kind === 'all') === holds;
        let found: Claim[][] = isAll ? [[]] : [];
        for (const child of condition.children) {
          const more = this.alternatives(child, holds);
          if (isAll) found = this.product(found, more);
          else found.push(...more);
          if (found.length > ALTERNATIVES_MAX) throw GIVEN_UP;
        }
        return found;
      }
    }
  }

  /** Each of one with each of the other. The lists are the caller's own, so that one may grow in place. */
  private product(found: Claim[][], more: readonly Claim[][]): Claim[][] {
    const [only] = more;
    if (more.length === 1 && only !== undefined) {
      for (const one of found) {
        this.spend(only.length);
        for (const claim of only) one.push(claim);
      }
      return found;
    }
    return found.flatMap((one) =>
      more.map((two) => {
        this.spend(one.length + two.length);
        return [...one, ...two];
      }),
    );
  }

  private conflictsOf(alternatives: readonly Claim[][]): readonly Claim[] | undefined {
    let first: readonly Claim[] | undefined;
    for (const claims of alternatives) {
      const conflict = this.conflictIn(claims);
      if (conflict === undefined) return undefined;
      first ??= conflict;
    }
    return first ?? [];
  }

  private subject(comparison: Comparison): Subject {
    const known = this.subjects.get(comparison);
    if (known !== undefined) return known;
    const subject = subjectOf(comparison);
    this.subjects.set(comparison, subject);
    return subject;
  }

  /** The claims of one alternative that cannot all be true; undefined where they can, or nobody knows. */
  private conflictIn(claims: readonly Claim[]): readonly Claim[] | undefined {
    const bySubject = new Map<string, Claim[]>();
    this.spend(claims.length);
    for (const claim of claims) {
      const { key } = this.subject(claim.comparison);
      const group = bySubject.get(key);
      if (group === undefined) bySubject.set(key, [claim]);
      else group.push(claim);
    }
    for (const group of bySubject.values()) if (this.isConflict(group)) return group;
    return undefined;
  }

  private isConflict(group: readonly Claim[]): boolean {
    if (group[0]!.comparison.right.kind === 'fact') {
      const wanted = group.map(({ comparison, holds }) => holds !== this.subject(comparison).isFlipped);
      return new Set(wanted).size > 1;
    }
    const values = tellingValues(group.map(({ comparison }) => comparison));
    if (values === undefined) return false;
    const tests = group.map((claim) => this.testOf(claim));
    return !values.some((value) => tests.every((test) => test(value)));
  }

  /** Whether a claim is true of a value. Reading a list takes as many steps as it has items, parsing more. */
  private testOf({ comparison: { chain, right }, holds }: Claim): (value: unknown) => boolean {
    if (right.kind !== 'literal') return () => false;
    const { value: constant } = right;
    const compare = comparisonWith(chain, constant);
    const each = PARSES.test(chain.operator) ? PARSING_STEPS : 1;
    const steps = each * (Array.isArray(constant) ? 1 + constant.length : 1);
    this.spend(steps);
    return (value) => {
      this.spend(steps);
      return compare(value) === holds;
    };
  }
}

export const not = (child: Condition): Condition => ({ kind: 'not', child, priority: 1 });
export const both = (...children: readonly Condition[]): Condition => ({
  kind: 'all',
  children,
  priority: 1,
});

const CLAIMS_SHOWN = 6;

/** The claims for people: `clock.hour greaterThan 20 and not clock.hour greaterThan 8`. */
export function describeClaims(claims: readonly Claim[]): string {
  const shown = claims
    .slice(0, CLAIMS_SHOWN)
    .map(({ comparison, holds }) => `${holds ? '' : 'not '}${describeComparison(comparison)}`);
  const more = claims.length - CLAIMS_SHOWN;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(' and ');
}
