import type { LoggedDecision, OutcomeBlock, Store } from '../../store/ports.js';
import { compact } from '../shadow/compact-outcome.js';
import type { LogChunk, LogSpan } from './evaluation-messages.js';

/** What crosses in one turn of the event loop: some tenths of a millisecond. */
const DECISIONS_AT_ONCE = 16;
const OUTCOMES_AT_ONCE = 32;

/** A store's logs as an evaluation on a thread asks for them. */
export class ServedLog {
  private readonly blocks = new Map<number, AsyncIterator<OutcomeBlock>>();
  private readonly decisions = new Map<number, AsyncIterator<LoggedDecision>>();

  constructor(private readonly store: Pick<Store, 'outcomes' | 'decisions'>) {}

  open(id: number, span: LogSpan): void {
    const { outcomes, decisions } = this.store;
    if (span.log === 'outcomes')
      this.blocks.set(id, outcomes.read(span.fromSequence)[Symbol.asyncIterator]());
    else this.decisions.set(id, decisions.range(span.fromMs, span.toMs)[Symbol.asyncIterator]());
  }

  /** @throws StoreError. */
  async next(id: number): Promise<LogChunk> {
    const blocks: OutcomeBlock[] = [];
    const decisions: LoggedDecision[] = [];
    const [blockSource, decisionSource] = [this.blocks.get(id), this.decisions.get(id)];
    let count = 0;
    while (blockSource !== undefined && count < OUTCOMES_AT_ONCE) {
      const next = await blockSource.next();
      if (next.done === true) break;
      blocks.push({ ...next.value, outcomes: next.value.outcomes.map(compact) });
      count += next.value.outcomes.length;
    }
    while (decisionSource !== undefined && decisions.length < DECISIONS_AT_ONCE) {
      const next = await decisionSource.next();
      if (next.done === true) break;
      // A view on bytes of the database would cross with all that is around it.
      decisions.push({ ...next.value, body: Uint8Array.from(next.value.body) });
    }
    return { id, blocks, decisions };
  }

  async close(): Promise<void> {
    const iterators = [...this.blocks.values(), ...this.decisions.values()];
    await Promise.allSettled(iterators.map(async (iterator) => iterator.return?.()));
  }
}
