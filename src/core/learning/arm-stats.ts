/**
 * Decayed sums of one arm in one scope, in one flat array: cheap to add, to scale, to merge and to store.
 *
 * Each group has its own half-life and landmark; inside a group every sum is Σ 2^((t−L)/h)·value
 * (Cormode et al., Forward Decay, ICDE 2009), so that sums do not depend on the order of arrival and
 * merge by adding.
 */
export type ArmStats = Float64Array;

/** Sums per metric. `W` is Σw, `X` is Σw·x, `XX` is Σw·x², `W2` is Σw², `LN` and `LN2` are on ln x; the four of a
 * log-normal lie side by side. `thinking` is of answers with thinking tokens, `thinkingToldW` counts those that told of
 * any or none. `prompt` is the reported prompt over the counted one. `compared` are costs that a ticket had predicted: `Actual` and `Expected` are
 * Σw·nano-USD, `Inside` and `Above` count against the predicted interval.
 * `label` is quality that was asked for, each weighted by one over the probability of asking. */
export const STAT = {
  qualityW: 0,
  qualityX: 1,
  qualityXX: 2,
  qualityW2: 3,
  successW: 4,
  successX: 5,
  successW2: 6,
  tokensW: 7,
  tokensX: 8,
  tokensLn: 9,
  tokensLn2: 10,
  thinkingW: 11,
  thinkingX: 12,
  thinkingLn: 13,
  thinkingLn2: 14,
  thinkingToldW: 15,
  promptW: 16,
  promptX: 17,
  promptLn: 18,
  promptLn2: 19,
  latencyW: 20,
  latencyX: 21,
  latencyLn: 22,
  latencyLn2: 23,
  firstTokenW: 24,
  firstTokenX: 25,
  firstTokenLn: 26,
  firstTokenLn2: 27,
  perTokenW: 28,
  perTokenX: 29,
  perTokenLn: 30,
  perTokenLn2: 31,
  costW: 32,
  costX: 33,
  comparedW: 34,
  comparedActual: 35,
  comparedExpected: 36,
  comparedInside: 37,
  comparedAbove: 38,
  labelW: 39,
  labelX: 40,
  labelXX: 41,
  labelW2: 42,
} as const;

export const STAT_COUNT = 43;

export const METRIC_GROUPS = ['quality', 'success', 'tokens', 'latency', 'cost'] as const;
/** Metrics whose sums lie in `ArmStats`. */
export const STAT_GROUPS = [...METRIC_GROUPS, 'labels'] as const;
export type StatGroup = (typeof STAT_GROUPS)[number];
/** Memories of residuals, each six times as long as the one before, so that drift shows at any rate of traffic. */
export const DRIFT_GROUPS = ['seconds12', 'seconds72', 'minutes7', 'minutes43', 'hours4', 'hours26'] as const;
export type DriftGroup = (typeof DRIFT_GROUPS)[number];
export const DECAY_GROUPS = [...STAT_GROUPS, ...DRIFT_GROUPS] as const;

const MEMORIES: ReadonlySet<string> = new Set(DRIFT_GROUPS);
export const isMemory = (group: DecayGroup): group is DriftGroup => MEMORIES.has(group);

/** What forgets at a rate of its own. */
export type DecayGroup = (typeof DECAY_GROUPS)[number];

interface GroupRange {
  /** First index. */
  readonly from: number;
  /** One past the last. */
  readonly to: number;
  /** The index that scales with the square of the weight; −1 where there is none. */
  readonly squared: number;
}

export const GROUP_RANGE: Readonly<Record<StatGroup, GroupRange>> = {
  quality: { from: STAT.qualityW, to: STAT.successW, squared: STAT.qualityW2 },
  success: { from: STAT.successW, to: STAT.tokensW, squared: STAT.successW2 },
  tokens: { from: STAT.tokensW, to: STAT.latencyW, squared: -1 },
  latency: { from: STAT.latencyW, to: STAT.costW, squared: -1 },
  cost: { from: STAT.costW, to: STAT.labelW, squared: -1 },
  labels: { from: STAT.labelW, to: STAT_COUNT, squared: STAT.labelW2 },
};

export const emptyArmStats = (): ArmStats => new Float64Array(STAT_COUNT);

/** Scales one group's sums, as when its landmark moves: weights by `factor`, squared weights by its square. */
export function scaleGroup(stats: ArmStats, group: StatGroup, factor: number): void {
  const { from, to, squared } = GROUP_RANGE[group];
  for (let i = from; i < to; i++) stats[i]! *= i === squared ? factor * factor : factor;
}
