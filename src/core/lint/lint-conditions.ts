import { visitConditions, type Condition, type Place } from '../rules/condition.js';
import { describeComparison } from '../rules/describe-condition.js';
import type { RuleSet } from '../rules/rule-set.js';
import { contradictionIn, describeClaims, not, type Claim } from './satisfiable.js';
import type { Warning } from './warning.js';

type Comparison = Condition & { readonly kind: 'compare' };

/** Conditions that can never hold, or always do, wherever they stand; the outermost is named. */
export function lintConditions({ rules, conditions }: RuleSet): readonly Warning[] {
  const warnings: Warning[] = [];
  const roots = [
    ...rules.map(({ condition, place }) => ({ condition, at: `${place.path}.conditions`, file: place.file })),
    ...[...conditions.values()].flatMap((condition) => {
      const [first] = leavesOf(condition);
      return first === undefined ? [] : [{ condition, at: first.place.path, file: first.place.file }];
    }),
  ];
  for (const { condition, at, file } of roots) visit(condition, { file, path: at });
  return warnings;

  function visit(condition: Condition, root: Place): void {
    const leaves = leavesOf(condition);
    // `"all": []` means what it says, and names are looked at where they stand.
    if (leaves.length === 0) return descend(condition, root);
    const clash = contradictionIn(condition, conditions);
    if (clash !== undefined) {
      const reason =
        clash.length > 1
          ? `can never hold: ${describeClaims(clash)} exclude each other`
          : neverText(clash, leaves);
      warnings.push({
        code: 'never-holds',
        ...placeIn(
          clash.map(({ comparison }) => comparison),
          leaves,
        ),
        reason,
      });
    } else if (contradictionIn(not(condition), conditions) !== undefined) {
      const what = leaves.map(describeComparison).join(condition.kind === 'any' ? ' or ' : ' and ');
      warnings.push({ code: 'always-holds', ...leaves[0]!.place, reason: `always holds: ${what}` });
    } else {
      descend(condition, root);
    }
  }

  function descend(condition: Condition, root: Place): void {
    if (condition.kind === 'all' || condition.kind === 'any') {
      for (const child of condition.children) visit(child, root);
    } else if (condition.kind === 'not') visit(condition.child, root);
  }
}

const neverText = (clash: readonly Claim[], leaves: readonly Comparison[]): string =>
  `can never hold: ${clash.length > 0 ? describeClaims(clash) : leaves.map(describeComparison).join(' or ')}`;

/** The last of the clashing comparisons that stands below this condition, not behind a name. */
function placeIn(clash: readonly Comparison[], leaves: readonly Comparison[]): Place {
  return (clash.findLast((comparison) => leaves.includes(comparison)) ?? leaves[0]!).place;
}

/** Comparisons below a condition, references not followed. */
function leavesOf(condition: Condition): Comparison[] {
  const leaves: Comparison[] = [];
  visitConditions(condition, (inner) => {
    if (inner.kind === 'compare') leaves.push(inner);
  });
  return leaves;
}
