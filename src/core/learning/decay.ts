import { NO_CONTEXT, type ContextLayout } from '../context/context-layout.js';
import { CONTEXT_MAP } from '../context/context-vector.js';
import { METRIC_GROUPS, type DecayGroup, type DriftGroup } from './arm-stats.js';

/** Half-life per metric, in milliseconds of event time. */
export type HalfLives = Readonly<Record<(typeof METRIC_GROUPS)[number], number>>;

/** Half-lives of the drift memories: at one outcome a second the first holds some thirty-five, at one an hour the last. */
export const DRIFT_HALF_LIVES_MS: Readonly<Record<DriftGroup, number>> = {
  seconds12: 12_000,
  seconds72: 72_000,
  minutes7: 432_000,
  minutes43: 2_592_000,
  hours4: 15_552_000,
  hours26: 93_312_000,
};

/** Half-life of every group of sums. */
export type GroupHalfLives = Readonly<Record<DecayGroup, number>>;

/**
 * A landmark lies on a grid of this many half-lives, so that replicas agree on it, and moves when an
 * event is further than `MAX_EXPONENT` half-lives from it. 2^±400 is far inside a double's range.
 */
const GRID_HALF_LIVES = 128;
const MAX_EXPONENT = 400;

/** The grid point at or before a time. */
export function landmarkFor(timeMs: number, halfLifeMs: number): number {
  const grid = GRID_HALF_LIVES * halfLifeMs;
  return Math.floor(timeMs / grid) * grid;
}

/**
 * 2^((t−L)/h): the weight of an event at t under landmark L. By way of e, which takes a third of a power's time and is
 * right to 4e-14 as far from the landmark as an event may be.
 */
export function forwardWeight(timeMs: number, landmarkMs: number, halfLifeMs: number): number {
  return Math.exp(((timeMs - landmarkMs) / halfLifeMs) * Math.LN2);
}

/** Whether an event is so far from the landmark that the landmark has to move first. */
export function landmarkIsFar(timeMs: number, landmarkMs: number, halfLifeMs: number): boolean {
  return (timeMs - landmarkMs) / halfLifeMs > MAX_EXPONENT;
}

/** Version of what the fold does with an outcome, and of the layout of its sums. */
export const FOLD_ALGORITHM = 'v6';

/** The last whole millisecond that is surely not far from a landmark. */
export function landmarkReachMs(landmarkMs: number, halfLifeMs: number): number {
  return Math.floor(landmarkMs + MAX_EXPONENT * halfLifeMs) - 1;
}

/** Names the fold: sums made under other half-lives, or on other contexts, cannot be used, and are folded again. */
export function foldVersion(halfLives: HalfLives, layout = NO_CONTEXT): string {
  return [
    FOLD_ALGORITHM,
    `context=${layoutName(layout)}`,
    ...METRIC_GROUPS.map((group) => `${group}=${halfLives[group]}`),
  ].join(';');
}

function layoutName({ size, mapId }: ContextLayout): string {
  if (size === 0) return 'none';
  return mapId === 0 ? `${CONTEXT_MAP}:${size}` : `${CONTEXT_MAP}:${size}:embedding ${mapId}`;
}
