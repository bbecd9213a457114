import type { OperatorChain } from './operator.js';
import type { PathSegment } from './path.js';
import type { FactName } from './vocabulary.js';

export type Scalar = string | number | boolean | null;
export type Literal = Scalar | readonly Literal[];

/** Where a value is read: a fact, a path on it, and for the clock its time zone. */
export interface FactReference {
  readonly fact: FactName;
  readonly segments: readonly PathSegment[];
  readonly timeZone?: string;
}

export type Operand =
  | { readonly kind: 'literal'; readonly value: Literal }
  | { readonly kind: 'fact'; readonly reference: FactReference };

/** A place in a rule file. */
export interface Place {
  readonly file: string;
  /** In plain member and index form: `rules[0].conditions.all[1]`. */
  readonly path: string;
}

/** A checked condition. Children stand in order of evaluation: by priority, then as written. */
export type Condition =
  | { readonly kind: 'all' | 'any'; readonly children: readonly Condition[]; readonly priority: number }
  | { readonly kind: 'not'; readonly child: Condition; readonly priority: number }
  | { readonly kind: 'named'; readonly name: string; readonly path: string; readonly priority: number }
  | {
      readonly kind: 'compare';
      /** Where it stands in the rule files. */
      readonly place: Place;
      readonly left: FactReference;
      readonly chain: OperatorChain;
      readonly right: Operand;
      readonly priority: number;
    };

/** Visits a condition and everything below it, references not followed. */
export function visitConditions(condition: Condition, visit: (condition: Condition) => void): void {
  visit(condition);
  if (condition.kind === 'all' || condition.kind === 'any') {
    for (const child of condition.children) visitConditions(child, visit);
  } else if (condition.kind === 'not') {
    visitConditions(condition.child, visit);
  }
}
