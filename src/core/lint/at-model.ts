import type { Model } from '../registry/model.js';
import type { Condition, FactReference, Literal } from '../rules/condition.js';
import { compareOf } from '../rules/operator.js';
import { readMember } from '../rules/path.js';

const TRUE: Condition = { kind: 'all', children: [], priority: 1 };
const FALSE: Condition = { kind: 'any', children: [], priority: 1 };

const read = ({ segments }: FactReference, model: Model): unknown =>
  segments.reduce<unknown>(readMember, model);

const isLiteral = (value: unknown): value is Literal =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value) || Array.isArray(value);

/** What remains of a condition once the candidate is known: what reads `model` becomes a constant. */
export function atModel(
  condition: Condition,
  model: Model,
  names: ReadonlyMap<string, Condition>,
): Condition {
  switch (condition.kind) {
    case 'named': {
      const named = names.get(condition.name);
      return named === undefined ? condition : atModel(named, model, names);
    }
    case 'not':
      return { ...condition, child: atModel(condition.child, model, names) };
    case 'compare': {
      const { left, right, chain } = condition;
      const value = right.kind === 'fact' ? read(right.reference, model) : right.value;
      const isKnown = right.kind === 'literal' || right.reference.fact === 'model';
      if (left.fact === 'model' && isKnown) return compareOf(chain)(read(left, model), value) ? TRUE : FALSE;
      if (right.kind === 'literal' || !isKnown || !isLiteral(value)) return condition;
      return { ...condition, right: { kind: 'literal', value } };
    }
    default:
      return { ...condition, children: condition.children.map((child) => atModel(child, model, names)) };
  }
}
