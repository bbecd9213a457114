/** A stretch of a replay in which the world stays as it is. Figures are by arm. */
export interface Stage {
  /** Share of the replay that lies before it, in [0, 1). */
  readonly from: number;
  /** Arms that the registry does not have. */
  readonly absent?: readonly string[];
  /** By what list price and cost are divided. */
  readonly priceDivisor?: Readonly<Record<string, number>>;
  /** By what quality is multiplied, in [0, 1]. */
  readonly qualityFactor?: Readonly<Record<string, number>>;
  /** Arms whose calls all end in a server error: no quality, and no cost. */
  readonly failing?: readonly string[];
  /** Arms that fail so on one of so many prompts, whole: on those whose position in the set it divides. */
  readonly failsEvery?: Readonly<Record<string, number>>;
}

/** One stage throughout. */
export const STEADY: readonly Stage[] = [{ from: 0 }];

/** Whether a call of an arm on a prompt ends in a server error. */
export function failsOn({ failing, failsEvery }: Stage, arm: string, prompt: number): boolean {
  const every = failsEvery?.[arm];
  return (failing?.includes(arm) ?? false) || (every !== undefined && prompt % every === 0);
}

/** The first step of a stage. */
export const stageStart = ({ from }: Stage, steps: number): number => Math.floor(from * steps);
