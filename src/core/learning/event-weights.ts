import { DRIFT_GROUPS, STAT_GROUPS, type DecayGroup, type StatGroup } from './arm-stats.js';
import { forwardWeight, type GroupHalfLives } from './decay.js';

interface Forgetting {
  readonly landmarkMs: number;
  readonly halfLifeMs: number;
}

interface StatForgetting extends Forgetting {
  readonly group: StatGroup;
  /** An earlier group of the same half-life and landmark, where there is one: they weigh alike. */
  readonly like: StatGroup | undefined;
}

/** The weight of an event in every group of sums, for one time after another: the outcomes of a report mostly have one. */
export class EventWeights {
  /** In `ArmStats` and regressions, by group. */
  readonly stats: Record<StatGroup, number> = {
    quality: 0,
    success: 0,
    tokens: 0,
    latency: 0,
    cost: 0,
    labels: 0,
  };
  /** In residuals, by position in `DRIFT_GROUPS`. */
  readonly memories = new Float64Array(DRIFT_GROUPS.length);
  private ofStats: readonly StatForgetting[] = [];
  private ofMemories: readonly Forgetting[] = [];
  private timeMs = NaN;

  /** Weighs under other landmarks from now on. */
  useLandmarks(landmarksMs: Readonly<Record<DecayGroup, number>>, halfLives: GroupHalfLives): void {
    const of = (group: DecayGroup): Forgetting => ({
      landmarkMs: landmarksMs[group],
      halfLifeMs: halfLives[group],
    });
    this.ofMemories = DRIFT_GROUPS.map(of);
    this.ofStats = STAT_GROUPS.map((group, n) => ({
      group,
      ...of(group),
      like: STAT_GROUPS.slice(0, n).find(
        (other) => halfLives[other] === halfLives[group] && landmarksMs[other] === landmarksMs[group],
      ),
    }));
    this.timeMs = NaN;
  }

  /** Weighs an event of a time. */
  moveTo(timeMs: number): void {
    if (timeMs === this.timeMs) return;
    const { stats, memories, ofStats, ofMemories } = this;
    for (const { group, like, landmarkMs, halfLifeMs } of ofStats)
      stats[group] = like === undefined ? forwardWeight(timeMs, landmarkMs, halfLifeMs) : stats[like];
    for (let i = 0; i < ofMemories.length; i++) {
      const { landmarkMs, halfLifeMs } = ofMemories[i]!;
      memories[i] = forwardWeight(timeMs, landmarkMs, halfLifeMs);
    }
    this.timeMs = timeMs;
  }
}
