import { SpendHistory } from '../core/budget/spend-history.js';
import { DECAY_GROUPS, STAT_COUNT, type DecayGroup } from '../core/learning/arm-stats.js';
import type { HalfLives } from '../core/learning/decay.js';
import type { LinearArm } from '../core/bandit/linear/linear-arm.js';
import { NO_CONTEXT } from '../core/context/context-layout.js';
import { LearningState } from '../core/learning/learning-state.js';
import { RESIDUAL_COUNT } from '../core/learning/residual-sums.js';
import type { UseCaseState } from '../core/learning/use-case-state.js';
import type { TenantId, UseCase } from '../core/ids.js';
import type { ArmId } from '../core/registry/model.js';
import { LearningSnapshot, type ArmSums, type ScopeSums } from '../gen/sextant/storage/v1/storage.js';
import { StoreError } from './store-error.js';

/** The bytes of a learning state: a cache of the fold of all outcomes before its `sequence`. */
export function encodeLearning(state: LearningState): Uint8Array {
  const scopes = [...state.scopes()].map(({ tenant, useCase, segment, arms }) => ({
    tenant,
    useCase,
    segment,
    arms: encodeRows(arms),
    linearArms:
      useCase !== '' && segment === '' ? encodeRegressions(state.ensureUseCase(tenant, useCase)) : [],
    residuals:
      useCase !== '' && segment === '' ? encodeRows(state.ensureUseCase(tenant, useCase).residuals) : [],
  }));
  const budgets = [...state.budgets.accounts].map(([budgetId, account]) => ({
    budgetId,
    baseLambda: account.baseLambda,
    baseRequests: account.baseRequests,
    baseCostNanoUsd: account.baseCostNanoUsd,
    baseDebt: account.baseDebt,
    buckets: account.buckets.map((bucket) => ({ ...bucket, startSecond: BigInt(bucket.startSecond) })),
    olderCostNanoUsd: account.spend.olderNanoUsd,
    quarters: Array.from(account.spend.entries(), ({ quarter, costNanoUsd }) => ({
      quarter: BigInt(quarter),
      costNanoUsd,
    })),
  }));
  return LearningSnapshot.encode({
    foldVersion: state.version,
    sequence: BigInt(state.sequence),
    latestEventMs: BigInt(state.latestEventMs),
    landmarksMs: DECAY_GROUPS.map((group) => state.landmarksMs[group]),
    scopes,
    budgets,
  }).finish();
}

/**
 * A learning state from its bytes, or nothing where they were made by another fold.
 * @throws StoreError STORE_CORRUPT where a sum is not finite or a row has the wrong length.
 */
export function decodeLearning(
  bytes: Uint8Array,
  halfLives: HalfLives,
  layout = NO_CONTEXT,
): LearningState | undefined {
  const snapshot = LearningSnapshot.decode(bytes);
  const state = new LearningState(halfLives, layout);
  if (snapshot.foldVersion !== state.version) return undefined;
  const landmarks = Object.fromEntries(
    DECAY_GROUPS.map((group, i) => [group, finite(snapshot.landmarksMs[i])]),
  );
  state.restore(
    { sequence: Number(snapshot.sequence), latestEventMs: Number(snapshot.latestEventMs) },
    landmarks as Record<DecayGroup, number>,
  );
  for (const scope of snapshot.scopes) {
    const arms = armsOf(state, scope);
    restoreRows(scope.arms, arms, STAT_COUNT);
    if (scope.residuals.length > 0) {
      const useCase = state.ensureUseCase(scope.tenant as TenantId, scope.useCase as UseCase);
      restoreRows(scope.residuals, useCase.residuals, RESIDUAL_COUNT);
    }
    if (scope.linearArms.length > 0) restoreRegressions(state, scope);
  }
  for (const { budgetId, buckets, quarters, olderCostNanoUsd, ...base } of snapshot.budgets) {
    const spend = new SpendHistory();
    spend.restore(
      finite(olderCostNanoUsd),
      quarters.map(({ quarter, costNanoUsd }) => ({
        quarter: Number(quarter),
        costNanoUsd: finite(costNanoUsd),
      })),
    );
    state.budgets.restore(budgetId, {
      baseLambda: finite(base.baseLambda),
      baseRequests: finite(base.baseRequests),
      baseCostNanoUsd: finite(base.baseCostNanoUsd),
      baseDebt: finite(base.baseDebt),
      buckets: buckets.map((bucket) => ({
        startSecond: Number(bucket.startSecond),
        gradient: finite(bucket.gradient),
        requests: finite(bucket.requests),
        costNanoUsd: finite(bucket.costNanoUsd),
      })),
      spend,
    });
  }
  return state;
}

const encodeRows = (rows: ReadonlyMap<ArmId, Float64Array>): ArmSums[] =>
  [...rows].map(([armId, sums]) => ({ armId, sums: Array.from(sums) }));

function restoreRows(rows: readonly ArmSums[], into: Map<ArmId, Float64Array>, length: number): void {
  for (const { armId, sums } of rows) {
    if (sums.length !== length)
      throw new StoreError('STORE_CORRUPT', 'a snapshot has a row of the wrong length');
    into.set(armId as ArmId, Float64Array.from(sums, finite));
  }
}

const QUALITY_METRIC = 1;
const LOG_TOKENS_METRIC = 2;

function encodeRegressions({ regressions }: UseCaseState) {
  const row = (armId: ArmId, metric: number, { sums }: LinearArm) => ({
    armId,
    metric,
    xx: Array.from(sums.xx),
    xy: Array.from(sums.xy),
    scalars: Array.from(sums.scalars),
  });
  return [...regressions].flatMap(([armId, { quality, logTokens }]) => [
    row(armId, QUALITY_METRIC, quality),
    row(armId, LOG_TOKENS_METRIC, logTokens),
  ]);
}

function restoreRegressions(state: LearningState, { tenant, useCase, linearArms }: ScopeSums): void {
  const useCaseState = state.ensureUseCase(tenant as TenantId, useCase as UseCase);
  for (const { armId, metric, xx, xy, scalars } of linearArms) {
    const regressions = state.regressionsOf(useCaseState.tenant).ensure(useCaseState, armId as ArmId);
    const arm = metric === QUALITY_METRIC ? regressions.quality : regressions.logTokens;
    const { sums } = arm;
    if (
      xx.length !== sums.xx.length ||
      xy.length !== sums.xy.length ||
      scalars.length !== sums.scalars.length
    ) {
      throw new StoreError('STORE_CORRUPT', 'a snapshot has a regression of the wrong size');
    }
    sums.xx.set(xx.map(finite));
    sums.xy.set(xy.map(finite));
    sums.scalars.set(scalars.map(finite));
    arm.forget();
  }
}

function armsOf(state: LearningState, scope: { tenant: string; useCase: string; segment: string }) {
  const tenant = scope.tenant as TenantId;
  if (scope.useCase === '') return state.tenantArms(tenant);
  const useCase = state.ensureUseCase(tenant, scope.useCase as UseCase);
  return scope.segment === '' ? useCase.arms : state.segmentArms(useCase, scope.segment);
}

function finite(value: number | undefined): number {
  if (value === undefined || !Number.isFinite(value)) {
    throw new StoreError('STORE_CORRUPT', 'a snapshot has a sum that is not a finite number');
  }
  return value;
}
