import { closestWord } from '../closest-word.js';
import { compareOf } from '../rules/operator.js';
import { visitConditions, type Condition, type Literal } from '../rules/condition.js';
import { pathText } from '../rules/describe-condition.js';
import { readMember } from '../rules/path.js';
import type { Model } from '../registry/model.js';
import type { RuleSet } from '../rules/rule-set.js';
import type { Warning } from './warning.js';

type Comparison = Condition & { readonly kind: 'compare' };

/** Members whose words are the registry's own; words of fixed lists are checked when rules are read. */
const OPEN_MEMBERS: ReadonlySet<unknown> = new Set([
  'id',
  'provider',
  'family',
  'regions',
  'dataPolicies',
  'languages',
  'tags',
  'aliases',
]);

const textsIn = (value: Literal): readonly string[] =>
  Array.isArray(value)
    ? (value as readonly Literal[]).flatMap(textsIn)
    : typeof value === 'string'
      ? [value]
      : [];

/** Words that conditions compare members of models with and that no model has, and named conditions without use. */
export function lintWords({ rules, conditions }: RuleSet, models: readonly Model[]): readonly Warning[] {
  const warnings: Warning[] = [];
  const roots = [...rules.map(({ condition }) => condition), ...conditions.values()];
  const used = new Set<string>();
  for (const root of roots) {
    visitConditions(root, (inner) => {
      if (inner.kind === 'named') used.add(inner.name);
      if (inner.kind === 'compare' && models.length > 0) warnings.push(...unknownWords(inner, models));
    });
  }
  for (const [name, condition] of conditions) {
    const place = used.has(name) ? undefined : firstPlace(condition);
    if (place === undefined) continue;
    const path = place.path.replace(/^(conditions(?:\.[^.[]+|\['[^']*'\])).*$/, '$1');
    warnings.push({
      file: place.file,
      path,
      code: 'unused-condition',
      reason: `nothing refers to condition ${name}`,
    });
  }
  return warnings;
}

function unknownWords(comparison: Comparison, models: readonly Model[]): Warning[] {
  const { left, right, chain, place } = comparison;
  if (left.fact !== 'model' || right.kind === 'fact' || !OPEN_MEMBERS.has(left.segments[0])) return [];
  const values = models.map((model) => left.segments.reduce<unknown>(readMember, model));
  const member = `model${pathText(left)}`;
  const warn = (reason: string, suggestion?: string): Warning => ({
    ...place,
    code: 'matches-no-model',
    reason,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
  if (chain.operator === 'matches') {
    const isTold =
      chain.decorators.length > 0 || values.some((value) => compareOf(chain)(value, right.value));
    return isTold ? [] : [warn(`no model of models.json matches it in ${member}`)];
  }
  if (!/^(equal|notEqual|in|notIn|contains|doesNotContain|intersects)$/.test(chain.operator)) return [];
  const known = values.flat().filter((value) => typeof value === 'string');
  return textsIn(right.value)
    .filter((word) => !known.includes(word))
    .map((word) => {
      const near = closestWord(word, new Set(known));
      return warn(
        `no model of models.json has ${JSON.stringify(word)} in ${member}`,
        near && `did you mean ${near}?`,
      );
    });
}

function firstPlace(condition: Condition): Comparison['place'] | undefined {
  let place: Comparison['place'] | undefined;
  visitConditions(condition, (inner) => {
    if (inner.kind === 'compare') place ??= inner.place;
  });
  return place;
}
