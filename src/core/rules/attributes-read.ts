import { visitConditions, type FactReference } from './condition.js';
import type { RuleSet } from './rule-set.js';

/** Every attribute of a request, or all of them. */
const ANY = '*';

/** Names of the request's attributes that rules read, ascending; `*` where one reads all of them at once. */
export function attributesRead({ rules, conditions }: RuleSet): readonly string[] {
  const names = new Set<string>();
  const note = ({ fact, segments: [member, name] }: FactReference): void => {
    if (fact === 'request' && (member === 'attributes' || member === undefined))
      names.add(name === undefined ? ANY : String(name));
  };
  for (const root of [...rules.map(({ condition }) => condition), ...conditions.values()]) {
    visitConditions(root, (inner) => {
      if (inner.kind !== 'compare') return;
      note(inner.left);
      if (inner.right.kind === 'fact') note(inner.right.reference);
    });
  }
  return [...names].sort();
}
