import { visitConditions, type Condition, type Place } from '../rules/condition.js';
import { describeComparison } from '../rules/describe-condition.js';
import type { RuleSet } from '../rules/rule-set.js';
import { describeClaims, not, Reasoner, type Claim } from './satisfiable.js';
import { typeHint } from './type-hint.js';
import type { Warning } from './warning.js';

type Comparison = Condition & { readonly kind: 'compare' };

/** Conditions that can never hold, or always do, wherever they stand; the outermost is named. */
export function lintConditions({ rules, conditions }: RuleSet): readonly Warning[] {
  const warnings: Warning[] = [];
  const reasoner = new Reasoner(conditions);
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
    const clash = reasoner.contradictionIn(condition);
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
        ...(clash.length === 1 ? typeHint(clash[0]!.comparison) : {}),
      });
    } else if (reasoner.contradictionIn(not(condition)) !== undefined) {
      const what = listLeaves(leaves, condition.kind === 'any' ? ' or ' : ' and ');
      warnings.push({
        code: 'always-holds',
        ...leaves[0]!.place,
        reason: `always holds: ${what}`,
        ...(leaves.length === 1 ? typeHint(leaves[0]!) : {}),
      });
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
  `can never hold: ${clash.length > 0 ? describeClaims(clash) : listLeaves(leaves, ' or ')}`;

const LEAVES_SHOWN = 6;

function listLeaves(leaves: readonly Comparison[], join: string): string {
  const more = leaves.length - LEAVES_SHOWN;
  const shown = leaves.slice(0, LEAVES_SHOWN).map(describeComparison);
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(join);
}

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
