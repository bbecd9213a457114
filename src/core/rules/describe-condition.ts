import type { Condition, FactReference, Operand } from './condition.js';
import type { OperatorChain } from './operator.js';

/** `$.a.b[0]['odd key']`, as a rule file writes it. */
export function pathText({ segments }: FactReference): string {
  return segments.reduce<string>((text, segment) => {
    if (typeof segment === 'number') return `${text}[${segment}]`;
    return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(segment) ? `${text}.${segment}` : `${text}['${segment}']`;
  }, '$');
}

/** `not:contains`, as a rule file writes it. */
export const chainText = ({ decorators, operator }: OperatorChain): string =>
  [...decorators, operator].join(':');

/** `model.prices.inputUsdPerMTok`, with the time zone of a clock. */
export const referenceText = (reference: FactReference): string => {
  const zone = reference.timeZone === undefined ? '' : ` in ${reference.timeZone}`;
  return `${reference.fact}${pathText(reference).slice(1)}${zone}`;
};

const operandText = (operand: Operand): string =>
  operand.kind === 'fact' ? referenceText(operand.reference) : JSON.stringify(operand.value);

/** A comparison in one line: `model.regions not:contains "eu"`. */
export function describeComparison({ left, chain, right }: Condition & { kind: 'compare' }): string {
  return `${referenceText(left)} ${chainText(chain)} ${operandText(right)}`;
}
