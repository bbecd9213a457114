import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Outcome } from '../../../src/core/outcome/outcome.js';
import { openLevelStore, type LevelStore } from '../../../src/store/level/open-level-store.js';
import type { OutcomeLog, StoreRecoveryReport } from '../../../src/store/ports.js';
import { ReopeningStore } from '../../../src/store/reopening/reopening-store.js';
import { StoreError } from '../../../src/store/store-error.js';
import { outcomesFrom } from '../../contract/collect.js';
import { outcomeOf } from '../outcome-arbitrary.js';

let dir: string;
let faulty: Faulty;

/** A store of which a test decides which write fails, and whether the failed batch is there all the same. */
class Faulty {
  opens = 0;
  /** Openings that fail from now on. */
  refusals = 0;
  private fail: ((error: StoreError) => void) | undefined;
  private next: 'written' | 'lost' | undefined;
  readonly store: Promise<ReopeningStore>;
  readonly failures: StoreError[] = [];
  readonly reopened: StoreRecoveryReport[] = [];
  readonly stillFailed: unknown[] = [];
  readonly caughtUp: Outcome[] = [];
  known = 0;

  constructor() {
    this.store = ReopeningStore.open({
      open: (onFailure) => this.open(onFailure),
      backoff: { firstMs: 5, maxMs: 20 },
      random: () => 0.5,
      nowMs: () => Date.now(),
    }).then((store) => {
      store.observe({
        failed: (error) => this.failures.push(error),
        reconcile: async (log: OutcomeLog) => {
          this.caughtUp.push(...(await outcomesFrom(log, this.known)));
        },
        reopened: (report) => this.reopened.push(report),
        stillFailed: (error) => this.stillFailed.push(error),
      });
      return store;
    });
  }

  failNextWrite(fate: 'written' | 'lost'): void {
    this.next = fate;
  }

  private async open(onFailure: (error: StoreError) => void): Promise<LevelStore> {
    this.opens += 1;
    if (this.refusals > 0) {
      this.refusals -= 1;
      throw new StoreError('STORE_IO', 'no space left');
    }
    this.fail = onFailure;
    const inner = await openLevelStore(dir, { onFailure });
    return {
      ...inner,
      outcomes: {
        head: () => inner.outcomes.head(),
        base: () => inner.outcomes.base(),
        readBase: () => inner.outcomes.readBase(),
        readOf: (id) => inner.outcomes.readOf(id),
        read: (from) => inner.outcomes.read(from),
        append: (groups) => this.faultily(() => inner.outcomes.append(groups)),
      },
      documents: {
        get: (kind, name) => inner.documents.get(kind, name),
        list: (kind) => inner.documents.list(kind),
        span: (kind, span) => inner.documents.span(kind, span),
        put: (kind, name, body, revision) => inner.documents.put(kind, name, body, revision),
        delete: (kind, name, revision) => inner.documents.delete(kind, name, revision),
        commit: (changes) => this.faultily(() => inner.documents.commit(changes)),
      },
    };
  }

  private async faultily<T>(write: () => Promise<T>): Promise<T> {
    const fate = this.next;
    this.next = undefined;
    if (fate === 'written') await write();
    if (fate === undefined) return write();
    const error = new StoreError('STORE_IO', 'Input/output error');
    this.fail!(error);
    throw error;
  }
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sextant-reopening-'));
  faulty = new Faulty();
});
afterEach(async () => {
  await (await faulty.store).close();
  await rm(dir, { recursive: true });
});

const back = () => vi.waitFor(() => expect(faulty.reopened).toHaveLength(1), { timeout: 20_000 });

