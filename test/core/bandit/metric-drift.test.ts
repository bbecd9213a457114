import { describe, expect, it } from 'vitest';
import { betaMean } from '../../../src/core/bandit/beta-distribution.js';
import { armBelief, type ArmBelief } from '../../../src/core/bandit/belief.js';
import { beliefScope } from '../../../src/core/bandit/belief-scope.js';
import type { UseCase } from '../../../src/core/ids.js';
import type { LearningState } from '../../../src/core/learning/learning-state.js';
import {
  LOG_ONE_Q10,
  RATE_ONE_Q16,
  type Execution,
  type Outcome,
} from '../../../src/core/outcome/outcome.js';
import { ARM, ARM_PRIORS, TENANT } from '../../builders/linear-learning.js';
import { folded, START_MS } from '../../builders/learning.js';
import { outcomeOf } from '../../store/outcome-arbitrary.js';

const SECOND_MS = 1000;
const PREDICTED = { success: 0.99, latencyMs: 2_000, outputTokens: 300 };
/** Around the prediction, at most 1.5 times as long or short. */
const wobble = (i: number): number => Math.exp(0.4 * Math.sin(i * 2.4));

interface Call {
  readonly second: number;
  readonly fails?: boolean;
  readonly slower?: number;
  readonly longer?: number;
}

function outcomeFrom({ second, fails = false, slower = 1, longer = 1 }: Call, i: number): Outcome {
  const eventTimeMs = START_MS + second * SECOND_MS;
  const execution: Execution = fails
    ? { status: 'server_error', latencyMs: 50 }
    : {
        status: 'success',
        latencyMs: PREDICTED.latencyMs * wobble(i) * slower,
        outputTokens: PREDICTED.outputTokens * wobble(i + 1) * longer,
      };
  return outcomeOf(i, {
    tenant: TENANT,
    useCase: 'chat' as UseCase,
    armId: ARM,
    eventTimeMs,
    receiveTimeMs: eventTimeMs,
    expectedSuccessQ16: Math.round(PREDICTED.success * RATE_ONE_Q16),
    expectedLogLatencyQ10: Math.round(Math.log(PREDICTED.latencyMs) * LOG_ONE_Q10),
    expectedOutputTokens: PREDICTED.outputTokens,
    execution,
  });
}

const learned = (calls: readonly Call[]): LearningState => folded(calls.map(outcomeFrom));

/** A call a second. */
const calls = (from: number, count: number, call: Omit<Call, 'second'> = {}): Call[] =>
  Array.from({ length: count }, (_, i) => ({ ...call, second: from + i }));
const failing = (from: number, count: number, every: number): Call[] =>
  Array.from({ length: count }, (_, i) => ({ second: from + i, fails: i % every === 0 }));

function beliefIn(state: LearningState, second: number): ArmBelief {
  const nowMs = START_MS + second * SECOND_MS;
  const useCase = 'chat' as UseCase;
  const scope = beliefScope(state, { tenant: TENANT, useCase, segment: 'low', poolingStrength: 8, nowMs });
  return armBelief(scope, ARM_PRIORS, ARM);
}

describe('drift by metric', () => {
  it('is none in an hour of calls as predicted, one in a hundred failing', () => {
    const state = learned(failing(0, 3_600, 100));
    for (const second of [3_600, 3_900, 7_200]) expect(beliefIn(state, second).drifts).toEqual({});
  });

  it('sees a third of calls fail within a minute, and takes it off the success alone', () => {
    const { drifts, success, undrifted } = beliefIn(
      learned([...calls(0, 1_800), ...failing(1_800, 60, 3)]),
      1_860,
    );
    expect(Object.keys(drifts)).toEqual(['success']);
    expect(drifts.success!.z).toBeLessThan(-4);
    expect(betaMean(undrifted.success)).toBeGreaterThan(0.95);
    expect(betaMean(success)).toBeGreaterThan(0.55);
    expect(betaMean(success)).toBeLessThan(0.8);
  });

  it('forgives within minutes of the last failure: a provider is down for a while', () => {
    const state = learned([...calls(0, 1_800), ...calls(1_800, 60, { fails: true })]);
    expect(betaMean(beliefIn(state, 1_860).success)).toBeLessThan(0.2);
    expect(betaMean(beliefIn(state, 2_100).success)).toBeGreaterThan(0.85);
  });

  it('forgives an hour of failures within a quarter of an hour, once calls succeed', () => {
    const down = Array.from({ length: 120 }, (_, i) => ({ second: 3_600 + 30 * i, fails: true }));
    const state = learned([...calls(0, 3_600), ...down, ...calls(7_200, 900)]);
    expect(Math.abs(beliefIn(state, 8_100).drifts.success?.shift ?? 0)).toBeLessThan(0.02);
  });

  it('sees calls take three times as long, and says so of the latency alone', () => {
    const { drifts, latencyMs, undrifted } = beliefIn(
      learned([...calls(0, 1_800), ...calls(1_800, 60, { slower: 3 })]),
      1_860,
    );
    expect(Object.keys(drifts)).toEqual(['latency']);
    expect(drifts.latency!.shift).toBeGreaterThan(0.8);
    expect(drifts.latency!.shift).toBeLessThan(1.2);
    expect(latencyMs.mean / undrifted.latencyMs.mean).toBeCloseTo(Math.exp(drifts.latency!.shift), 9);
    expect(latencyMs.logSd).toBeGreaterThan(undrifted.latencyMs.logSd);
  });

  it('sees answers become twice as long, which raises the expected length', () => {
    const { drifts, outputTokens, undrifted } = beliefIn(
      learned([...calls(0, 1_800), ...calls(1_800, 120, { longer: 2 })]),
      1_920,
    );
    expect(Object.keys(drifts)).toEqual(['tokens']);
    expect(outputTokens.mean / undrifted.outputTokens.mean).toBeGreaterThan(1.7);
    expect(outputTokens.mean / undrifted.outputTokens.mean).toBeLessThan(2.3);
  });

  it('does not call one call that hangs a change', () => {
    const state = learned([...calls(0, 1_800), { second: 1_800, slower: 1_000, longer: 1_000 }]);
    expect(beliefIn(state, 1_801).drifts).toEqual({});
  });

  it('says nothing where tickets told no prediction', () => {
    const state = folded(
      [...calls(0, 1_800), ...failing(1_800, 60, 2)].map((call, i) => {
        const {
          expectedSuccessQ16: _,
          expectedLogLatencyQ10: __,
          expectedOutputTokens: ___,
          ...told
        } = outcomeFrom(call, i);
        return told;
      }),
    );
    expect(beliefIn(state, 1_860).drifts).toEqual({});
  });
});
