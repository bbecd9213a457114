import {
  linearQuality,
  linearTokens,
  qualitySlopes,
  type LinearScope,
} from '../../src/core/bandit/linear/linear-belief.js';
import type { LengthBelief, MetricBelief } from '../../src/core/bandit/metric-belief.js';
import type { ArmPriors } from '../../src/core/bandit/priors.js';
import type { LinearSettings } from '../../src/core/bandit/settings.js';
import { contextLayout, contextValues, type ContextVector } from '../../src/core/context/context-vector.js';
import type { TenantId, UseCase } from '../../src/core/ids.js';
import { LearningState } from '../../src/core/learning/learning-state.js';
import type { Outcome } from '../../src/core/outcome/outcome.js';
import type { ArmId } from '../../src/core/registry/model.js';
import { outcomeOf, qualityOf } from '../store/outcome-arbitrary.js';
import { HALF_LIVES, START_MS } from './learning.js';

export const TENANT = 'acme' as TenantId;
export const ARM = 7 as ArmId;
export const CONTEXT_LAYOUT = contextLayout(0);
export const CONTEXT_SIZE = CONTEXT_LAYOUT.size;

export const LINEAR_SETTINGS: LinearSettings = {
  hashedWords: 0,
  slopePrecision: 25,
  slopePrecisions: [],
  sharedSlopeOutcomes: 0,
  tokenSlopePrecision: 10,
  thompsonScale: { intercept: 1, slopes: 1 },
  poolingStrength: 30,
  poolingStrengths: [],
  noiseVariance: 0.02,
  noiseStrength: 50,
};

export const ARM_PRIORS: ArmPriors = {
  quality: { mean: 0.75, strength: 2 },
  success: { mean: 0.98, strength: 20 },
  outputTokens: { median: 250, sigma: 1, strength: 4 },
  latencyMs: { median: 2500, sigma: 0.7, strength: 4 },
};

/** A context whose coordinates after the intercept repeat these steps of 1/48. */
export function contextOfSteps(...steps: readonly number[]): ContextVector {
  return Int8Array.from({ length: CONTEXT_SIZE }, (_, i) =>
    i === 0 ? 48 : (steps[(i - 1) % steps.length] ?? 0),
  );
}

/** What one outcome teaches, in a use case. */
export interface Lesson {
  readonly useCase?: string;
  readonly context?: ContextVector;
  readonly timeMs?: number;
  readonly predicted?: number;
  readonly armId?: ArmId;
  /** Either of them. */
  readonly quality?: number;
  readonly tokens?: number;
}

function outcomeFrom(lesson: Lesson, number: number): Outcome {
  const { useCase = 'chat', context = contextOfSteps(0), timeMs = START_MS, quality, tokens } = lesson;
  const common = {
    tenant: TENANT,
    useCase: useCase as UseCase,
    armId: lesson.armId ?? ARM,
    eventTimeMs: timeMs,
    receiveTimeMs: timeMs,
    context,
    expectedQualityQ16: Math.round(65_535 * (lesson.predicted ?? 0.75)),
    ...(tokens !== undefined && { expectedOutputTokens: lesson.predicted ?? 250 }),
  };
  return tokens === undefined
    ? qualityOf(number, { ...common, quality: { value: quality ?? 1, source: 'test' } })
    : outcomeOf(number, { ...common, execution: { status: 'success', outputTokens: tokens } });
}

/** Folds lessons into a state, a new one where none is given. */
export function taught(
  lessons: readonly Lesson[],
  state = new LearningState(HALF_LIVES, CONTEXT_LAYOUT),
): LearningState {
  for (const lesson of lessons) state.fold(outcomeFrom(lesson, state.sequence), state.sequence);
  return state;
}

export const repeated = (count: number, lesson: Lesson): Lesson[] =>
  Array.from({ length: count }, () => lesson);

interface Reading {
  readonly useCase?: string;
  readonly context?: ContextVector;
  readonly nowMs?: number;
  readonly settings?: Partial<LinearSettings>;
}

function scopeOf(state: LearningState, reading: Reading): LinearScope {
  const { useCase = 'chat', context = contextOfSteps(0), nowMs = START_MS, settings } = reading;
  return {
    ...slopesOf(state, nowMs, { ...LINEAR_SETTINGS, ...settings }),
    revision: state.revision,
    useCase: state.useCase(TENANT, useCase as UseCase),
    x: contextValues(context),
    tokensFactor: state.readFactor('tokens', nowMs),
  };
}

function slopesOf(state: LearningState, nowMs: number, settings: LinearSettings) {
  const shared = {
    regressions: state.regressionsOf(TENANT),
    settings,
    qualityFactor: state.readFactor('quality', nowMs),
  };
  return { ...shared, slopes: qualitySlopes(shared) };
}

/** What a state believes of the arm's quality. */
export const qualityIn = (state: LearningState, reading: Reading = {}): MetricBelief =>
  linearQuality(scopeOf(state, reading), ARM_PRIORS, ARM);

/** What a state believes of the arm's answers' length. */
export const tokensIn = (state: LearningState, reading: Reading = {}): LengthBelief =>
  linearTokens(scopeOf(state, reading), ARM_PRIORS, ARM);
