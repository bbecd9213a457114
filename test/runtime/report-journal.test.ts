import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/core/outcome/outcome.js';
import { ReportJournal } from '../../src/runtime/report-journal.js';
import { MemoryOutcomeLog } from '../../src/store/memory/memory-outcome-log.js';
import type { OutcomeLog } from '../../src/store/ports.js';
import { StoreError } from '../../src/store/store-error.js';
import { outcomeOf, qualityOf } from '../store/outcome-arbitrary.js';

/** A journal over a memory log that counts its writes, and holds or fails them when told to. */
function journalOf({ maxQueue = 100, maxBatch = 10 } = {}) {
  const memory = new MemoryOutcomeLog();
  const writes: number[] = [];
  const folded: [string, number][] = [];
  const control = { hold: Promise.resolve(), failWith: undefined as Error | undefined };
  const log: OutcomeLog = {
    head: () => memory.head(),
    base: () => memory.base(),
    readBase: () => memory.readBase(),
    readOf: (id) => memory.readOf(id),
    read: (from) => memory.read(from),
    append: async (groups) => {
      writes.push(groups.length);
      await control.hold;
      if (control.failWith) throw control.failWith;
      return memory.append(groups);
    },
  };
  const fold = (outcome: Outcome, sequence: number): void =>
    void folded.push([outcome.decisionId.slice(-1), sequence]);
  const journal = new ReportJournal(log, { maxQueue, maxBatch }, fold);
  return { journal, memory, writes, folded, control };
}

/** A promise that the test settles. */
function gate(): { hold: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const hold = new Promise<void>((resolve) => (open = resolve));
  return { hold, open };
}
const recorded = (sequence: number) => ({ kind: 'recorded', sequence });

describe('group commit', () => {
  it('writes reports that arrive together in one batch', async () => {
    const { journal, writes, memory } = journalOf();
    const verdicts = await Promise.all([1, 2, 3, 4].map((n) => journal.append([outcomeOf(n)])));
    expect(verdicts).toEqual([[recorded(0)], [recorded(1)], [recorded(2)], [recorded(3)]]);
    expect(writes).toEqual([4]);
    expect(memory.head()).toBe(4);
  });

  it('writes at most maxBatch reports at a time, one batch in flight, in the order of arrival', async () => {
    const { journal, writes } = journalOf({ maxBatch: 3 });
    const verdicts = await Promise.all(Array.from({ length: 8 }, (_, n) => journal.append([outcomeOf(n)])));
    expect(verdicts.flat()).toEqual(Array.from({ length: 8 }, (_, n) => recorded(n)));
    expect(writes).toEqual([3, 3, 2]);
  });

  it('gathers what comes during a write into the next one', async () => {
    const { journal, writes, control } = journalOf();
    const { hold, open } = gate();
    control.hold = hold;
    const first = journal.append([outcomeOf(1)]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const others = [2, 3, 4].map((n) => journal.append([outcomeOf(n)]));
    expect(journal.depth).toBe(3);
    open();
    await Promise.all([first, ...others]);
    expect(writes).toEqual([1, 3]);
    expect(journal.depth).toBe(0);
  });

  it('folds each outcome once, after it is durable and before it is acknowledged', async () => {
    const { journal, folded, control } = journalOf();
    const { hold, open } = gate();
    control.hold = hold;
    const pending = journal.append([outcomeOf(1), qualityOf(1)]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(folded).toEqual([]);
    open();
    await pending;
    expect(folded).toEqual([
      ['1', 0],
      ['1', 1],
    ]);
    await new Promise((resolve) => setTimeout(resolve, 1));
    await journal.append([outcomeOf(1), qualityOf(1)]);
    expect(folded).toHaveLength(2);
  });

  it('resolves flush when nothing waits any more', async () => {
    const { journal, memory } = journalOf({ maxBatch: 1 });
    const reports = [1, 2, 3].map((n) => journal.append([outcomeOf(n)]));
    await journal.flush();
    expect(memory.head()).toBe(3);
    await Promise.all(reports);
    await journal.flush();
  });
});

describe('verdicts', () => {
  it('answer a repeat that is still queued as a duplicate, once the first is durable', async () => {
    const { journal, memory } = journalOf();
    const verdicts = await Promise.all([journal.append([outcomeOf(1)]), journal.append([outcomeOf(1)])]);
    expect(verdicts).toEqual([[recorded(0)], [{ kind: 'duplicate' }]]);
    expect(memory.head()).toBe(1);
  });

  it('refuse a whole report with one conflict, and fold nothing of it', async () => {
    const { journal, folded } = journalOf();
    const [first, second] = await Promise.all([
      journal.append([outcomeOf(1)]),
      journal.append([qualityOf(1), outcomeOf(1, { digest: 'b'.repeat(16) })]),
    ]);
    expect(first).toEqual([recorded(0)]);
    expect(second.map(({ kind }) => kind)).not.toContain('recorded');
    expect(second[1]).toEqual({ kind: 'conflict' });
    expect(folded).toHaveLength(1);
  });
});

describe('refusals', () => {
  it('come at once when the queue is full, with a time to try again, and do not touch what waits', async () => {
    const { journal, control } = journalOf({ maxQueue: 2 });
    const { hold, open } = gate();
    control.hold = hold;
    const writing = journal.append([outcomeOf(1)]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const waiting = [2, 3].map((n) => journal.append([outcomeOf(n)]));
    await expect(journal.append([outcomeOf(4)])).rejects.toMatchObject({
      code: 'QUEUE_FULL',
      details: { retryAfterMs: expect.any(Number) as number },
    });
    open();
    expect(await Promise.all([writing, ...waiting])).toEqual([[recorded(0)], [recorded(1)], [recorded(2)]]);
  });

  it('come to all when a write fails, and until it is told that the store is open again', async () => {
    const { journal, control, folded, writes } = journalOf({ maxBatch: 1 });
    control.failWith = new StoreError('STORE_IO', 'disk full');
    const reports = [1, 2, 3].map((n) => journal.append([outcomeOf(n)]));
    for (const report of await Promise.allSettled(reports)) {
      expect(report).toMatchObject({
        status: 'rejected',
        reason: { code: 'STORE_UNAVAILABLE', details: { cause: control.failWith } },
      });
    }
    control.failWith = undefined;
    await expect(journal.append([outcomeOf(4)])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(journal.failed).toBe(true);
    expect(journal.depth).toBe(0);
    expect(() => journal.assertOpen()).toThrow(/may be sent again/);
    expect([folded, writes]).toEqual([[], [1]]);
    await journal.flush();
    journal.resume();
    expect(await journal.append([outcomeOf(4)])).toEqual([recorded(0)]);
  });

  it('come to a batch alone where it was no fault of the store', async () => {
    const { journal, control } = journalOf();
    control.failWith = new RangeError('latencyMs is NaN');
    await expect(journal.append([outcomeOf(1)])).rejects.toBe(control.failWith);
    control.failWith = undefined;
    expect(await journal.append([outcomeOf(1)])).toEqual([recorded(0)]);
  });

  it('never show the cause in the message', async () => {
    const { journal, control } = journalOf();
    control.failWith = new StoreError('STORE_IO', '/secret/path: EIO');
    await expect(journal.append([outcomeOf(1)])).rejects.toThrow(
      expect.not.stringContaining('secret') as string,
    );
  });
});
