import type { TenantId } from '../../core/ids.js';
import { modelOfArmKey, variantOfArmKey } from '../../core/prompts/prompt-book.js';
import type { ArmId } from '../../core/registry/model.js';
import { Rollup } from '../../core/rollup/rollup.js';
import type { RollupKey } from '../../core/rollup/rollup-book.js';
import { spanStartMs, TIER_MS, type RollupTier } from '../../core/rollup/tier.js';
import type { ArmVariant } from '../../core/selection/arm.js';
import type { RollupStore } from '../../store/ports.js';
import { addEncodedRollup } from '../../store/rollup-codec.js';

export const SERIES_LABELS = ['use_case', 'model', 'variant'] as const;
export type SeriesLabel = (typeof SERIES_LABELS)[number];

/** What series are asked for. */
export interface TimeSeriesQuery {
  readonly tenant: TenantId;
  /** Absent for all. */
  readonly useCase?: string;
  /** Model id; absent for all. */
  readonly model?: string;
  readonly tier: RollupTier;
  /** Both are multiples of the tier's width. */
  readonly fromMs: number;
  readonly toMs: number;
  /** A multiple of the tier's width; absent for one point. */
  readonly periodMs?: number;
  /** What tells two series apart. */
  readonly groupBy: ReadonlySet<SeriesLabel>;
}

export interface SeriesPoint {
  /** A multiple of the period, or the query's start where there is only one point; never before the query's start. */
  readonly startMs: number;
  readonly rollup: Rollup;
}

/** Points by time; spans without any decision or outcome have none. */
export interface Series {
  /** Absent where it is summed over. */
  readonly useCase?: string;
  readonly model?: string;
  readonly variant?: ArmVariant;
  readonly points: readonly SeriesPoint[];
}

interface Growing extends Omit<Series, 'points'> {
  readonly byStart: Map<number, Rollup>;
}

/** Sums up stored rollups. @param armIds numbers by key, of all arms that ever were. @throws StoreError. */
export async function readTimeSeries(
  stored: Pick<RollupStore, 'range'>,
  armIds: ReadonlyMap<string, ArmId>,
  query: TimeSeriesQuery,
): Promise<readonly Series[]> {
  const arms = new Map([...armIds].map(([key, armId]) => [armId, armOfKey(key)]));
  const series = new Map<string, Growing>();
  /** By use case and arm: rows are many, these are few. */
  const byUseCase = new Map<string, Map<ArmId, Growing['byStart'] | false>>();
  const pointsOf = ({ useCase, armId }: RollupKey): Growing['byStart'] | false => {
    let byArm = byUseCase.get(useCase);
    if (byArm === undefined) byUseCase.set(useCase, (byArm = new Map<ArmId, Growing['byStart'] | false>()));
    let points = byArm.get(armId);
    if (points === undefined) {
      const arm = arms.get(armId) ?? UNKNOWN_ARM;
      points =
        isAskedFor(useCase, arm, query) && seriesOf(series, { useCase, ...arm }, query.groupBy).byStart;
      byArm.set(armId, points);
    }
    return points;
  };
  for await (const rows of stored.range(query)) {
    for (const { key, body } of rows) {
      const points = pointsOf(key);
      if (points === false) continue;
      const startMs = pointOf(key.startMs, query);
      let point = points.get(startMs);
      if (point === undefined) points.set(startMs, (point = new Rollup()));
      addEncodedRollup(point, body);
    }
  }
  return [...series]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, { byStart, ...labels }]) => ({
      ...labels,
      points: [...byStart].sort(([a], [b]) => a - b).map(([startMs, rollup]) => ({ startMs, rollup })),
    }));
}

/** How many points a series has at most. */
export const pointCount = ({
  fromMs,
  toMs,
  periodMs,
}: Pick<TimeSeriesQuery, 'fromMs' | 'toMs' | 'periodMs'>): number =>
  periodMs === undefined ? 1 : Math.ceil(toMs / periodMs) - Math.floor(fromMs / periodMs);

/** Widens a span of time to whole spans of a tier. */
export const alignedTo = (
  tier: RollupTier,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
) => ({
  fromMs: spanStartMs(fromMs, TIER_MS[tier]),
  toMs: spanStartMs(toMs + TIER_MS[tier] - 1, TIER_MS[tier]),
});

interface NamedArm {
  readonly model: string;
  readonly variant?: ArmVariant;
}

/** Of outcomes whose arm's number is not known here. */
const UNKNOWN_ARM: NamedArm = { model: '_unknown' };

function armOfKey(key: string): NamedArm {
  const variant = variantOfArmKey(key);
  return { model: modelOfArmKey(key), ...(variant && { variant }) };
}

const isAskedFor = (useCase: string, { model }: NamedArm, query: TimeSeriesQuery): boolean =>
  (query.useCase === undefined || query.useCase === useCase) &&
  (query.model === undefined || query.model === model);

const pointOf = (startMs: number, { fromMs, periodMs }: TimeSeriesQuery): number =>
  periodMs === undefined ? fromMs : Math.max(fromMs, spanStartMs(startMs, periodMs));

function seriesOf(
  series: Map<string, Growing>,
  { useCase, model, variant }: NamedArm & { readonly useCase: string },
  groupBy: TimeSeriesQuery['groupBy'],
): Growing {
  const labels = {
    ...(groupBy.has('use_case') && { useCase }),
    ...(groupBy.has('model') && { model }),
    ...(groupBy.has('variant') && variant && { variant }),
  };
  const text = [
    labels.useCase ?? '',
    labels.model ?? '',
    labels.variant?.id ?? '',
    labels.variant?.version ?? '',
  ].join('\u0000');
  let found = series.get(text);
  if (found === undefined) {
    found = { ...labels, byStart: new Map() };
    series.set(text, found);
  }
  return found;
}
