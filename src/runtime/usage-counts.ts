import type { ErrorCode } from '../core/errors.js';
import type { UseCase } from '../core/ids.js';
import type { Outcome, OutcomeStatus } from '../core/outcome/outcome.js';
import type { ArmId } from '../core/registry/model.js';

/** What stands for the names beyond the bound. */
export const OVERFLOW_LABEL = '_other';

export interface UsageLimits {
  readonly useCases: number;
  readonly models: number;
}

/** 5,000 pairs at most, whatever callers make up. */
const LIMITS: UsageLimits = { useCases: 50, models: 100 };

/** Counts since the start, of one model in one use case over all tenants. */
export interface UsageCounter {
  readonly useCase: string;
  readonly model: string;
  decisions: number;
  readonly calls: Map<OutcomeStatus, number>;
  costNanoUsd: number;
  qualities: number;
  qualitySum: number;
  inputTokens: number;
  outputTokens: number;
}

/** Counted from zero on, so that the first one is seen as a rise. */
const TOLD_FROM_THE_START: readonly ErrorCode[] = [
  'NO_CANDIDATE',
  'REQUEST_REJECTED',
  'MODELS_UNAVAILABLE',
  'BUDGET_EXHAUSTED',
  'RATE_LIMITED',
];

/**
 * Owns counts since the start for those who scrape them: they only grow, and their labels are bounded. The first use
 * cases and models have names of their own, the rest is counted together as `_other`.
 */
export class UsageCounts {
  private readonly byUseCase = new Map<string, Map<ArmId, UsageCounter>>();
  private readonly useCases = new Set<string>();
  private readonly models = new Set<string>();
  private readonly byLabels = new Map<string, UsageCounter>();
  private readonly refusedByCode = new Map<ErrorCode, number>(TOLD_FROM_THE_START.map((code) => [code, 0]));

  /** @param modelOf the model of an arm; absent where it is gone. */
  constructor(
    private readonly modelOf: (armId: ArmId) => string | undefined,
    private readonly limits: UsageLimits = LIMITS,
  ) {}

  decided(useCase: UseCase, armId: ArmId): void {
    this.counterOf(useCase, armId).decisions += 1;
  }

  /** Decisions that were asked for and not taken. */
  refused(code: ErrorCode, decisions: number): void {
    this.refusedByCode.set(code, (this.refusedByCode.get(code) ?? 0) + decisions);
  }

  get refusals(): ReadonlyMap<ErrorCode, number> {
    return this.refusedByCode;
  }

  recorded({ useCase, armId, execution, quality }: Outcome): void {
    const counter = this.counterOf(useCase, armId);
    if (execution !== undefined) {
      const { status, costNanoUsd = 0, inputTokens = 0, outputTokens = 0 } = execution;
      counter.calls.set(status, (counter.calls.get(status) ?? 0) + 1);
      counter.costNanoUsd += costNanoUsd;
      counter.inputTokens += inputTokens;
      counter.outputTokens += outputTokens;
    }
    if (quality !== undefined) {
      counter.qualities += 1;
      counter.qualitySum += quality.value;
    }
  }

  all(): IterableIterator<UsageCounter> {
    return this.byLabels.values();
  }

  private counterOf(useCase: string, armId: ArmId): UsageCounter {
    const label = this.bounded(this.useCases, useCase, this.limits.useCases);
    let byArm = this.byUseCase.get(label);
    if (byArm === undefined) {
      byArm = new Map<ArmId, UsageCounter>();
      this.byUseCase.set(label, byArm);
    }
    let counter = byArm.get(armId);
    if (counter !== undefined) return counter;
    const model = this.bounded(this.models, this.modelOf(armId) ?? OVERFLOW_LABEL, this.limits.models);
    counter = this.ofLabels(label, model);
    byArm.set(armId, counter);
    return counter;
  }

  private ofLabels(useCase: string, model: string): UsageCounter {
    const key = `${useCase}\u0000${model}`;
    let counter = this.byLabels.get(key);
    if (counter === undefined) {
      const sums = { costNanoUsd: 0, qualities: 0, qualitySum: 0, inputTokens: 0, outputTokens: 0 };
      counter = { useCase, model, decisions: 0, calls: new Map(), ...sums };
      this.byLabels.set(key, counter);
    }
    return counter;
  }

  private bounded(names: Set<string>, name: string, limit: number): string {
    if (names.has(name)) return name;
    if (names.size >= limit) return OVERFLOW_LABEL;
    names.add(name);
    return name;
  }
}
