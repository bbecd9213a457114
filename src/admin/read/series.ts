import { COUNTER } from '../../runtime/activity.js';
import type { SeriesView, SpanName } from '../views.js';
import { readLately, type Recent } from './lately.js';
import type { Sources } from './sources.js';

/** Lines beyond these are one, `others`: nobody tells more colours apart. */
const MAX_LINES = 7;
const MS_PER_SECOND = 1000;
/** Means are of so many steps, the named one last: few reports come in a short one. */
const SMOOTHED_STEPS: Readonly<Record<SpanName, number>> = { '15m': 6, '1h': 5, '24h': 1, '7d': 1, '30d': 1 };
/** A rate is told of a step once so much of it is over. */
const LEAST_ELAPSED = 0.1;

interface Line {
  readonly model: string;
  readonly decisions: Float64Array;
  readonly calls: Float64Array;
  readonly costNanoUsd: Float64Array;
  readonly qualities: Float64Array;
  readonly qualitySum: Float64Array;
}
const SUMMED = ['decisions', 'calls', 'costNanoUsd', 'qualities', 'qualitySum'] as const;

/** What happened lately, by model: of one use case, or of all where none is named. @throws as `readLately`. */
export async function readSeries(
  sources: Sources,
  useCase: string | undefined,
  span: SpanName,
): Promise<SeriesView> {
  const lately = await readLately(sources, span, useCase);
  const { stepMs, startsMs, sinceMs } = lately;
  const smoothed = SMOOTHED_STEPS[span];
  // Of the step that is not over yet, a rate is told over what is over of it.
  const elapsedMs = startsMs.map((startMs) => Math.min(stepMs, sources.nowMs - startMs));
  const isKnown = (i: number): boolean =>
    startsMs[i]! + stepMs > sinceMs && elapsedMs[i]! >= LEAST_ELAPSED * stepMs;
  const lines = fewLines(linesOf(lately), startsMs.length);
  const all = new Float64Array(startsMs.length);
  for (const { decisions } of lines) addTo(all, decisions);
  return {
    span,
    stepMs,
    smoothedMs: stepMs * smoothed,
    startsMs,
    models: lines.map(({ model, ...sums }) => ({
      model,
      decisionsPerSecond: [...sums.decisions].map((count, i) =>
        isKnown(i) ? (count * MS_PER_SECOND) / elapsedMs[i]! : null,
      ),
      share: ratios(sums.decisions, all, smoothed),
      quality: ratios(sums.qualitySum, sums.qualities, smoothed),
      costNanoUsd: ratios(sums.costNanoUsd, sums.calls, smoothed),
      spendNanoUsd: [...sums.costNanoUsd].map((cost, i) => (startsMs[i]! + stepMs > sinceMs ? cost : null)),
    })),
  };
}

function linesOf({ series, startsMs }: Recent): readonly Line[] {
  const byArm = new Map<string, Line>();
  for (const { arm, steps } of series) {
    const line = byArm.get(arm) ?? emptyLine(arm, startsMs.length);
    byArm.set(arm, line);
    for (const name of SUMMED) addTo(line[name], steps(COUNTER[name]));
  }
  return [...byArm.values()];
}

function emptyLine(model: string, steps: number): Line {
  const zeros = (): Float64Array => new Float64Array(steps);
  return {
    model,
    decisions: zeros(),
    calls: zeros(),
    costNanoUsd: zeros(),
    qualities: zeros(),
    qualitySum: zeros(),
  };
}

function addTo(sums: Float64Array, values: Float64Array): void {
  values.forEach((value, i) => (sums[i]! += value));
}

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** The busiest first; by name where two are equal, so that colours stay. */
function fewLines(lines: readonly Line[], steps: number): Line[] {
  const busy = lines
    .map((line) => ({ line, weight: total(line.decisions) || total(line.calls) / 1e6 }))
    .filter(({ line, weight }) => weight > 0 || total(line.qualities) > 0)
    .sort((a, b) => b.weight - a.weight || (a.line.model < b.line.model ? -1 : 1))
    .map(({ line }) => line);
  if (busy.length <= MAX_LINES + 1) return busy;
  const rest = emptyLine(`${busy.length - MAX_LINES} others`, steps);
  for (const line of busy.slice(MAX_LINES)) for (const name of SUMMED) addTo(rest[name], line[name]);
  return [...busy.slice(0, MAX_LINES), rest];
}

const ratios = (sums: Float64Array, counts: Float64Array, smoothed: number): (number | null)[] =>
  [...sums].map((_, i) => {
    const from = Math.max(0, i - smoothed + 1);
    const count = total(counts.subarray(from, i + 1));
    return count > 0 ? total(sums.subarray(from, i + 1)) / count : null;
  });
