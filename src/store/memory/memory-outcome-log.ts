import type { Outcome } from '../../core/outcome/outcome.js';
import { outcomeKeyText, planAppend } from '../append-plan.js';
import { assertOutcome } from '../outcome-check.js';
import type { AppendVerdict, OutcomeBlock, OutcomeLog } from '../ports.js';

/** An outcome log that ends with the process. */
export class MemoryOutcomeLog implements OutcomeLog {
  private readonly blocks: OutcomeBlock[] = [];
  private readonly digests = new Map<string, string>();
  private next = 0;
  private appending = false;

  async append(groups: readonly (readonly Outcome[])[]): Promise<readonly (readonly AppendVerdict[])[]> {
    if (this.appending) throw new Error('append was called before the call before it had settled');
    this.appending = true;
    try {
      groups.forEach((group) => group.forEach(assertOutcome));
      // A log on disk waits here too: callers must not come to rely on an answer in the same tick.
      await Promise.resolve();
      const plan = planAppend(groups, {
        keyOf: outcomeKeyText,
        recordedDigest: (key) => this.digests.get(key),
        head: this.next,
      });
      if (plan.accepted.length > 0) this.keep(plan.accepted);
      return plan.verdicts;
    } finally {
      this.appending = false;
    }
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous
  async *read(fromSequence: number): AsyncIterable<OutcomeBlock> {
    const count = this.blocks.length;
    for (let i = this.indexOf(fromSequence); i < count; i++) yield this.blocks[i]!;
  }

  head(): number {
    return this.next;
  }

  private keep(outcomes: readonly Outcome[]): void {
    this.blocks.push({ firstSequence: this.next, outcomes });
    for (const outcome of outcomes) this.digests.set(outcomeKeyText(outcome), outcome.digest);
    this.next += outcomes.length;
  }

  private indexOf(sequence: number): number {
    const index = this.blocks.findIndex((block) => block.firstSequence + block.outcomes.length > sequence);
    return index < 0 ? this.blocks.length : index;
  }
}
