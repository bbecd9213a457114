import type { DecisionId } from '../ids.js';

/** The probes of one half-open breaker: decisions in flight, each of which holds a place until its report or its life's end. */
export class Probes {
  private issueTimesMs = new Map<DecisionId, number>();

  constructor(private readonly lifeMs: number) {}

  add(decisionId: DecisionId, nowMs: number): void {
    for (const [id, issueTimeMs] of this.issueTimesMs) {
      if (!this.isAlive(issueTimeMs, nowMs)) this.issueTimesMs.delete(id);
    }
    this.issueTimesMs.set(decisionId, nowMs);
  }

  /** Frees a probe's place, for its report came. Nothing happens where it holds none. */
  end(decisionId: DecisionId): void {
    this.issueTimesMs.delete(decisionId);
  }

  inFlight(nowMs: number): number {
    let count = 0;
    for (const issueTimeMs of this.issueTimesMs.values()) if (this.isAlive(issueTimeMs, nowMs)) count += 1;
    return count;
  }

  /** Moves all issue times, with a clock that was set back. */
  shift(byMs: number): void {
    this.issueTimesMs = new Map([...this.issueTimesMs].map(([id, timeMs]) => [id, timeMs + byMs]));
  }

  private isAlive(issueTimeMs: number, nowMs: number): boolean {
    return nowMs < issueTimeMs + this.lifeMs;
  }
}
