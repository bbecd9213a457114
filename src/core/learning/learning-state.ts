import type { TenantId, UseCase } from '../ids.js';
import { RATE_ONE_Q16, type Outcome } from '../outcome/outcome.js';
import type { ArmId } from '../registry/model.js';
import { BudgetLedger } from '../budget/budget-ledger.js';
import { NO_CONTEXT } from '../context/context-layout.js';
import { contextValues } from '../context/context-vector.js';
import {
  DECAY_GROUPS,
  emptyArmStats,
  isMemory,
  scaleGroup,
  type ArmStats,
  type DecayGroup,
  type StatGroup,
} from './arm-stats.js';
import {
  foldVersion,
  forwardWeight,
  landmarkFor,
  landmarkIsFar,
  landmarkReachMs,
  DRIFT_HALF_LIVES_MS,
  type GroupHalfLives,
  type HalfLives,
} from './decay.js';
import { EventWeights } from './event-weights.js';
import { observeResiduals } from './observe-residuals.js';
import { observe } from './observe.js';
import { emptyResiduals, scaleMemory, type ResidualSums } from './residual-sums.js';
import { TenantRegressions } from './tenant-regressions.js';
import { emptyUseCase, type RegressionMetric, type ScopeArms, type UseCaseState } from './use-case-state.js';

/** Regressions whose sums are decayed as a group says. */
const REGRESSION_OF: Partial<Record<DecayGroup, RegressionMetric>> = {
  quality: 'quality',
  tokens: 'logTokens',
};

/** One scope's sums: a tenant's own, a use case's or a segment's; empty names where they do not apply. */
export interface StateScope {
  readonly tenant: TenantId;
  readonly useCase: UseCase | '';
  readonly segment: string;
  readonly arms: ScopeArms;
}

function armStatsIn(scope: ScopeArms, armId: ArmId): ArmStats {
  let stats = scope.get(armId);
  if (stats === undefined) scope.set(armId, (stats = emptyArmStats()));
  return stats;
}

function residualsIn({ residuals }: UseCaseState, armId: ArmId): ResidualSums {
  let sums = residuals.get(armId);
  if (sums === undefined) residuals.set(armId, (sums = emptyResiduals()));
  return sums;
}

/**
 * Everything learned: the fold of a prefix of the outcome log. The one owner of its sums; only
 * `fold` changes them, and Select only reads.
 *
 * Invariants: equal to folding outcomes 0 … sequence − 1 in any order, up to rounding (about 1e-9
 * relative); every sum is finite.
 */
export class LearningState {
  readonly version: string;
  readonly tenants = new Map<TenantId, ScopeArms>();
  readonly useCases: UseCaseState[] = [];
  readonly budgets = new BudgetLedger();
  readonly landmarksMs: Record<DecayGroup, number>;
  /** Next position of the log to fold. */
  sequence = 0;
  /** Newest event that was folded: what is read is never read as of before it, whatever the clock says. */
  latestEventMs = 0;
  /** Grows with every change, so that caches know. */
  revision = 0;
  private landmarksSet = false;
  /** Up to this time no landmark is far. */
  private settledUntilMs = -Infinity;
  private readonly weights = new EventWeights();
  private readonly useCasesOf = new Map<TenantId, Map<UseCase, UseCaseState>>();
  private readonly regressions = new Map<TenantId, TenantRegressions>();

  readonly halfLives: GroupHalfLives;
  /** The context of the outcome that is being folded. */
  private readonly x: Float64Array;

  /** @param layout of the contexts that are learned from. */
  constructor(
    halfLives: HalfLives,
    readonly layout = NO_CONTEXT,
  ) {
    this.halfLives = { ...halfLives, labels: halfLives.quality, ...DRIFT_HALF_LIVES_MS };
    this.x = new Float64Array(layout.size);
    this.version = foldVersion(this.halfLives, layout);
    const zeros = DECAY_GROUPS.map((group) => [group, 0]);
    this.landmarksMs = Object.fromEntries(zeros) as Record<DecayGroup, number>;
  }

  /**
   * Adds one outcome. A position below `sequence` was folded before and is passed over.
   * @throws RangeError where a position is skipped.
   */
  fold(outcome: Outcome, sequence: number): void {
    if (sequence < this.sequence) return;
    if (sequence > this.sequence) {
      throw new RangeError(`cannot fold position ${sequence}: the next one is ${this.sequence}`);
    }
    this.settleLandmarks(outcome.eventTimeMs);
    this.latestEventMs = Math.max(this.latestEventMs, outcome.eventTimeMs);
    this.weights.moveTo(outcome.eventTimeMs);
    const { stats: weights, memories } = this.weights;
    const useCase = this.ensureUseCase(outcome.tenant, outcome.useCase);
    observe(armStatsIn(this.tenantArms(outcome.tenant), outcome.armId), outcome, weights);
    observe(armStatsIn(useCase.arms, outcome.armId), outcome, weights);
    observe(armStatsIn(this.segmentArms(useCase, outcome.segment), outcome.armId), outcome, weights);
    observeResiduals(residualsIn(useCase, outcome.armId), outcome, memories);
    this.foldRegressions(useCase, outcome, weights);
    this.budgets.fold(outcome);
    this.sequence = sequence + 1;
    this.revision += 1;
  }

  /** Passes over outcomes that this state is not about, up to a position. */
  skipTo(sequence: number): void {
    this.sequence = Math.max(this.sequence, sequence);
  }

  useCase(tenant: TenantId, useCase: UseCase): UseCaseState | undefined {
    return this.useCasesOf.get(tenant)?.get(useCase);
  }

