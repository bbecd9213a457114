/** A range of positions that belongs to a group, and the phase in which it was given to it. */
export interface Slot {
  readonly from: number;
  readonly to: number;
  readonly group: number;
  readonly phase: number;
}

/**
 * Which positions of [0, 1) belong to which group. A ramp adds slots and takes none away, so that no unit that is in
 * ever moves.
 *
 * Invariants: slots are disjoint and ascend; phases count from 0 without a gap.
 */
export interface Allocation {
  readonly slots: readonly Slot[];
  /** Share of positions of each group, by phase. */
  readonly shares: readonly (readonly number[])[];
}

export const NO_ALLOCATION: Allocation = { slots: [], shares: [] };

/** Shares that differ by less are the same: sums of decimal fractions are not exact. */
export const SHARE_TOLERANCE = 1e-9;

/**
 * Begins the next phase, in which groups have these shares of the positions. What a group gains is taken from what is
 * free, from the left.
 *
 * @throws RangeError where a group would shrink, or there is not so much left.
 */
export function grow({ slots, shares }: Allocation, target: readonly number[]): Allocation {
  const phase = shares.length;
  const before = shares.at(-1) ?? target.map(() => 0);
  const total = target.reduce((sum, share) => sum + share, 0);
  if (total > 1 + SHARE_TOLERANCE) throw new RangeError(`shares sum to ${total}, more than 1`);
  const grown = [...slots];
  target.forEach((share, group) => {
    const missing = share - before[group]!;
    if (missing < -SHARE_TOLERANCE)
      throw new RangeError(`group ${group} cannot shrink from ${before[group]!} to ${share}`);
    if (missing <= SHARE_TOLERANCE) return;
    for (const { from, to } of takeFrom(freeOf(grown), missing)) grown.push({ from, to, group, phase });
  });
  grown.sort((a, b) => a.from - b.from);
  return { slots: grown, shares: [...shares, target] };
}

interface Range {
  readonly from: number;
  readonly to: number;
}

function freeOf(slots: readonly Slot[]): Range[] {
  const free: Range[] = [];
  let at = 0;
  for (const { from, to } of [...slots].sort((a, b) => a.from - b.from)) {
    if (from > at) free.push({ from: at, to: from });
    at = Math.max(at, to);
  }
  if (at < 1) free.push({ from: at, to: 1 });
  return free;
}

function takeFrom(free: readonly Range[], share: number): Range[] {
  const taken: Range[] = [];
  let left = share;
  for (const { from, to } of free) {
    if (left <= SHARE_TOLERANCE) break;
    const length = Math.min(to - from, left);
    // The last free range is taken whole where rounding alone would leave a splinter of it.
    const end = to - from - length < SHARE_TOLERANCE ? to : from + length;
    taken.push({ from, to: end });
    left -= length;
  }
  return taken;
}

/** The slot that holds a position, if one does. */
export function slotAt({ slots }: Allocation, position: number): Slot | undefined {
  let [low, high] = [0, slots.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const slot = slots[middle]!;
    if (position < slot.from) high = middle - 1;
    else if (position >= slot.to) low = middle + 1;
    else return slot;
  }
  return undefined;
}

/** What each group gained with a phase, as shares of all that was gained: where units of these slots must lie. */
export function entryShares({ shares }: Allocation, phase: number): readonly number[] {
  const before = shares[phase - 1];
  const gained = shares[phase]!.map((share, group) => Math.max(0, share - (before?.[group] ?? 0)));
  const total = gained.reduce((sum, share) => sum + share, 0);
  return gained.map((share) => (total > 0 ? share / total : 0));
}
