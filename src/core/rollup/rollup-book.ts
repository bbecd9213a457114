import type { TenantId, UseCase } from '../ids.js';
import type { Outcome } from '../outcome/outcome.js';
import type { ArmId } from '../registry/model.js';
import { Rollup } from './rollup.js';
import { ROLLUP_TIERS, spanStartMs, TIER_MS, type RollupTier } from './tier.js';

/** Sums of decisions and of outcomes are kept apart: each is written together with what it sums up. */
export const ROLLUP_SOURCES = ['decisions', 'outcomes'] as const;
export type RollupSource = (typeof ROLLUP_SOURCES)[number];

/** What one rollup is of. */
export interface RollupKey {
  readonly tier: RollupTier;
  readonly tenant: TenantId;
  /** A multiple of the tier's width, in milliseconds since the Unix epoch. */
  readonly startMs: number;
  readonly useCase: UseCase;
  readonly armId: ArmId;
  readonly source: RollupSource;
}

/** A decision, as far as it is counted. */
export interface CountedDecision {
  readonly tenant: TenantId;
  readonly useCase: UseCase;
  readonly armId: ArmId;
  readonly issueTimeMs: number;
  readonly samplingProbability: number;
}

/** Rollups that were gathered and are still to be added to the stored ones. */
export class RollupBook {
  private readonly byKey = new Map<string, { readonly key: RollupKey; readonly rollup: Rollup }>();

  addDecision({ issueTimeMs, samplingProbability, ...series }: CountedDecision): void {
    for (const tier of ROLLUP_TIERS)
      this.at(tier, issueTimeMs, { ...series, source: 'decisions' }).addDecision(samplingProbability);
  }

  addOutcome(outcome: Outcome): void {
    const { tenant, useCase, armId, eventTimeMs } = outcome;
    for (const tier of ROLLUP_TIERS)
      this.at(tier, eventTimeMs, { tenant, useCase, armId, source: 'outcomes' }).addOutcome(outcome);
  }

  entries(): readonly { readonly key: RollupKey; readonly rollup: Rollup }[] {
    return [...this.byKey.values()];
  }

  private at(tier: RollupTier, timeMs: number, series: Omit<RollupKey, 'tier' | 'startMs'>): Rollup {
    const startMs = spanStartMs(timeMs, TIER_MS[tier]);
    const { tenant, useCase, armId, source } = series;
    const text = [tier, startMs, source, armId, useCase, tenant].join('\u0000');
    let found = this.byKey.get(text);
    if (found === undefined) {
      found = { key: { tier, startMs, tenant, useCase, armId, source }, rollup: new Rollup() };
      this.byKey.set(text, found);
    }
    return found.rollup;
  }
}
