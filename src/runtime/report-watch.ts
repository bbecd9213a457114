import type { Logger } from 'pino';
import { decisionTimeMs, type DecisionId, type TenantId, type UseCase } from '../core/ids.js';
import { useCaseKey } from '../core/learning/use-case-state.js';
import type { Outcome } from '../core/outcome/outcome.js';
import type { ArmId } from '../core/registry/model.js';
import { ReportRates, type ReportRate } from '../core/reporting/report-rates.js';

export interface ReportWatchOptions {
  /** Decisions older than this are expected to have been reported on; also the span that counts are kept in. */
  readonly matureMs: number;
  readonly logger: Logger;
  readonly nowMs: () => number;
}

/** One use case of a tenant, and the rates of its arms. */
export interface UseCaseRates {
  readonly tenant: TenantId;
  readonly useCase: UseCase;
  readonly rates: readonly ReportRate[];
}

export interface CountedDecision {
  readonly decisionId: DecisionId;
  readonly tenant: TenantId;
  readonly useCase: UseCase;
  readonly armId: ArmId;
  /** Whether it asked for a quality. */
  readonly requested: boolean;
}

interface Watched {
  readonly tenant: TenantId;
  readonly useCase: UseCase;
  readonly counts: ReportRates;
  readonly differing: Set<ArmId>;
}

/** As many as cover a ticket's life of a week by the hour. */
const SPANS_KEPT = 168;

/**
 * Counts how many decisions of each model had their quality reported, since the start: decisions are not kept durably.
 * Warns when a model begins to differ from the others.
 */
export class ReportWatch {
  private readonly watched = new Map<string, Watched>();
  private lookedAtMs: number;

  constructor(private readonly options: ReportWatchOptions) {
    this.lookedAtMs = options.nowMs();
  }

  decided({ decisionId, tenant, useCase, armId, requested }: CountedDecision): void {
    this.countsOf(tenant, useCase).decided(armId, requested, decisionTimeMs(decisionId));
  }

  /** An outcome was recorded for the first time. */
  recorded({ metric, attempt, tenant, useCase, armId, decisionId, labelProbabilityQ16 }: Outcome): void {
    if (metric !== 'quality' || attempt > 0) return;
    const requested = labelProbabilityQ16 !== undefined;
    this.countsOf(tenant, useCase).reported(armId, requested, decisionTimeMs(decisionId));
    const { nowMs, matureMs } = this.options;
    if (Math.abs(nowMs() - this.lookedAtMs) >= matureMs) this.look();
  }

  /** Every use case's rates now. */
  rates(): UseCaseRates[] {
    const nowMs = this.options.nowMs();
    return [...this.watched.values()].map(({ tenant, useCase, counts }) => ({
      tenant,
      useCase,
      rates: counts.rates(nowMs),
    }));
  }

  private look(): void {
    const nowMs = this.options.nowMs();
    this.lookedAtMs = nowMs;
    for (const { tenant, useCase, counts, differing } of this.watched.values()) {
      for (const rate of counts.rates(nowMs)) {
        if (!rate.differs) differing.delete(rate.armId);
        else if (!differing.has(rate.armId)) {
          differing.add(rate.armId);
          this.options.logger.warn(
            { tenant, useCase, ...rate },
            'a model’s quality is reported more or less often than that of the others: its mean may be off',
          );
        }
      }
    }
  }

  private countsOf(tenant: TenantId, useCase: UseCase): ReportRates {
    const key = useCaseKey(tenant, useCase);
    let watched = this.watched.get(key);
    if (watched === undefined) {
      const counts = new ReportRates(this.options.matureMs, SPANS_KEPT);
      this.watched.set(key, (watched = { tenant, useCase, counts, differing: new Set() }));
    }
    return watched.counts;
  }
}
