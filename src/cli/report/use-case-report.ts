import type { DriftedMetric } from '../drift-text.js';
import type { FixedModel, Saving } from './savings.js';
import type { Performance } from './performance.js';

/** One model in one use case. */
export interface ModelPerformance extends Performance {
  readonly model: string;
  /** Of the use case's decisions, or of its first attempts where none was counted. */
  readonly share: number;
  readonly always: FixedModel;
}

export interface DriftStory {
  readonly model: string;
  readonly metric: DriftedMetric;
  /** Of a latency or a length in natural logarithms. */
  readonly shift: number;
  readonly shiftSd: number;
  readonly z: number;
}

/** A model whose quality is reported unlike that of the others, since the server's start. */
export interface ReportRateStory {
  readonly model: string;
  readonly decisions: number;
  /** Shares of the decisions. */
  readonly reported: number;
  readonly expectedReported: number;
  readonly z: number;
}

/** One point of a chart. */
export interface CoursePoint {
  readonly time: string;
  readonly performance: Performance;
}

export interface UseCaseReport {
  readonly useCase: string;
  readonly performance: Performance;
  /** Of as much time before; absent where nothing happened. */
  readonly before?: Performance;
  /** By share, largest first. */
  readonly models: readonly ModelPerformance[];
  readonly savings: readonly Saving[];
  readonly drift: readonly DriftStory[];
  readonly reportRates: readonly ReportRateStory[];
  readonly course: readonly CoursePoint[];
  readonly advice: readonly string[];
}
