import type { Outcome } from '../../src/core/outcome/outcome.js';
import type { OutcomeBlock, OutcomeLog } from '../../src/store/ports.js';

/** All that an asynchronous sequence yields. */
export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

/** A log's outcomes from a position on; proves on the way that blocks follow one another without a gap. */
export async function outcomesFrom(log: OutcomeLog, fromSequence = 0): Promise<Outcome[]> {
  const blocks: OutcomeBlock[] = await collect(log.read(fromSequence));
  blocks.forEach((block, index) => {
    const before = blocks[index - 1];
    if (before && before.firstSequence + before.outcomes.length !== block.firstSequence) {
      throw new Error(`a gap before ${block.firstSequence}`);
    }
  });
  const outcomes = blocks.flatMap((block) => block.outcomes);
  const first = blocks[0]?.firstSequence ?? fromSequence;
  return outcomes.slice(Math.max(fromSequence - first, 0));
}
