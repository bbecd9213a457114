import { ESTIMATORS, type Estimate, type Estimator } from '../../src/core/evaluation/estimators.js';
import type { Interval } from '../../src/core/evaluation/intervals.js';
import type { RewardReport } from '../../src/core/evaluation/reward-report.js';
import type { Truth } from './truth.js';

/** How often intervals held, and how far estimates were off, over repetitions. */
interface Counts {
  estimates: number;
  sum: number;
  squares: number;
  asymptotic: number;
  asymptoticWidth: number;
  bernstein: number;
  bernsteinWidth: number;
}

const REWARD_NAMES = ['quality', 'costUsd'] as const;
type Reward = (typeof REWARD_NAMES)[number];

export interface CoverageRow {
  readonly reward: Reward;
  readonly estimator: Estimator;
  readonly repetitions: number;
  /** Mean of estimate − truth, and its standard error. */
  readonly bias: number;
  readonly biasError: number;
  /** Shares of intervals that hold the truth; none where the estimator has no such interval. */
  readonly asymptotic: number;
  readonly asymptoticWidth: number;
  readonly bernstein?: number;
  readonly bernsteinWidth?: number;
}

const holds = ({ low, high }: Interval, value: number): boolean => low <= value && value <= high;

/** Confronts evaluations with the truth. */
export class Coverage {
  private readonly counts = new Map<string, Counts>();
  /** Evaluations that named no single figure. */
  objected = 0;
  repetitions = 0;
  private effective = 0;

  add(report: { readonly [reward in Reward]: RewardReport }, truth: Truth): void {
    this.repetitions += 1;
    const { objections, effectiveDecisions } = report.quality.support;
    this.effective += effectiveDecisions;
    if (objections.length > 0) this.objected += 1;
    for (const reward of REWARD_NAMES) {
      for (const estimate of report[reward].estimates ?? []) this.count(reward, estimate, truth[reward]);
    }
  }

  get meanEffective(): number {
    return this.effective / this.repetitions;
  }

  rows(): CoverageRow[] {
    return REWARD_NAMES.flatMap((reward) =>
      ESTIMATORS.flatMap((estimator) => {
        const counts = this.counts.get(`${reward} ${estimator}`);
        return counts === undefined ? [] : [rowOf(reward, estimator, counts)];
      }),
    );
  }

  private count(reward: Reward, { estimator, value, asymptotic, bernstein }: Estimate, truth: number): void {
    const key = `${reward} ${estimator}`;
    const counts = this.counts.get(key) ?? {
      ...{ estimates: 0, sum: 0, squares: 0 },
      ...{ asymptotic: 0, asymptoticWidth: 0, bernstein: NaN, bernsteinWidth: NaN },
    };
    this.counts.set(key, counts);
    if (bernstein !== undefined && counts.estimates === 0) counts.bernstein = counts.bernsteinWidth = 0;
    counts.estimates += 1;
    counts.sum += value - truth;
    counts.squares += (value - truth) ** 2;
    if (holds(asymptotic, truth)) counts.asymptotic += 1;
    counts.asymptoticWidth += asymptotic.high - asymptotic.low;
    if (bernstein === undefined) return;
    if (holds(bernstein, truth)) counts.bernstein += 1;
    counts.bernsteinWidth += bernstein.high - bernstein.low;
  }
}

function rowOf(reward: Reward, estimator: Estimator, counts: Counts): CoverageRow {
  const n = counts.estimates;
  const bias = counts.sum / n;
  return {
    reward,
    estimator,
    repetitions: n,
    bias,
    biasError: Math.sqrt(Math.max(0, counts.squares / n - bias * bias) / n),
    asymptotic: counts.asymptotic / n,
    asymptoticWidth: counts.asymptoticWidth / n,
    ...(!Number.isNaN(counts.bernstein) && {
      bernstein: counts.bernstein / n,
      bernsteinWidth: counts.bernsteinWidth / n,
    }),
  };
}
