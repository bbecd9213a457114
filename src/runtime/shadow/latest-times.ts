const KEPT = 1_000;

/** How long something took lately: the latest thousand times, in milliseconds. */
export class LatestTimes {
  private readonly times: number[] = [];
  private count = 0;

  add(ms: number): void {
    this.times[this.count % KEPT] = ms;
    this.count += 1;
  }

  /** The least time that a share of them did not exceed; absent without any. */
  quantile(share: number): number | undefined {
    const sorted = [...this.times].sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  }
}
