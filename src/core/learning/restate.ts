import { SpendHistory } from '../budget/spend-history.js';
import { NO_CONTEXT, type ContextLayout } from '../context/context-layout.js';
import { DECAY_GROUPS, STAT_GROUPS, scaleGroup, type ArmStats, type DecayGroup } from './arm-stats.js';
import { forwardWeight, landmarkFor, type HalfLives } from './decay.js';
import { LearningState } from './learning-state.js';
import type { UseCaseState } from './use-case-state.js';

/**
 * A state as other settings go on from it, where the outcomes behind it are gone: every sum keeps the weight that it had
 * under the old half-life at the time of the newest event T, and from then on decays under the new one.
 *
 * For a group of half-life h and landmark L, new h′ and L′: S′ = S · 2^((T−L′)/h′ − (T−L)/h); squared weights by the
 * square of that. Regressions on contexts of another layout cannot be read and are left out; spend has no half-life.
 *
 * @returns the state itself where its settings are these already.
 */
export function restate(state: LearningState, halfLives: HalfLives, layout = NO_CONTEXT): LearningState {
  const next = new LearningState(halfLives, layout);
  if (next.version === state.version) return state;
  const factors = moveLandmarks(state, next);
  for (const { tenant, useCase, segment, arms } of state.scopes()) {
    const scope =
      useCase === ''
        ? next.tenantArms(tenant)
        : segment === ''
          ? next.ensureUseCase(tenant, useCase).arms
          : next.segmentArms(next.ensureUseCase(tenant, useCase), segment);
    for (const [armId, stats] of arms) scope.set(armId, scaled(stats, factors));
  }
  // The memories' half-lives are no setting.
  for (const { tenant, useCase, residuals } of state.useCases) {
    const into = next.ensureUseCase(tenant, useCase).residuals;
    for (const [armId, sums] of residuals) into.set(armId, Float64Array.from(sums));
  }
  if (isSameLayout(state.layout, layout))
    for (const useCase of state.useCases) moveRegressions(useCase, next, factors);
  for (const [id, account] of state.budgets.accounts) {
    const spend = new SpendHistory();
    spend.merge(account.spend);
    next.budgets.restore(id, { ...account, spend });
  }
  return next;
}

type Factors = Readonly<Record<DecayGroup, number>>;

/** Sets the landmarks of the next state. @returns what each group's sums are multiplied by. */
function moveLandmarks(state: LearningState, next: LearningState): Factors {
  const { sequence, latestEventMs } = state;
  const factors = {} as Record<DecayGroup, number>;
  const landmarksMs = {} as Record<DecayGroup, number>;
  for (const group of DECAY_GROUPS) {
    const [from, to] = [state.halfLives[group], next.halfLives[group]];
    const fromMs = state.landmarksMs[group];
    // With the half-life as it was, not even rounding changes.
    landmarksMs[group] = from === to ? fromMs : landmarkFor(latestEventMs, to);
    factors[group] =
      from === to
        ? 1
        : forwardWeight(latestEventMs, landmarksMs[group], to) / forwardWeight(latestEventMs, fromMs, from);
  }
  next.restore({ sequence, latestEventMs }, landmarksMs);
  return factors;
}

function scaled(stats: ArmStats, factors: Factors): ArmStats {
  const copy = Float64Array.from(stats);
  for (const group of STAT_GROUPS) if (factors[group] !== 1) scaleGroup(copy, group, factors[group]);
  return copy;
}

function moveRegressions(
  { tenant, useCase, regressions }: UseCaseState,
  next: LearningState,
  factors: Factors,
): void {
  const into = next.ensureUseCase(tenant, useCase);
  for (const [armId, from] of regressions) {
    const to = next.regressionsOf(tenant).ensure(into, armId);
    for (const [metric, group] of [
      ['quality', 'quality'],
      ['logTokens', 'tokens'],
    ] as const) {
      to[metric].sums.xx.set(from[metric].sums.xx);
      to[metric].sums.xy.set(from[metric].sums.xy);
      to[metric].sums.scalars.set(from[metric].sums.scalars);
      to[metric].sums.scale(factors[group]);
      to[metric].forget();
    }
  }
}

const isSameLayout = (a: ContextLayout, b: ContextLayout): boolean =>
  a.size === b.size && a.mapId === b.mapId;