  /** Weight that sums at the landmark have at a time: multiply by it to read. */
  readFactor(group: DecayGroup, timeMs: number): number {
    const readMs = Math.max(timeMs, this.latestEventMs);
    return 1 / forwardWeight(readMs, this.landmarksMs[group], this.halfLives[group]);
  }

  /** Puts back what a snapshot kept. For the codec of snapshots alone. */
  restore(
    { sequence, latestEventMs }: { readonly sequence: number; readonly latestEventMs: number },
    landmarksMs: Readonly<Record<DecayGroup, number>>,
  ): void {
    this.sequence = sequence;
    this.latestEventMs = latestEventMs;
    this.landmarksSet = sequence > 0;
    Object.assign(this.landmarksMs, landmarksMs);
    if (this.landmarksSet) this.landmarksMoved();
    this.revision += 1;
  }

  tenantArms(tenant: TenantId): ScopeArms {
    let arms = this.tenants.get(tenant);
    if (arms === undefined) this.tenants.set(tenant, (arms = new Map<ArmId, ArmStats>()));
    return arms;
  }

  ensureUseCase(tenant: TenantId, useCase: UseCase): UseCaseState {
    let ofTenant = this.useCasesOf.get(tenant);
    if (ofTenant === undefined) this.useCasesOf.set(tenant, (ofTenant = new Map<UseCase, UseCaseState>()));
    let state = ofTenant.get(useCase);
    if (state === undefined) {
      state = emptyUseCase(tenant, useCase);
      ofTenant.set(useCase, state);
      this.useCases.push(state);
    }
    return state;
  }

  regressionsOf(tenant: TenantId): TenantRegressions {
    let regressions = this.regressions.get(tenant);
    if (regressions === undefined) {
      this.regressions.set(tenant, (regressions = new TenantRegressions(this.layout.size)));
    }
    return regressions;
  }

  segmentArms(useCase: UseCaseState, segment: string): ScopeArms {
    let arms = useCase.segments.get(segment);
    if (arms === undefined) useCase.segments.set(segment, (arms = new Map<ArmId, ArmStats>()));
    return arms;
  }

  /** Every scope's sums, for scaling and for snapshots. */
  *scopes(): Generator<StateScope> {
    for (const [tenant, arms] of this.tenants) yield { tenant, useCase: '', segment: '', arms };
    for (const state of this.useCases) {
      yield { tenant: state.tenant, useCase: state.useCase, segment: '', arms: state.arms };
      for (const [segment, arms] of state.segments) {
        yield { tenant: state.tenant, useCase: state.useCase, segment, arms };
      }
    }
  }

  /** Contexts of another layout were made under other settings: they cannot be learned from. */
  private foldRegressions(
    useCase: UseCaseState,
    outcome: Outcome,
    weights: Readonly<Record<StatGroup, number>>,
  ): void {
    const { armId, context, contextMapId, quality, execution } = outcome;
    const { size, mapId } = this.layout;
    if (size === 0 || context?.length !== size || (contextMapId ?? 0) !== mapId) return;
    const answered = execution?.status === 'success' ? execution.outputTokens : undefined;
    if (quality === undefined && answered === undefined) return;
    const regressions = this.regressionsOf(useCase.tenant);
    const arm = regressions.ensure(useCase, armId);
    const x = contextValues(context, this.x);
    if (quality !== undefined) {
      const predicted = outcome.expectedQualityQ16 / RATE_ONE_Q16;
      const { value: y } = quality;
      const observation = { x, y, predicted, weight: weights.quality, logarithmic: false };
      regressions.observe(arm, 'quality', observation);
    }
    if (answered !== undefined) {
      const y = Math.log(Math.max(answered, 1));
      const predicted = Math.log(outcome.expectedOutputTokens ?? Math.max(answered, 1));
      const observation = { x, y, predicted, weight: weights.tokens, logarithmic: true };
      regressions.observe(arm, 'logTokens', observation);
    }
  }

  private settleLandmarks(timeMs: number): void {
    if (timeMs <= this.settledUntilMs) return;
    for (const group of DECAY_GROUPS) {
      const halfLifeMs = this.halfLives[group];
      const landmarkMs = this.landmarksMs[group];
      if (!this.landmarksSet) {
        this.landmarksMs[group] = landmarkFor(timeMs, halfLifeMs);
      } else if (landmarkIsFar(timeMs, landmarkMs, halfLifeMs)) {
        this.moveLandmark(group, landmarkFor(timeMs, halfLifeMs));
      }
    }
    this.landmarksSet = true;
    this.landmarksMoved();
  }

  private landmarksMoved(): void {
    this.weights.useLandmarks(this.landmarksMs, this.halfLives);
    this.settledUntilMs = DECAY_GROUPS.reduce(
      (until, group) => Math.min(until, landmarkReachMs(this.landmarksMs[group], this.halfLives[group])),
      Infinity,
    );
  }

  private moveLandmark(group: DecayGroup, toMs: number): void {
    const factor = forwardWeight(this.landmarksMs[group], toMs, this.halfLives[group]);
    this.landmarksMs[group] = toMs;
    if (isMemory(group)) {
      for (const { residuals } of this.useCases)
        for (const sums of residuals.values()) scaleMemory(sums, group, factor);
      return;
    }
    for (const { arms } of this.scopes()) for (const stats of arms.values()) scaleGroup(stats, group, factor);
    const metric = REGRESSION_OF[group];
    if (metric !== undefined) this.scaleRegressions(metric, factor);
  }

  private scaleRegressions(metric: RegressionMetric, factor: number): void {
    for (const { regressions } of this.useCases) {
      for (const arm of regressions.values()) arm[metric].sums.scale(factor);
    }
    for (const regressions of this.regressions.values()) regressions.forget(metric);
  }
}
