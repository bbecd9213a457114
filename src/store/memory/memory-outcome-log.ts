import { decisionTimeMs, type DecisionId } from '../../core/ids.js';
import type { Outcome } from '../../core/outcome/outcome.js';
import { outcomeKeyText, planAppend } from '../append-plan.js';
import { assertOutcome } from '../outcome-check.js';
import { byAttempt } from '../outcome-order.js';
import type { AppendVerdict, OutcomeBlock, OutcomeLog } from '../ports.js';

/** An outcome log that ends with the process. */
export class MemoryOutcomeLog implements OutcomeLog {
  private blocks: OutcomeBlock[] = [];
  private floorMs = 0;
  private removed: { readonly to: number; readonly body: Uint8Array } | undefined;
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
        floorMs: this.floorMs,
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
    // As it stands now: what is removed meanwhile takes another list.
    const { blocks } = this;
    const count = blocks.length;
    for (let i = this.indexOf(fromSequence); i < count; i++) yield blocks[i]!;
  }

  async readOf(decisionId: DecisionId): Promise<readonly Outcome[]> {
    await Promise.resolve();
    return this.blocks
      .flatMap(({ outcomes }) => outcomes.filter((outcome) => outcome.decisionId === decisionId))
      .sort(byAttempt);
  }

  head(): number {
    return this.next;
  }

  base(): number {
    return this.removed?.to ?? 0;
  }

  async readBase(): Promise<Uint8Array | undefined> {
    await Promise.resolve();
    return this.removed?.body;
  }

  async replacePrefix(to: number, body: Uint8Array): Promise<void> {
    await Promise.resolve();
    const startsThere = to === this.next || this.blocks.some(({ firstSequence }) => firstSequence === to);
    if (to <= this.base() || !startsThere) throw new RangeError(`the log cannot be cut at ${to}`);
    this.blocks = this.blocks.filter(({ firstSequence }) => firstSequence >= to);
    this.removed = { to, body: Uint8Array.from(body) };
  }

  dedupeFloorMs(): number {
    return this.floorMs;
  }

  async raiseDedupeFloor(toMs: number): Promise<number> {
    await Promise.resolve();
    this.floorMs = Math.max(this.floorMs, toMs);
    const before = this.digests.size;
    for (const key of this.digests.keys())
      if (decisionTimeMs(key.slice(0, key.indexOf('/')) as DecisionId) < this.floorMs)
        this.digests.delete(key);
    return before - this.digests.size;
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
