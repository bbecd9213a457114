/** Every time zone's days begin on a quarter of an hour, also where the offset is 5:45. */
export const QUARTER_MS = 900_000;
/** Two months of 31 days: the current period and the one before it, whatever the zone. */
export const MAX_QUARTERS = 62 * 24 * 4;

/** Spend of one quarter of an hour. */
export interface QuarterSpend {
  /** Quarters of an hour since the Unix epoch. */
  readonly quarter: number;
  readonly costNanoUsd: number;
}

/**
 * What an account spent, by quarter of an hour of event time: sums, so that neither the order of reports nor
 * the budget's calendar matters to them.
 *
 * Invariants: quarters ascend; the newest `MAX_QUARTERS` that had spend are apart, all older ones summed up.
 */
export class SpendHistory {
  private readonly quarters: number[] = [];
  private readonly costsNanoUsd: number[] = [];
  /** The sum that was asked for last, kept up with what is added. */
  private asked = { from: 0, to: 0, costNanoUsd: 0 };
  private summedUpNanoUsd = 0;

  /** Spend before the first quarter that is kept apart. */
  get olderNanoUsd(): number {
    return this.summedUpNanoUsd;
  }

  add(eventTimeMs: number, costNanoUsd: number): void {
    if (costNanoUsd !== 0) this.addTo(Math.floor(eventTimeMs / QUARTER_MS), costNanoUsd);
  }

  /** Spend of the quarters that begin in [start, end). */
  between({ startMs, endMs }: { readonly startMs: number; readonly endMs: number }): number {
    const from = Math.ceil(startMs / QUARTER_MS);
    const to = Math.ceil(endMs / QUARTER_MS);
    if (this.asked.from !== from || this.asked.to !== to) {
      let costNanoUsd = 0;
      for (let i = this.quarters.length - 1; i >= 0 && this.quarters[i]! >= from; i--) {
        if (this.quarters[i]! < to) costNanoUsd += this.costsNanoUsd[i]!;
      }
      this.asked = { from, to, costNanoUsd };
    }
    return this.asked.costNanoUsd;
  }

  /** Adds all that another replica's history has. */
  merge(other: SpendHistory): void {
    this.restore(other.olderNanoUsd, other.entries());
  }

  /** Adds what a snapshot kept. */
  restore(olderNanoUsd: number, entries: Iterable<QuarterSpend>): void {
    this.summedUpNanoUsd += olderNanoUsd;
    for (const { quarter, costNanoUsd } of entries) this.addTo(quarter, costNanoUsd);
  }

  /** What is kept apart, ascending. */
  *entries(): Generator<QuarterSpend> {
    for (let i = 0; i < this.quarters.length; i++) {
      yield { quarter: this.quarters[i]!, costNanoUsd: this.costsNanoUsd[i]! };
    }
  }

  private addTo(quarter: number, costNanoUsd: number): void {
    const { quarters, costsNanoUsd, asked } = this;
    let at = quarters.length;
    while (at > 0 && quarters[at - 1]! > quarter) at--;
    if (at > 0 && quarters[at - 1] === quarter) {
      costsNanoUsd[at - 1]! += costNanoUsd;
    } else if (at === 0 && quarters.length >= MAX_QUARTERS) {
      this.summedUpNanoUsd += costNanoUsd;
      return;
    } else {
      quarters.splice(at, 0, quarter);
      costsNanoUsd.splice(at, 0, costNanoUsd);
      if (quarters.length > MAX_QUARTERS) this.sumUpOldest();
    }
    if (quarter >= asked.from && quarter < asked.to) asked.costNanoUsd += costNanoUsd;
  }

  private sumUpOldest(): void {
    const quarter = this.quarters.shift()!;
    const costNanoUsd = this.costsNanoUsd.shift()!;
    this.summedUpNanoUsd += costNanoUsd;
    const { asked } = this;
    if (quarter >= asked.from && quarter < asked.to) asked.costNanoUsd -= costNanoUsd;
  }
}
