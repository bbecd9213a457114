import { describe, expect, it } from 'vitest';
import { beliefScope } from '../../../src/core/bandit/belief-scope.js';
import {
  promptBelief,
  speedBelief,
  streamedLatency,
  thinkingBelief,
  thinkingQuantiles,
} from '../../../src/core/bandit/call-beliefs.js';
import { NO_KIN } from '../../../src/core/bandit/kin.js';
import { quantilesOf } from '../../../src/core/bandit/metric-belief.js';
import type { ArmPriors } from '../../../src/core/bandit/priors.js';
import { LearningState } from '../../../src/core/learning/learning-state.js';
import type { Execution } from '../../../src/core/outcome/outcome.js';
import type { TenantId, UseCase } from '../../../src/core/ids.js';
import type { ArmId } from '../../../src/core/registry/model.js';
import { outcomeOf } from '../../store/outcome-arbitrary.js';

const HOUR_MS = 3_600_000;
const HALF_LIVES = { quality: 1e12, success: 1e12, tokens: 1e12, latency: 1e12, cost: 1e12 };
const PRIORS: ArmPriors = {
  quality: { mean: 0.5, strength: 2 },
  success: { mean: 0.9, strength: 2 },
  outputTokens: { median: 250, sigma: 1, strength: 4 },
  latencyMs: { median: 2500, sigma: 0.7, strength: 4 },
};
const ARM = { armId: 7 as ArmId, kin: NO_KIN };

/** The scope of `support-chat` after some answers of arm 7 there, or in another use case. */
function scopeAfter(executions: readonly Partial<Execution>[], useCase = 'support-chat') {
  const state = new LearningState(HALF_LIVES);
  executions.forEach((told, i) => {
    const execution: Execution = { status: 'success', ...told };
    state.fold(outcomeOf(i, { execution, expectedInputTokens: 1000, useCase: useCase as UseCase }), i);
  });
  return beliefScope(state, {
    tenant: 'acme' as TenantId,
    useCase: 'support-chat' as UseCase,
    segment: 'all',
    poolingStrength: 8,
    nowMs: HOUR_MS,
  });
}
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('a model’s own count of prompts', () => {
  it('is taken as counted before any report, give or take 8 %', () => {
    const { ratio, spreadBelow, spreadAbove, observations } = promptBelief(scopeAfter([]), ARM);
    expect([ratio, observations]).toEqual([1, 0]);
    expect(spreadBelow).toBeCloseTo(0.0975, 3);
    expect(spreadAbove).toBeCloseTo(0.108, 3);
  });

  it('is learned, shrunk to one, and narrows', () => {
    const some = promptBelief(scopeAfter(times(4, { inputTokens: 1500 })), ARM);
    const many = promptBelief(scopeAfter(times(400, { inputTokens: 1500 })), ARM);
    expect(some.ratio).toBeGreaterThan(1.05);
    expect(some.ratio).toBeLessThan(many.ratio);
    expect(many.ratio).toBeCloseTo(1.5, 1);
    expect(many.spreadAbove).toBeLessThan(some.spreadAbove);
  });

  it('leaves out a report of another prompt altogether', () => {
    const { ratio } = promptBelief(scopeAfter(times(50, { inputTokens: 9000 })), ARM);
    expect(ratio).toBe(1);
  });

  it('borrows from the model’s other use cases', () => {
    const { ratio } = promptBelief(scopeAfter(times(100, { inputTokens: 1300 }), 'elsewhere'), ARM);
    expect(ratio).toBeGreaterThan(1.2);
  });
});

describe('times', () => {
  const answer = { latencyMs: 400 + 5 * 999, timeToFirstTokenMs: 400, outputTokens: 1000 };

  it('are learned apart, and foretell the whole by the length', () => {
    const speed = speedBelief(scopeAfter(times(200, answer)), PRIORS, ARM);
    expect(quantilesOf(speed.timeToFirstTokenMs).p50).toBeCloseTo(400, -2);
    expect(quantilesOf(speed.msPerOutputToken).p50).toBeCloseTo(5, 0);
    const short = { mean: 100, logMean: Math.log(100), logSd: 0.2, observations: 9 };
    const { p10, p50, p90 } = streamedLatency(speed, short, 1e6);
    expect(p10).toBeLessThan(p50);
    expect(p50).toBeLessThan(p90);
    expect(p50).toBeGreaterThan(800);
    expect(p50).toBeLessThan(1100);
  });

  it('start from the priors, stated or not', () => {
    const stated = { median: 90, sigma: 0.5, strength: 3 };
    const { timeToFirstTokenMs, msPerOutputToken } = speedBelief(
      scopeAfter([]),
      { ...PRIORS, timeToFirstTokenMs: stated },
      ARM,
    );
    expect(quantilesOf(timeToFirstTokenMs).p50).toBeCloseTo(90, 6);
    expect(quantilesOf(msPerOutputToken).p50).toBeCloseTo(15, 6);
  });
});

describe('thinking', () => {
  it('is unlikely of a model that cannot, an even bet of one that can', () => {
    const of = (isAble: boolean) => thinkingBelief(scopeAfter([]), PRIORS, { ...ARM, isAble });
    expect(of(false).chance).toBe(0.01);
    expect(of(true).chance).toBe(0.5);
    expect(thinkingQuantiles(of(false), 1e6)).toEqual({ p10: 0, p50: 0, p90: 0 });
    expect(thinkingQuantiles(of(true), 1e6).p10).toBe(0);
    expect(thinkingQuantiles(of(true), 1e6).p90).toBeGreaterThan(0);
  });

  it('is learned as a chance and a length: half of the answers with 800 tokens', () => {
    const told = times(200, 0).map((_, i) => ({
      outputTokens: 1000,
      reasoningTokens: i % 2 === 0 ? 800 : 0,
    }));
    const belief = thinkingBelief(scopeAfter(told), PRIORS, { ...ARM, isAble: false });
    expect(belief.chance).toBeCloseTo(0.5, 1);
    expect(Math.abs(belief.mean / 400 - 1)).toBeLessThan(0.15);
    const { p10, p90 } = thinkingQuantiles(belief, 1e6);
    expect(p10).toBe(0);
    expect(Math.abs(p90 / 800 - 1)).toBeLessThan(0.3);
  });
});
