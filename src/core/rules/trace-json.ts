import type { FactReference } from './condition.js';
import { chainText, pathText } from './describe-condition.js';
import type { ConditionTrace } from './trace.js';

type Json = Readonly<Record<string, unknown>>;

const reference = (given: FactReference): Json => ({
  fact: given.fact,
  path: pathText(given),
  ...(given.timeZone !== undefined && { params: { timeZone: given.timeZone } }),
});

/**
 * A trace in the shape of json-rules-engine's rule results: the condition as it is written, with `result` on each
 * node and `factResult` (and `valueResult`, where the right side is a fact) on each comparison. A named condition
 * keeps its name beside what it stands for. What led nowhere, or was not evaluated, is left out.
 */
export function traceJson({ condition, children, factResult, valueResult, result }: ConditionTrace): Json {
  const known = result === undefined ? {} : { result };
  const below = children.map(traceJson);
  switch (condition.kind) {
    case 'all':
    case 'any':
      return { priority: condition.priority, operator: condition.kind, [condition.kind]: below, ...known };
    case 'not':
      return { priority: condition.priority, operator: 'not', not: below[0], ...known };
    case 'named':
      return { condition: condition.name, ...below[0], ...known };
    case 'compare':
      return {
        ...reference(condition.left),
        operator: chainText(condition.chain),
        value:
          condition.right.kind === 'literal' ? condition.right.value : reference(condition.right.reference),
        ...(factResult !== undefined && { factResult }),
        ...(valueResult !== undefined && { valueResult }),
        ...known,
      };
  }
}
