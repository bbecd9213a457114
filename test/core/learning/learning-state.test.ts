import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TenantId, UseCase } from '../../../src/core/ids.js';
import { STAT } from '../../../src/core/learning/arm-stats.js';
import { foldVersion } from '../../../src/core/learning/decay.js';
import { LearningState } from '../../../src/core/learning/learning-state.js';
import type { Outcome } from '../../../src/core/outcome/outcome.js';
import type { ArmId } from '../../../src/core/registry/model.js';
import {
  anyLog,
  folded,
  furthest,
  HALF_LIVES,
  HOUR_MS,
  readings,
  START_MS,
} from '../../builders/learning.js';
import { outcomeOf, qualityOf } from '../../store/outcome-arbitrary.js';

const DAY_MS = 24 * HOUR_MS;
const shuffled = (outcomes: readonly Outcome[], order: readonly number[]): Outcome[] =>
  outcomes
    .map((outcome, i) => ({ outcome, key: order[i % order.length]! * 1009 + ((i * 7919) % 101) }))
    .sort((a, b) => a.key - b.key)
    .map(({ outcome }) => outcome);
const anyOrder = fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 });
const at = (state: LearningState) =>
  state
    .useCase('acme' as TenantId, 'support-chat' as UseCase)!
    .segments.get('all')!
    .get(7 as ArmId)!;

