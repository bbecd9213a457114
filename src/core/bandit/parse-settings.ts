import type { Checked, Fault, SchemaCheck } from '../fault.js';
import { METRIC_GROUPS } from '../learning/arm-stats.js';
import type { HalfLives } from '../learning/decay.js';
import { NANO_USD_PER_USD } from '../money.js';
import type { LabelSettings } from '../selection/label-request.js';
import {
  normalizeWeights,
  type BanditPolicy,
  type BanditSettings,
  type ExplorationSettings,
  type LinearSettings,
  type SegmentPart,
  type Weights,
} from './settings.js';

const DEFAULT_EPSILON = 0.05;
const DEFAULT_UCB_WIDTH = 1;
const MS_PER_HOUR = 3_600_000;

/** Lists that evidence chooses from. */
const ASCENDING = ['slopePrecisions', 'poolingStrengths'] as const;
const ascends = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || value > values[i - 1]!);

interface BanditFile {
  readonly policy: BanditPolicy;
  readonly linear: Omit<LinearSettings, 'poolingStrengths'> &
    Partial<Pick<LinearSettings, 'poolingStrengths'>>;
  readonly exploration: ExplorationSettings;
  readonly labels?: LabelSettings;
  readonly epsilon?: number;
  readonly ucbWidth?: number;
  readonly fixedModel?: string;
  readonly segmentBy: readonly SegmentPart[];
  readonly weights: Weights;
  readonly referenceCostUsd: number;
  readonly referenceLatencyMs: number;
  readonly poolingStrength: number;
  readonly halfLifeHours: HalfLives;
}

/** Checks `rules/bandit.json` whole: every fault at once, or the settings. */
export function parseBanditSettings(
  { file, value }: { readonly file: string; readonly value: unknown },
  check: SchemaCheck,
): Checked<BanditSettings> {
  const faults: Fault[] = check(value, file);
  if (faults.length > 0) return { ok: false, faults };
  const { weights, referenceCostUsd, halfLifeHours, ...rest } = value as BanditFile;
  if (weights.quality + weights.cost + weights.latency === 0) {
    return {
      ok: false,
      faults: [{ file, path: 'weights', reason: 'are all zero: nothing would be preferred' }],
    };
  }
  const linear: LinearSettings = { poolingStrengths: [], ...rest.linear };
  const unordered = ASCENDING.filter((name) => !ascends(linear[name]));
  if (unordered.length > 0) {
    const reason = 'must ascend, each above the one before';
    return { ok: false, faults: unordered.map((name) => ({ file, path: `linear.${name}`, reason })) };
  }
  const halfLives = Object.fromEntries(
    METRIC_GROUPS.map((group) => [group, halfLifeHours[group] * MS_PER_HOUR]),
  ) as unknown as HalfLives;
  return {
    ok: true,
    value: {
      policy: rest.policy,
      linear,
      exploration: rest.exploration,
      ...(rest.labels && { labels: rest.labels }),
      epsilon: rest.epsilon ?? DEFAULT_EPSILON,
      ucbWidth: rest.ucbWidth ?? DEFAULT_UCB_WIDTH,
      ...(rest.fixedModel !== undefined && { fixedModel: rest.fixedModel }),
      segmentBy: rest.segmentBy,
      weights: normalizeWeights(weights),
      referenceCostNanoUsd: referenceCostUsd * NANO_USD_PER_USD,
      referenceLatencyMs: rest.referenceLatencyMs,
      poolingStrength: rest.poolingStrength,
      halfLives,
    },
  };
}