describe('a store that failed', () => {
  it.each(['written', 'lost'] as const)(
    'is opened again, and a failed batch that was %s is counted once',
    async (fate) => {
      const store = await faulty.store;
      await store.outcomes.append([[outcomeOf(1)]]);
      faulty.known = 1;
      faulty.failNextWrite(fate);
      await expect(store.outcomes.append([[outcomeOf(2)]])).rejects.toMatchObject({ code: 'STORE_IO' });
      await expect(store.outcomes.append([[outcomeOf(3)]])).rejects.toThrow(/being opened again/);
      await expect(store.documents.get('a', 'b')).rejects.toThrow(/being opened again/);
      await expect(store.decisions.append([])).rejects.toThrow(/being opened again/);
      await expect(store.snapshots.load()).rejects.toThrow(/being opened again/);
      await expect(store.copyTo(`${dir}.copy`)).rejects.toThrow(/being opened again/);
      expect(store.outcomes.head()).toBe(1);
      await back();
      const isThere = fate === 'written';
      expect(faulty.caughtUp).toStrictEqual(isThere ? [outcomeOf(2)] : []);
      expect(await store.outcomes.append([[outcomeOf(2)]])).toEqual([
        [isThere ? { kind: 'duplicate' } : { kind: 'recorded', sequence: 1 }],
      ]);
      expect(await outcomesFrom(store.outcomes)).toStrictEqual([outcomeOf(1), outcomeOf(2)]);
      expect(faulty.failures).toHaveLength(1);
    },
  );

  it.each(['written', 'lost'] as const)(
    'has no change of documents that was told as failed and was %s',
    async (fate) => {
      const store = await faulty.store;
      const body = Buffer.from('one');
      await store.documents.commit([
        { kind: 'k', name: 'changed', expectedRevision: 0, body },
        { kind: 'k', name: 'removed', expectedRevision: 0, body },
      ]);
      const changes = [
        { kind: 'k', name: 'changed', expectedRevision: 1, body: Buffer.from('two') },
        { kind: 'k', name: 'removed', expectedRevision: 1 },
        { kind: 'k', name: 'made', expectedRevision: 0, body },
      ];
      faulty.failNextWrite(fate);
      await expect(store.documents.commit(changes)).rejects.toMatchObject({ code: 'STORE_IO' });
      await back();
      expect(faulty.reopened[0]!.undid).toBe(fate === 'written');
      const left = await store.documents.list('k');
      expect(
        left.map(({ name, revision, body: kept }) => [name, revision, Buffer.from(kept).toString()]),
      ).toEqual([
        ['changed', 1, 'one'],
        ['removed', 1, 'one'],
      ]);
      expect(await store.documents.commit(changes)).toBe(true);
    },
  );

  it('never undoes what was changed after it came back', async () => {
    const store = await faulty.store;
    faulty.failNextWrite('lost');
    const change = { kind: 'k', name: 'a', expectedRevision: 0, body: Buffer.from('one') };
    await expect(store.documents.commit([change])).rejects.toThrow();
    await back();
    await store.documents.commit([change]);
    faulty.known = 0;
    faulty.failNextWrite('lost');
    await expect(store.outcomes.append([[outcomeOf(1)]])).rejects.toThrow();
    await vi.waitFor(() => expect(faulty.reopened).toHaveLength(2), { timeout: 20_000 });
    expect(await store.documents.get('k', 'a')).toMatchObject({ revision: 1 });
  });

  it('is tried again until it can be opened', async () => {
    const store = await faulty.store;
    faulty.refusals = 4;
    faulty.failNextWrite('lost');
    await expect(store.outcomes.append([[outcomeOf(1)]])).rejects.toThrow();
    await back();
    expect(faulty.stillFailed).toHaveLength(4);
    expect(faulty.reopened[0]!.attempts).toBe(5);
    expect(await store.outcomes.append([[outcomeOf(1)]])).toEqual([[{ kind: 'recorded', sequence: 0 }]]);
  });

  it('is refused where another store lies in its place', async () => {
    const store = await faulty.store;
    await store.outcomes.append([[outcomeOf(1), outcomeOf(2)]]);
    faulty.failNextWrite('lost');
    await expect(store.outcomes.append([[outcomeOf(3)]])).rejects.toThrow();
    const right = dir;
    dir = await mkdtemp(join(tmpdir(), 'sextant-other-'));
    const other = await openLevelStore(dir);
    await other.outcomes.append([[outcomeOf(1), outcomeOf(9)]]);
    await other.close();
    await vi.waitFor(() => expect(faulty.stillFailed.at(-1)).toMatchObject({ code: 'STORE_CORRUPT' }));
    dir = right;
    await back();
  });

  it('can be closed while it is away', async () => {
    const store = await faulty.store;
    faulty.refusals = 1_000;
    faulty.failNextWrite('lost');
    await expect(store.outcomes.append([[outcomeOf(1)]])).rejects.toThrow();
    await store.close();
    const { opens } = faulty;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(faulty.opens).toBe(opens);
  });
});