describe('the fold', () => {
  it('reads the same sums whatever the order (Cormode et al. 2009, §4.1)', () => {
    fc.assert(
      fc.property(anyLog(30 * DAY_MS), anyOrder, (log, order) => {
        const nowMs = START_MS + 31 * DAY_MS;
        const [one, two] = [folded(log), folded(shuffled(log, order))];
        expect(furthest(readings(one, nowMs), readings(two, nowMs))).toBeLessThan(1e-9);
      }),
    );
  });

  it('equals the direct sum Σ 2^(−(t − tᵢ)/h)·x (Cormode et al. 2009, §3)', () => {
    fc.assert(
      fc.property(anyLog(10 * DAY_MS), (log) => {
        const nowMs = START_MS + 10 * DAY_MS;
        const found = readings(folded(log), nowMs);
        const direct = new Map<string, number>();
        const add = (place: string, value: number) => direct.set(place, (direct.get(place) ?? 0) + value);
        for (const { tenant, useCase, segment, armId, eventTimeMs, quality, execution } of log) {
          for (const scope of [`${tenant}//`, `${tenant}/${useCase}/`, `${tenant}/${useCase}/${segment}`]) {
            const weight = (halfLifeMs: number): number => 2 ** (-(nowMs - eventTimeMs) / halfLifeMs);
            if (quality) {
              add(`${scope}/${armId}/${STAT.qualityW}`, weight(HALF_LIVES.quality));
              add(`${scope}/${armId}/${STAT.qualityX}`, weight(HALF_LIVES.quality) * quality.value);
              add(`${scope}/${armId}/${STAT.qualityW2}`, weight(HALF_LIVES.quality) ** 2);
            }
            if (execution)
              add(`${scope}/${armId}/${STAT.costX}`, weight(HALF_LIVES.cost) * execution.costNanoUsd!);
          }
        }
        for (const [place, value] of direct) {
          const sum = found.get(place)!;
          expect(Math.abs(sum - value)).toBeLessThan(1e-9 * Math.max(1, value));
        }
      }),
    );
  });

  it('merges by adding: what two halves read adds up to what the whole reads', () => {
    fc.assert(
      fc.property(anyLog(20 * DAY_MS), fc.nat(40), (log, cut) => {
        const nowMs = START_MS + 20 * DAY_MS;
        const parts = [log.slice(0, cut), log.slice(cut)].map((part) => readings(folded(part), nowMs));
        const whole = readings(folded(log), nowMs);
        for (const [place, value] of whole) {
          const sum = (parts[0]!.get(place) ?? 0) + (parts[1]!.get(place) ?? 0);
          expect(Math.abs(sum - value)).toBeLessThan(1e-9 * Math.max(1, value));
        }
      }),
    );
  });

  it('halves an outcome each half-life', () => {
    const state = folded([qualityOf(1, { eventTimeMs: START_MS })]);
    const read = (ageHours: number) =>
      at(state)[STAT.qualityX]! * state.readFactor('quality', START_MS + ageHours * HOUR_MS);
    expect(read(0)).toBeCloseTo(0.75, 12);
    expect(read(720)).toBeCloseTo(0.375, 12);
    expect(read(2160)).toBeCloseTo(0.75 / 8, 12);
  });

  it('keeps what it knows when a landmark moves', () => {
    const success = (number: number, eventTimeMs: number) =>
      outcomeOf(number, { eventTimeMs, receiveTimeMs: eventTimeMs });
    const state = new LearningState(HALF_LIVES);
    state.fold(success(1, START_MS), 0);
    const before = { ...state.landmarksMs };
    // 600 half-lives of success later: its landmark has to move, quality's does not.
    const laterMs = START_MS + 600 * HOUR_MS;
    const quality = qualityOf(2, { eventTimeMs: START_MS });
    state.fold(quality, 1);
    const read = () => at(state)[STAT.tokensX]! * state.readFactor('tokens', laterMs);
    const tokens = read();
    state.fold(success(3, laterMs), 2);
    expect(state.landmarksMs.success).toBeGreaterThan(before.success);
    expect(state.landmarksMs.quality).toBe(before.quality);
    expect(read()).toBeCloseTo(tokens + 300.25, 9);
    expect(at(state)[STAT.successW]! * state.readFactor('success', laterMs)).toBeCloseTo(1, 12);
    expect(at(state)[STAT.successW2]! * state.readFactor('success', laterMs) ** 2).toBeCloseTo(1, 12);
  });

  it('stays finite over decades, in any order', () => {
    fc.assert(
      fc.property(anyLog(DAY_MS), fc.array(fc.nat(40), { minLength: 1 }), (log, years) => {
        const spread = log.map((outcome, i) => ({
          ...outcome,
          eventTimeMs: outcome.eventTimeMs + years[i % years.length]! * 365 * DAY_MS,
        }));
        for (const value of readings(folded(spread), START_MS + 20_000 * DAY_MS).values()) {
          expect(value).toSatisfy(Number.isFinite);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('passes over a position that it has folded, and refuses to skip one', () => {
    const state = folded([outcomeOf(1), outcomeOf(2)]);
    const [before, revision] = [readings(state, START_MS), state.revision];
    state.fold(outcomeOf(1), 0);
    state.fold(outcomeOf(2), 1);
    expect(readings(state, START_MS)).toEqual(before);
    expect(state.revision).toBe(revision);
    expect(() => state.fold(outcomeOf(4), 3)).toThrow(/position 3.*next one is 2/);
    expect(state.sequence).toBe(2);
  });

  it('keeps tenants and use cases apart, and rolls segments up', () => {
    const outcomes = [
      qualityOf(1, { segment: 'low' }),
      qualityOf(2, { segment: 'high' }),
      qualityOf(3, { useCase: 'sql' as UseCase }),
      qualityOf(4, { tenant: 'other' as TenantId }),
    ];
    const state = folded(outcomes);
    const weightIn = (place: string) =>
      Math.round(readings(state, outcomes[0]!.eventTimeMs).get(`${place}/7/${STAT.qualityW}`) ?? 0);
    expect(weightIn('acme//')).toBe(3);
    expect(weightIn('acme/support-chat/')).toBe(2);
    expect(weightIn('acme/support-chat/low')).toBe(1);
    expect(weightIn('acme/sql/')).toBe(1);
    expect(weightIn('other//')).toBe(1);
  });

  it('has a version that names its half-lives', () => {
    expect(new LearningState(HALF_LIVES).version).toBe(foldVersion({ ...HALF_LIVES }));
    expect(foldVersion({ ...HALF_LIVES, cost: 1 })).not.toBe(foldVersion(HALF_LIVES));
  });
});
