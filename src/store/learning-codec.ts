import { SpendHistory } from '../core/budget/spend-history.js';
import { DECAY_GROUPS, STAT_COUNT, type DecayGroup } from '../core/learning/arm-stats.js';
import type { HalfLives } from '../core/learning/decay.js';
import type { LinearArm } from '../core/bandit/linear/linear-arm.js';
import { NO_CONTEXT } from '../core/context/context-layout.js';
import { LearningState, type StateScope } from '../core/learning/learning-state.js';
import { RESIDUAL_COUNT } from '../core/learning/residual-sums.js';
import type { UseCaseState } from '../core/learning/use-case-state.js';
import type { TenantId, UseCase } from '../core/ids.js';
import type { ArmId } from '../core/registry/model.js';
import { LearningSnapshot } from '../gen/sextant/storage/v1/storage.js';
import { readScope, takeField, writeScope, type ScopeRows, type SumsRow } from './scope-codec.js';
import { readable, StoreError } from './store-error.js';

/** The bytes of a learning state: a cache of the fold of all outcomes before its `sequence`. */
export function encodeLearning(state: LearningState): Uint8Array {
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
  const snapshot = LearningSnapshot.encode({
    foldVersion: state.version,
    sequence: BigInt(state.sequence),
    latestEventMs: BigInt(state.latestEventMs),
    landmarksMs: DECAY_GROUPS.map((group) => state.landmarksMs[group]),
    scopes: [],
    budgets,
  });
  for (const scope of state.scopes())
    writeScope(snapshot.uint32(SCOPES_TAG).fork(), rowsOf(state, scope)).join();
  return snapshot.finish();
}

/** Field 4 of a `LearningSnapshot`. */
const SCOPES_TAG = 0x22;

function rowsOf(state: LearningState, { arms, ...names }: StateScope): ScopeRows {
  const isUseCase = names.useCase !== '' && names.segment === '';
  const useCase = isUseCase ? state.useCase(names.tenant, names.useCase as UseCase) : undefined;
  return {
    ...names,
    arms: encodeRows(arms),
    residuals: encodeRows(useCase?.residuals ?? NONE),
    regressions: useCase === undefined ? [] : encodeRegressions(useCase),
  };
}

const NONE: ReadonlyMap<ArmId, Float64Array> = new Map();

/**
 * A learning state from its bytes, or nothing where they were made by another fold.
 * @throws StoreError STORE_CORRUPT where a sum is not finite or a row has the wrong length.
 */
export function decodeLearning(
  bytes: Uint8Array,
  halfLives: HalfLives,
  layout = NO_CONTEXT,
): LearningState | undefined {
  const { snapshot, scopes } = readSnapshot(bytes);
  const state = new LearningState(halfLives, layout);
  if (snapshot.foldVersion !== state.version) return undefined;
  const landmarks = Object.fromEntries(
    DECAY_GROUPS.map((group, i) => [group, finite(snapshot.landmarksMs[i])]),
  );
  state.restore(
    { sequence: Number(snapshot.sequence), latestEventMs: Number(snapshot.latestEventMs) },
    landmarks as Record<DecayGroup, number>,
  );
  for (const scope of scopes()) {
    const arms = armsOf(state, scope);
    restoreRows(scope.arms, arms, STAT_COUNT);
    if (scope.residuals.length > 0) {
      const useCase = state.ensureUseCase(scope.tenant as TenantId, scope.useCase as UseCase);
      restoreRows(scope.residuals, useCase.residuals, RESIDUAL_COUNT);
    }
    if (scope.regressions.length > 0) restoreRegressions(state, scope);
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

const UNREADABLE = 'a snapshot cannot be read';

/** All but the scopes, which are read when they are asked for. */
function readSnapshot(bytes: Uint8Array) {
  const { rest, values } = readable(UNREADABLE, () => takeField(bytes, SCOPES_TAG));
  return {
    snapshot: readable(UNREADABLE, () => LearningSnapshot.decode(rest)),
    scopes: (): ScopeRows[] =>
      readable(UNREADABLE, () => values.map(({ cursor, end }) => readScope(cursor, end))),
  };
}

const encodeRows = (rows: ReadonlyMap<ArmId, Float64Array>): SumsRow[] =>
  [...rows].map(([armId, sums]) => ({ armId, sums }));

function restoreRows(rows: readonly SumsRow[], into: Map<ArmId, Float64Array>, length: number): void {
  for (const { armId, sums } of rows) {
    if (sums.length !== length)
      throw new StoreError('STORE_CORRUPT', 'a snapshot has a row of the wrong length');
    into.set(armId as ArmId, allFinite(sums));
  }
}

const QUALITY_METRIC = 1;
const LOG_TOKENS_METRIC = 2;

function encodeRegressions({ regressions }: UseCaseState) {
  const row = (armId: ArmId, metric: number, { sums }: LinearArm) => ({
    armId,
    metric,
    xx: sums.xx,
    xy: sums.xy,
    scalars: sums.scalars,
  });
  return [...regressions].flatMap(([armId, { quality, logTokens }]) => [
    row(armId, QUALITY_METRIC, quality),
    row(armId, LOG_TOKENS_METRIC, logTokens),
  ]);
}

function restoreRegressions(state: LearningState, { tenant, useCase, regressions: rows }: ScopeRows): void {
  const useCaseState = state.ensureUseCase(tenant as TenantId, useCase as UseCase);
  for (const { armId, metric, xx, xy, scalars } of rows) {
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
    sums.xx.set(allFinite(xx));
    sums.xy.set(allFinite(xy));
    sums.scalars.set(allFinite(scalars));
    arm.forget();
  }
}

function armsOf(state: LearningState, scope: { tenant: string; useCase: string; segment: string }) {
  const tenant = scope.tenant as TenantId;
  if (scope.useCase === '') return state.tenantArms(tenant);
  const useCase = state.ensureUseCase(tenant, scope.useCase as UseCase);
  return scope.segment === '' ? useCase.arms : state.segmentArms(useCase, scope.segment);
}

function allFinite(sums: Float64Array): Float64Array {
  for (const sum of sums) finite(sum);
  return sums;
}

function finite(value: number | undefined): number {
  if (value === undefined || !Number.isFinite(value)) {
    throw new StoreError('STORE_CORRUPT', 'a snapshot has a sum that is not a finite number');
  }
  return value;
}
