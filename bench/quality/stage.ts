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
}

/** One stage throughout. */
export const STEADY: readonly Stage[] = [{ from: 0 }];

/** The first step of a stage. */
export const stageStart = ({ from }: Stage, steps: number): number => Math.floor(from * steps);
