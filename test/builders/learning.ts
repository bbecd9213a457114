import fc from 'fast-check';
import type { TenantId, UseCase } from '../../src/core/ids.js';
import { DRIFT_GROUPS, GROUP_RANGE, STAT_GROUPS } from '../../src/core/learning/arm-stats.js';
import type { HalfLives } from '../../src/core/learning/decay.js';
import { LearningState } from '../../src/core/learning/learning-state.js';
import { memorySums, RESIDUAL_METRICS } from '../../src/core/learning/residual-sums.js';
import { OUTCOME_STATUSES, type Outcome } from '../../src/core/outcome/outcome.js';
import type { ArmId } from '../../src/core/registry/model.js';
import { outcomeOf, qualityOf } from '../store/outcome-arbitrary.js';

export const HOUR_MS = 3_600_000;
export const START_MS = 1_770_000_000_000;

export const HALF_LIVES: HalfLives = {
  quality: 720 * HOUR_MS,
  success: HOUR_MS,
  tokens: 240 * HOUR_MS,
  latency: 24 * HOUR_MS,
  cost: 720 * HOUR_MS,
};

/** The state after these outcomes, in this order. */
export function folded(outcomes: readonly Outcome[], halfLives: HalfLives = HALF_LIVES): LearningState {
  const state = new LearningState(halfLives);
  outcomes.forEach((outcome, sequence) => state.fold(outcome, sequence));
  return state;
}

/** Every sum of every scope as it reads at a time, by its place. */
export function readings(state: LearningState, atMs: number): Map<string, number> {
  const found = new Map<string, number>();
  for (const { tenant, useCase, segment, arms } of state.scopes()) {
    for (const [armId, stats] of arms) {
      for (const group of STAT_GROUPS) {
        const factor = state.readFactor(group, atMs);
        const { from, to, squared } = GROUP_RANGE[group];
        for (let i = from; i < to; i++) {
          const scale = i === squared ? factor * factor : factor;
          found.set(`${tenant}/${useCase}/${segment}/${armId}/${i}`, stats[i]! * scale);
        }
      }
    }
  }
  for (const { tenant, useCase, residuals } of state.useCases) {
    for (const [armId, sums] of residuals) {
      for (const metric of RESIDUAL_METRICS) {
        DRIFT_GROUPS.forEach((memory, i) => {
          const factor = state.readFactor(memory, atMs);
          const { weight, residual, squares } = memorySums(sums, metric, i);
          const place = `${tenant}/${useCase}/${armId}/${metric}/${memory}`;
          found.set(`${place}/weight`, weight * factor);
          found.set(`${place}/residual`, residual * factor);
          found.set(`${place}/squares`, squares * factor * factor);
        });
      }
    }
  }
  return found;
}

/** The largest difference of two readings, relative to the larger value or to one. */
export function furthest(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let worst = a.size === b.size ? 0 : Infinity;
  for (const [place, value] of a) {
    const other = b.get(place) ?? Infinity;
    worst = Math.max(worst, Math.abs(value - other) / Math.max(1, Math.abs(value), Math.abs(other)));
  }
  return worst;
}

interface Draft {
  readonly ageMs: number;
  readonly arm: number;
  readonly tenant: string;
  readonly useCase: string;
  readonly segment: string;
  readonly status: (typeof OUTCOME_STATUSES)[number] | 'quality';
  readonly value: number;
  readonly costNanoUsd: number;
  readonly attempt: number;
}

/** A mixed log, spread over some time, of few arms and scopes so that they meet. */
export function anyLog(spanMs: number, maxLength = 40): fc.Arbitrary<Outcome[]> {
  const draft: fc.Arbitrary<Draft> = fc.record({
    ageMs: fc.nat(spanMs),
    arm: fc.integer({ min: 1, max: 3 }),
    tenant: fc.constantFrom('acme', 'borealis'),
    useCase: fc.constantFrom('chat', 'sql'),
    segment: fc.constantFrom('low', 'high'),
    status: fc.constantFrom('quality' as const, 'success' as const, ...OUTCOME_STATUSES),
    value: fc.double({ min: 0, max: 1, noNaN: true }),
    costNanoUsd: fc.nat(10_000_000),
    attempt: fc.nat(1),
  });
  return fc.array(draft, { maxLength }).map((drafts) => drafts.map(outcomeFrom));
}

function outcomeFrom(draft: Draft, i: number): Outcome {
  const eventTimeMs = START_MS + draft.ageMs;
  const common = {
    tenant: draft.tenant as TenantId,
    useCase: draft.useCase as UseCase,
    segment: draft.segment,
    armId: draft.arm as ArmId,
    attempt: draft.attempt,
    eventTimeMs,
    receiveTimeMs: eventTimeMs,
    budget: { id: draft.tenant, averageNanoUsd: 2_000_000 },
  };
  if (draft.status === 'quality')
    return qualityOf(i, { ...common, quality: { value: draft.value, source: 'test' } });
  const { value, status, costNanoUsd } = draft;
  const execution = { status, latencyMs: 5000 * value, outputTokens: 900 * value, costNanoUsd };
  const expected = { expectedSuccessQ16: 60_000, expectedLogLatencyQ10: 8_000, expectedOutputTokens: 300 };
  return outcomeOf(i, { ...common, ...expected, execution });
}
