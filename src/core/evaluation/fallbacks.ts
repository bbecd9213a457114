import { usdFromNanoUsd } from '../money.js';
import type { Outcome } from '../outcome/outcome.js';

/** What a log's fallback attempts did, under the policy that it was logged with. */
export interface FallbackReport {
  /** Decisions with one, and attempts after the first. */
  readonly decisions: number;
  readonly attempts: number;
  /** Those with a quality, and their mean; absent without any. */
  readonly judged: number;
  readonly meanQuality?: number;
  /** What they cost together. */
  readonly costUsd: number;
}

/** Counts fallback attempts; each outcome is of one metric. */
export class FallbackTally {
  private readonly decisions = new Set<string>();
  private attempts = 0;
  private judged = 0;
  private qualities = 0;
  private costNanoUsd = 0;

  add({ decisionId, attempt, execution, quality }: Outcome): void {
    if (attempt === 0) return;
    this.decisions.add(decisionId);
    if (execution !== undefined) {
      this.attempts += 1;
      this.costNanoUsd += execution.costNanoUsd ?? 0;
    }
    if (quality !== undefined) {
      this.judged += 1;
      this.qualities += quality.value;
    }
  }

  report(): FallbackReport {
    return {
      decisions: this.decisions.size,
      attempts: this.attempts,
      judged: this.judged,
      ...(this.judged > 0 && { meanQuality: this.qualities / this.judged }),
      costUsd: usdFromNanoUsd(this.costNanoUsd),
    };
  }
}
