import type { Model } from '../registry/model.js';
import type { Condition, FactReference, Literal } from '../rules/condition.js';
import { compareOf } from '../rules/operator.js';
import { readMember } from '../rules/path.js';
import type { Effort } from './effort.js';

const TRUE: Condition = { kind: 'all', children: [], priority: 1 };
const FALSE: Condition = { kind: 'any', children: [], priority: 1 };

const read = ({ segments }: FactReference, model: Model): unknown =>
  segments.reduce<unknown>(readMember, model);

const isLiteral = (value: unknown): value is Literal =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value) || Array.isArray(value);

/** One model put into conditions, each named one once. */
export interface AtModel {
  readonly model: Model;
  readonly names: ReadonlyMap<string, Condition>;
  readonly known: Map<string, Condition>;
  readonly effort: Effort;
}

/**
 * What remains of a condition once the candidate is known: what reads `model` becomes a constant. Where the effort is
 * spent, the condition as it is.
 */
export function atModel(condition: Condition, at: AtModel): Condition {
  if (!at.effort.spend(1)) return condition;
  switch (condition.kind) {
    case 'named': {
      const known = at.known.get(condition.name);
      if (known !== undefined) return known;
      const put = atModel(at.names.get(condition.name)!, at);
      at.known.set(condition.name, put);
      return put;
    }
    case 'not':
      return { ...condition, child: atModel(condition.child, at) };
    case 'compare':
      return compareAt(condition, at.model);
    default:
      return { ...condition, children: condition.children.map((child) => atModel(child, at)) };
  }
}

function compareAt(condition: Condition & { kind: 'compare' }, model: Model): Condition {
  const { left, right, chain } = condition;
  const value = right.kind === 'fact' ? read(right.reference, model) : right.value;
  const isKnown = right.kind === 'literal' || right.reference.fact === 'model';
  if (left.fact === 'model' && isKnown) return compareOf(chain)(read(left, model), value) ? TRUE : FALSE;
  if (right.kind === 'literal' || !isKnown || !isLiteral(value)) return condition;
  return { ...condition, right: { kind: 'literal', value } };
}
