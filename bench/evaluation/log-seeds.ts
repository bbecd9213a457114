/** Logs that one seed of a run stands for; further ones would be the first of the next seed. */
export const LOGS_MOST = 2 ** 16;
export const RUN_SEED_MOST = 2 ** 16 - 1;
/** Steps of a log that have a seed of their own beside the log's (decisionSeed). */
export const STEPS_MOST = 2 ** 24;

/**
 * Seeds of the logs of one run: runs of different seeds share none.
 * @param runSeed in [0, RUN_SEED_MOST].
 * @param count in [1, LOGS_MOST].
 */
export const logSeeds = (runSeed: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => runSeed * LOGS_MOST + i);
