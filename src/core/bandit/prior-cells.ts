import type { UseCase } from '../ids.js';
import { LEAST_PER_TOKEN_MS, LEAST_POSITIVE, msPerOutputToken } from '../learning/observe-execution.js';
import type { Execution, Outcome } from '../outcome/outcome.js';
import { COMPLEXITY_LEVELS, type ComplexityLevel } from '../profile.js';
import type { ModelId } from '../registry/model.js';
import { addedTo, NO_VALUES, type CellSums } from './prior-spread.js';
import type { SegmentPart } from './settings.js';

export const LENGTH_METRICS = [
  'outputTokens',
  'latencyMs',
  'timeToFirstTokenMs',
  'msPerOutputToken',
  'thinkingTokens',
] as const;
/** What has a log-normal prior. */
export type LengthMetric = (typeof LENGTH_METRICS)[number];

export const FITTED_METRICS = ['quality', ...LENGTH_METRICS] as const;
/** What is fitted. Success is not: it is forgotten within hours. */
export type FittedMetric = (typeof FITTED_METRICS)[number];

/** Where outcomes are alike: one model in one use case, at one level where segments have levels. */
export interface PriorCell {
  readonly model: ModelId;
  readonly useCase: UseCase;
  readonly level?: ComplexityLevel;
  /** Qualities; logarithms of tokens and of milliseconds. */
  readonly sums: Readonly<Record<FittedMetric, CellSums>>;
}

/** The level in a segment that is spelled as in `segmentBy`; none where segments have no level. */
export function levelOfSegment(
  segment: string,
  segmentBy: readonly SegmentPart[],
): ComplexityLevel | undefined {
  const part = segment.split('/')[segmentBy.indexOf('level')];
  return COMPLEXITY_LEVELS.find((level) => level === part);
}

/** Groups in the order in which their first members come. */
export function groupedBy<T, K>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** A cell before its first outcome. */
export const NO_SUMS = Object.fromEntries(FITTED_METRICS.map((metric) => [metric, NO_VALUES])) as Readonly<
  Record<FittedMetric, CellSums>
>;

/** One length of an answer, as the fold counts it; unknown where it was not told. Answers without thinking have none. */
function lengthOf(metric: LengthMetric, execution: Execution): number | undefined {
  const { latencyMs, timeToFirstTokenMs, outputTokens, reasoningTokens } = execution;
  if (metric === 'msPerOutputToken') {
    const value = msPerOutputToken({ latencyMs, timeToFirstTokenMs, outputTokens });
    return value === undefined ? undefined : Math.max(value, LEAST_PER_TOKEN_MS);
  }
  if (metric === 'thinkingTokens') return reasoningTokens === 0 ? undefined : reasoningTokens;
  const value = execution[metric];
  return value === undefined ? undefined : Math.max(value, LEAST_POSITIVE);
}

/** Gathers outcomes into cells. What counts is what the fold of the log counts. */
export class PriorCells {
  private readonly cells = new Map<string, PriorCell>();

  constructor(private readonly segmentBy: readonly SegmentPart[]) {}

  add(model: ModelId, { useCase, segment, quality, execution }: Outcome): void {
    const level = levelOfSegment(segment, this.segmentBy);
    if (quality !== undefined) this.record({ model, useCase, level }, 'quality', quality.value);
    if (execution?.status !== 'success') return;
    for (const metric of LENGTH_METRICS) {
      const value = lengthOf(metric, execution);
      if (value !== undefined) this.record({ model, useCase, level }, metric, Math.log(value));
    }
  }

  /** By model, use case and level, in code-unit order. */
  list(): readonly PriorCell[] {
    return [...this.cells].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell);
  }

  private record(
    { model, useCase, level }: { model: ModelId; useCase: UseCase; level: ComplexityLevel | undefined },
    metric: FittedMetric,
    value: number,
  ): void {
    const key = `${model}\u0000${useCase}\u0000${level === undefined ? '' : COMPLEXITY_LEVELS.indexOf(level)}`;
    const sums = this.cells.get(key)?.sums ?? NO_SUMS;
    const next = { ...sums, [metric]: addedTo(sums[metric], value) };
    this.cells.set(key, { model, useCase, ...(level !== undefined && { level }), sums: next });
  }
}
