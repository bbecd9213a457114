import { SUM, type ClusterSums } from './statistics/cluster-sums.js';

/** A run of a month has a point every nine hours then. */
export const HISTORY_POINTS_MAX = 96;
const FIRST_STEP_MS = 1_000;

/** What an experiment had seen by a time. */
export interface HistoryPoint {
  /** Everything that was received before this, and nothing else, is in the sums; in milliseconds since the Unix epoch. */
  readonly timeMs: number;
  /** By group and metric. */
  readonly sums: readonly (readonly ClusterSums[])[];
}

/**
 * Sums of an experiment as they were at some times past, in bounded room: at multiples of a step that doubles, and
 * points between are let go, whenever there are too many. Times without anything new have no point.
 *
 * Follows from the log alone, by times of receipt; where these go backward, the latest stands.
 */
export class ExperimentHistory {
  private ownStepMs = FIRST_STEP_MS;
  private ownPoints: HistoryPoint[] = [];

  /** Points are at multiples of it. */
  get stepMs(): number {
    return this.ownStepMs;
  }

  get points(): readonly HistoryPoint[] {
    return this.ownPoints;
  }

  /** Told of an outcome's receipt before it is added. @param groups as they stand, with sums by metric. */
  beforeReceipt(receiveTimeMs: number, groups: readonly { readonly sums: readonly ClusterSums[] }[]): void {
    const timeMs = Math.floor(receiveTimeMs / this.ownStepMs) * this.ownStepMs;
    if (timeMs <= (this.ownPoints.at(-1)?.timeMs ?? 0)) return;
    if (groups.every(({ sums }) => sums.every((one) => one[SUM.n] === 0))) return;
    this.ownPoints.push({
      timeMs,
      sums: groups.map(({ sums }) => sums.map((one) => Float64Array.from(one))),
    });
    while (this.ownPoints.length > HISTORY_POINTS_MAX) {
      this.ownStepMs *= 2;
      this.ownPoints = this.ownPoints.filter((point) => point.timeMs % this.ownStepMs === 0);
    }
  }

  /** @param points oldest first, at multiples of the step. */
  restore(stepMs: number, points: readonly HistoryPoint[]): void {
    this.ownStepMs = stepMs;
    this.ownPoints = [...points];
  }
}
