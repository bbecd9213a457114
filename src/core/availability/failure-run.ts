/**
 * Failures since the last success, in event time. The length of the run does not depend on the order in which calls
 * are added: it is the number of failures that are later than the latest success.
 */
export class FailureRun {
  private latestSuccessMs = -Infinity;
  /** The latest failures, ascending. */
  private failuresMs: number[] = [];

  /** @param longest how far the run is counted, ≥ 1. */
  constructor(private readonly longest: number) {}

  add(failed: boolean, eventTimeMs: number): void {
    if (!failed) {
      this.latestSuccessMs = Math.max(this.latestSuccessMs, eventTimeMs);
      this.failuresMs = this.failuresMs.filter((timeMs) => timeMs > this.latestSuccessMs);
      return;
    }
    if (eventTimeMs <= this.latestSuccessMs) return;
    const later = this.failuresMs.findIndex((timeMs) => timeMs > eventTimeMs);
    this.failuresMs.splice(later < 0 ? this.failuresMs.length : later, 0, eventTimeMs);
    if (this.failuresMs.length > this.longest) this.failuresMs.shift();
  }

  /** At most `longest`. */
  get length(): number {
    return this.failuresMs.length;
  }

  clear(): void {
    this.latestSuccessMs = -Infinity;
    this.failuresMs = [];
  }
}
