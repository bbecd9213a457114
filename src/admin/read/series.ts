import type { ArmId } from '../../core/registry/model.js';
import { COUNTER, SPAN, type ActivitySeries, type SpanName } from '../../runtime/activity.js';
import { stepStartsMs } from '../../runtime/counter-ring.js';
import type { SeriesView } from '../views.js';
import { armName, type Sources } from './sources.js';

/** Lines beyond these are one, `others`: nobody tells more colours apart. */
const MAX_LINES = 7;
const MS_PER_SECOND = 1000;
/** Means are of so many steps, the named one last: few reports come in one. */
const SMOOTHED_STEPS = 6;

interface Line {
  readonly model: string;
  readonly decisions: Float64Array;
  readonly calls: Float64Array;
  readonly costNanoUsd: Float64Array;
  readonly qualities: Float64Array;
  readonly qualitySum: Float64Array;
}
const SUMMED = ['decisions', 'calls', 'costNanoUsd', 'qualities', 'qualitySum'] as const;

/** What happened lately, by model: of one use case, or of all where none is named. */
export function readSeries(sources: Sources, useCase: string | undefined, span: SpanName): SeriesView {
  const { runtime, tenant } = sources;
  // The step that is not over yet would look like a fall.
  const nowMs = sources.nowMs - SPAN[span].stepMs;
  const byArm = new Map<ArmId, Line>();
  for (const series of runtime.activity.seriesFor(tenant, useCase)) {
    const line = byArm.get(series.armId) ?? emptyLine(armName(sources, series.armId), span);
    byArm.set(series.armId, line);
    addSeries(line, series, { span, nowMs });
  }
  const { stepMs } = SPAN[span];
  const startsMs = stepStartsMs(SPAN[span], nowMs);
  const isKnown = (i: number): boolean => startsMs[i]! + stepMs > runtime.activity.sinceMs;
  return {
    span,
    stepMs,
    startsMs,
    models: fewLines([...byArm.values()], span).map(({ model, ...sums }) => ({
      model,
      decisionsPerSecond: [...sums.decisions].map((count, i) =>
        isKnown(i) ? (count * MS_PER_SECOND) / stepMs : null,
      ),
      quality: ratios(sums.qualitySum, sums.qualities),
      costNanoUsd: ratios(sums.costNanoUsd, sums.calls),
    })),
  };
}

function emptyLine(model: string, span: SpanName): Line {
  const zeros = (): Float64Array => new Float64Array(SPAN[span].steps);
  return {
    model,
    decisions: zeros(),
    calls: zeros(),
    costNanoUsd: zeros(),
    qualities: zeros(),
    qualitySum: zeros(),
  };
}

function addSeries(line: Line, { rings }: ActivitySeries, at: { span: SpanName; nowMs: number }): void {
  for (const name of SUMMED) addTo(line[name], rings[at.span].series(COUNTER[name], at.nowMs));
}

function addTo(sums: Float64Array, values: Float64Array): void {
  values.forEach((value, i) => (sums[i]! += value));
}

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** The busiest first; by name where two are equal, so that colours stay. */
function fewLines(lines: readonly Line[], span: SpanName): Line[] {
  const busy = lines
    .map((line) => ({ line, weight: total(line.decisions) || total(line.calls) / 1e6 }))
    .filter(({ line, weight }) => weight > 0 || total(line.qualities) > 0)
    .sort((a, b) => b.weight - a.weight || (a.line.model < b.line.model ? -1 : 1))
    .map(({ line }) => line);
  if (busy.length <= MAX_LINES + 1) return busy;
  const rest = emptyLine(`${busy.length - MAX_LINES} others`, span);
  for (const line of busy.slice(MAX_LINES)) for (const name of SUMMED) addTo(rest[name], line[name]);
  return [...busy.slice(0, MAX_LINES), rest];
}

const ratios = (sums: Float64Array, counts: Float64Array): (number | null)[] =>
  [...sums].map((_, i) => {
    const from = Math.max(0, i - SMOOTHED_STEPS + 1);
    const count = total(counts.subarray(from, i + 1));
    return count > 0 ? total(sums.subarray(from, i + 1)) / count : null;
  });
