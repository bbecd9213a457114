/** Scores of examples, what came of them, and which may be compared with which. */
export interface Ranked {
  readonly scores: ArrayLike<number>;
  /** In [0, 1]. */
  readonly targets: ArrayLike<number>;
  /** Only examples of one group are compared. */
  readonly groups: ArrayLike<number>;
  /** Which examples count. */
  readonly rows: Iterable<number>;
}

/**
 * How often the higher score has the higher target, within groups: the area under the ROC curve, for targets that may
 * lie between 0 and 1. Each example counts as y of a positive and 1 − y of a negative one; ties count one half.
 *
 * @returns a number in [0, 1], or undefined where no group has both. O(n log n).
 * Source: Hanley & McNeil, Radiology 143 (1982), the Mann–Whitney form.
 */
export function concordance({ scores, targets, groups, rows }: Ranked): number | undefined {
  const byGroup = new Map<number, number[]>();
  for (const row of rows) {
    const group = groups[row]!;
    const members = byGroup.get(group);
    if (members === undefined) byGroup.set(group, [row]);
    else members.push(row);
  }
  let concordant = 0;
  let pairs = 0;
  for (const members of byGroup.values()) {
    members.sort((a, b) => scores[a]! - scores[b]!);
    let positives = 0;
    let negativesBelow = 0;
    for (let from = 0; from < members.length;) {
      let to = from;
      let [positive, negative] = [0, 0];
      while (to < members.length && scores[members[to]!] === scores[members[from]!]) {
        positive += targets[members[to]!]!;
        negative += 1 - targets[members[to]!]!;
        to += 1;
      }
      concordant += positive * (negativesBelow + negative / 2);
      positives += positive;
      negativesBelow += negative;
      from = to;
    }
    pairs += positives * negativesBelow;
  }
  return pairs > 0 ? concordant / pairs : undefined;
}
