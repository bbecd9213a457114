/** What a fit tells: whether the weak model falls short, or how much more the strong one brings. */
export const FIT_TARGETS = ['short', 'gain'] as const;
export type FitTarget = (typeof FIT_TARGETS)[number];

/** A model's record over a whole set. */
export interface ModelRecord {
  readonly model: string;
  readonly meanQuality: number;
  /** US dollars per request; absent where the set has none. */
  readonly meanCostUsd?: number;
}

/** The cheapest model, and the lowest in quality where costs are not known; ties go to the earlier name. */
export function weakModel(records: readonly ModelRecord[]): string {
  const priced = records.every(({ meanCostUsd }) => meanCostUsd !== undefined);
  const rank = ({ meanCostUsd, meanQuality }: ModelRecord): number => (priced ? meanCostUsd! : meanQuality);
  return records.reduce((best, next) =>
    rank(next) < rank(best) || (rank(next) === rank(best) && next.model < best.model) ? next : best,
  ).model;
}

/** The model of the highest mean quality; ties go to the earlier name. */
export function strongModel(records: readonly ModelRecord[]): string {
  return records.reduce((best, next) =>
    next.meanQuality > best.meanQuality || (next.meanQuality === best.meanQuality && next.model < best.model)
      ? next
      : best,
  ).model;
}

/**
 * The target of one prompt, in [0, 1].
 *
 * `short`: 1 where the weak model's quality is more than `margin` below the best of all models, else 0.
 * `gain`: (1 + q_strong − q_weak) / 2, so that one half is no gain.
 */
export function targetOf(
  qualities: ReadonlyMap<string, number>,
  { target, weak, strong, margin }: { target: FitTarget; weak: string; strong: string; margin: number },
): number {
  const ofWeak = qualities.get(weak)!;
  if (target === 'gain') return (1 + qualities.get(strong)! - ofWeak) / 2;
  return Math.max(...qualities.values()) - ofWeak > margin ? 1 : 0;
}
