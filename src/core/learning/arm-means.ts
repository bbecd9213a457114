import { STAT, type ArmStats } from './arm-stats.js';

/** Decayed means of what was reported of an arm; a member is absent where nothing was. */
export interface ArmMeans {
  readonly costNanoUsd?: number;
  readonly outputTokens?: number;
  readonly latencyMs?: number;
}

export function armMeans(stats: ArmStats): ArmMeans {
  const mean = (w: number, x: number): number | undefined =>
    stats[w]! > 0 ? stats[x]! / stats[w]! : undefined;
  const costNanoUsd = mean(STAT.costW, STAT.costX);
  const outputTokens = mean(STAT.tokensW, STAT.tokensX);
  const latencyMs = mean(STAT.latencyW, STAT.latencyX);
  return {
    ...(costNanoUsd !== undefined && { costNanoUsd }),
    ...(outputTokens !== undefined && { outputTokens }),
    ...(latencyMs !== undefined && { latencyMs }),
  };
}
