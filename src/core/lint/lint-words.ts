import { closestWord } from '../closest-word.js';
import { compareOf } from '../rules/operator.js';
import { visitConditions, type Condition, type Literal } from '../rules/condition.js';
import { referenceText } from '../rules/describe-condition.js';
import { readMember } from '../rules/path.js';
import type { Model } from '../registry/model.js';
import type { RuleSet } from '../rules/rule-set.js';
import type { Tenants } from '../rules/parse-tenants.js';
import { WARNINGS_MAX, type Warning } from './warning.js';

type Comparison = Condition & { readonly kind: 'compare' };

/** What words are held against. */
export interface KnownWords {
  readonly models: readonly Model[];
  readonly tenants: Tenants;
}

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

/**
 * Words that conditions compare members of models, or ids of tenants, with and that none has, and named conditions
 * without use.
 */
export function lintWords({ rules, conditions }: RuleSet, known: KnownWords): readonly Warning[] {
  const warnings: Warning[] = [];
  const roots = [...rules.map(({ condition }) => condition), ...conditions.values()];
  const used = new Set<string>();
  const words = new WordCheck(known);
  for (const root of roots) {
    visitConditions(root, (inner) => {
      if (inner.kind === 'named') used.add(inner.name);
      if (inner.kind === 'compare' && warnings.length < WARNINGS_MAX) warnings.push(...words.unknown(inner));
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

/** Holds words against what members of models hold, each member read once. */
class WordCheck {
  private readonly byMember = new Map<string, { values: readonly unknown[]; words: ReadonlySet<string> }>();

  constructor(private readonly known: KnownWords) {}

  unknown(comparison: Comparison): Warning[] {
    const { left, right } = comparison;
    if (right.kind === 'fact') return [];
    if (left.fact === 'tenant' && left.segments[0] === 'id')
      return this.unknownTenants(comparison, right.value);
    if (left.fact !== 'model' || !OPEN_MEMBERS.has(left.segments[0])) return [];
    return this.known.models.length === 0 ? [] : this.unknownToModels(comparison, right.value);
  }

  private unknownToModels({ left, chain, place }: Comparison, value: Literal): Warning[] {
    const member = referenceText(left);
    const { values, words } = this.readMember(member, left.segments);
    const code = 'matches-no-model';
    if (chain.operator === 'matches') {
      const isTold = chain.decorators.length > 0 || values.some((read) => compareOf(chain)(read, value));
      return isTold ? [] : [{ ...place, code, reason: `no model of models.json matches it in ${member}` }];
    }
    return unknownWords(chain.operator, value, words).map(({ word, hint }) => ({
      ...place,
      code,
      reason: `no model of models.json has ${JSON.stringify(word)} in ${member}`,
      ...hint,
    }));
  }

  private unknownTenants({ chain, place }: Comparison, value: Literal): Warning[] {
    const words = new Set(this.known.tenants.keys());
    return unknownWords(chain.operator, value, words).map(({ word, hint }) => ({
      ...place,
      code: 'matches-no-tenant',
      reason: unlisted(word),
      ...hint,
    }));
  }

  private readMember(member: string, segments: Comparison['left']['segments']) {
    const read = this.byMember.get(member);
    if (read !== undefined) return read;
    const values = this.known.models.map((model) => segments.reduce<unknown>(readMember, model));
    const words = new Set(values.flat().filter((value) => typeof value === 'string'));
    this.byMember.set(member, { values, words });
    return { values, words };
  }
}

/** An id that `tenants.json` does not list is treated as `default`, and is most likely mistyped. */
export const unlisted = (id: string): string =>
  `tenants.json lists no tenant ${JSON.stringify(id)}; it would be treated as default`;

/** The nearest known word as a suggestion, ready to spread into a warning. */
export function nearest(word: string, known: Iterable<string>): { suggestion?: string } {
  const near = closestWord(word, known);
  return near === undefined ? {} : { suggestion: `did you mean ${near}?` };
}

function unknownWords(
  operator: string,
  value: Literal,
  known: ReadonlySet<string>,
): readonly { readonly word: string; readonly hint: { suggestion?: string } }[] {
  if (!/^(equal|notEqual|in|notIn|contains|doesNotContain|intersects)$/.test(operator)) return [];
  return textsIn(value)
    .filter((word) => !known.has(word))
    .slice(0, WARNINGS_MAX)
    .map((word) => ({ word, hint: nearest(word, known) }));
}

function firstPlace(condition: Condition): Comparison['place'] | undefined {
  let place: Comparison['place'] | undefined;
  visitConditions(condition, (inner) => {
    if (inner.kind === 'compare') place ??= inner.place;
  });
  return place;
}
