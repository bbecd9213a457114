import type { Condition, Literal } from '../rules/condition.js';
import type { OperatorChain } from '../rules/operator.js';
import { typeOfMember } from './member-values.js';

const LIST_OPERATORS = /^(contains|doesNotContain|intersects)$/;
const VALUE_OPERATORS = /^(equal|notEqual|in|notIn)$/;

/** What was likely meant by a comparison that cannot go one of its ways, where its types say so. */
export function typeHint(comparison: Condition & { kind: 'compare' }): { suggestion?: string } {
  const { chain, right } = comparison;
  if (right.kind === 'fact' || chain.decorators.some((decorator) => decorator !== 'not')) return {};
  const suggestion =
    operatorHint(typeOfMember(comparison), chain, right.value) ??
    quotesHint(typeOfMember(comparison), right.value);
  return suggestion === undefined ? {} : { suggestion };
}

type Type = ReturnType<typeof typeOfMember>;

function operatorHint(
  type: Type,
  { decorators, operator }: OperatorChain,
  value: Literal,
): string | undefined {
  const isOpposite = (decorators.length % 2 === 1) !== /^(not|doesNot)/.test(operator);
  const not = isOpposite ? 'not:' : '';
  if (type === 'list' && VALUE_OPERATORS.test(operator)) {
    return `it is a list: use ${not}${Array.isArray(value) ? 'intersects' : 'contains'}`;
  }
  if (type === 'list' || type === undefined || !LIST_OPERATORS.test(operator)) return undefined;
  return `it is no list: use ${not}${operator === 'intersects' ? 'in' : 'equal'}`;
}

function quotesHint(type: Type, value: Literal): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (type === 'flag' && (value === 'true' || value === 'false')) return `write ${value} without quotes`;
  const isNumber = value.trim() !== '' && Number.isFinite(Number(value));
  return type === 'number' && isNumber ? `write ${Number(value)} without quotes` : undefined;
}
