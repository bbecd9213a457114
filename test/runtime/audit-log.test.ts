import { beforeEach, describe, expect, it } from 'vitest';
import type { AuditAction } from '../../src/core/audit/audit-entry.js';
import { AUDIT_VALUE_MAX_BYTES, POLICY_FOLDER } from '../../src/core/audit/audit-entry.js';
import type { AuditDraft, AuditFilter, AuditLog } from '../../src/runtime/audit-log.js';
import { MemoryDocumentStore } from '../../src/store/memory/memory-document-store.js';
import { StoreError } from '../../src/store/store-error.js';
import { START_MS } from '../builders/learning.js';
import { actor, openTestAudit } from '../builders/runtime.js';

const DAY_MS = 86_400_000;
const ACME: AuditFilter = { tenant: 'acme' };

let documents: MemoryDocumentStore;
let audit: AuditLog;
let nowMs: number;

const open = (retention = { maxEntries: 1000, keepMs: DAY_MS }) =>
  openTestAudit({ documents, nowMs: () => nowMs, retention });
const draft = (target: string, more: Partial<AuditDraft> = {}): AuditDraft => ({
  actor: actor('ann'),
  action: 'model created',
  target,
  policyVersion: 'v1',
  ...more,
});
const change = (name: string, expectedRevision = 0) => ({
  kind: 'k',
  name,
  expectedRevision,
  body: Buffer.from(name),
});
const targets = async (filter: AuditFilter = ACME, limit = 100) =>
  (await audit.page(filter, { limit })).entries.map(({ target }) => target);

beforeEach(async () => {
  documents = new MemoryDocumentStore();
  nowMs = START_MS;
  audit = await open();
});

describe('an entry', () => {
  it('is written with the change that it tells of, or not at all', async () => {
    expect(await audit.record(draft('a', { after: { x: 1 } }), [change('a')])).toBe(true);
    expect(await audit.record(draft('b'), [change('b'), change('a')])).toBe(false);
    expect((await documents.list('k')).map(({ name }) => name)).toEqual(['a']);
    const { entries } = await audit.page(ACME, { limit: 10 });
    expect(entries).toEqual([
      {
        sequence: 1,
        timeMs: START_MS,
        actor: actor('ann'),
        action: 'model created',
        target: 'a',
        after: { json: '{"x":1}', omittedBytes: 0 },
        policyVersion: 'v1',
        reason: '',
      },
    ]);
  });

  it('has a sequence that grows and a time that never goes back, over a restart and a clock that does', async () => {
    await audit.record(draft('a'), []);
    nowMs -= 5_000;
    await audit.record(draft('b'), []);
    audit = await open();
    await audit.record(draft('c'), []);
    const { entries } = await audit.page(ACME, { limit: 10 });
    expect(entries.map(({ sequence, timeMs }) => [sequence, timeMs])).toEqual([
      [3, START_MS],
      [2, START_MS],
      [1, START_MS],
    ]);
  });

  it('keeps only the length of a value that is too long', async () => {
    const long = { text: 'x'.repeat(AUDIT_VALUE_MAX_BYTES) };
    await audit.record(draft('a', { before: long, after: { ok: true } }), []);
    const [entry] = (await audit.page(ACME, { limit: 1 })).entries;
    expect(entry!.before).toEqual({ json: '', omittedBytes: JSON.stringify(long).length });
    expect(entry!.after!.json).toBe('{"ok":true}');
  });

  it('of a store that fails is refused as STORE_UNAVAILABLE', async () => {
    documents.commit = () => Promise.reject(new StoreError('STORE_IO', 'no space'));
    await expect(audit.record(draft('a'), [])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('of many at once is one after another', async () => {
    await Promise.all(Array.from({ length: 30 }, (_, i) => audit.record(draft(`m${i}`), [change(`m${i}`)])));
    const { entries } = await audit.page(ACME, { limit: 100 });
    expect(entries.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 30 }, (_, i) => 30 - i));
    expect(await documents.list('k')).toHaveLength(30);
  });
});

describe('a page', () => {
  it('has the newest first, and pages of any size give the same', async () => {
    const names = Array.from({ length: 230 }, (_, i) => `m${i}`);
    for (const name of names) await audit.record(draft(name), []);
    for (const limit of [1, 7, 100, 230, 500]) {
      const seen: string[] = [];
      let before: number | undefined;
      do {
        const page = await audit.page(ACME, { limit, ...(before !== undefined && { before }) });
        expect(page.entries.length).toBeLessThanOrEqual(limit);
        seen.push(...page.entries.map(({ target }) => target));
        before = page.before;
      } while (before !== undefined);
      expect(seen).toEqual([...names].reverse());
    }
  });

  it('shows what the tenant did and what the server did, and nothing of others', async () => {
    await audit.record(draft('mine'), []);
    await audit.record(draft('theirs', { actor: actor('eve', 'globex') }), []);
    await audit.record(draft('folder', { actor: POLICY_FOLDER, action: 'policy loaded' }), []);
    expect(await targets()).toEqual(['folder', 'mine']);
    expect(await targets({ tenant: 'globex' })).toEqual(['folder', 'theirs']);
    expect(await targets({ tenant: 'initech' })).toEqual(['folder']);
  });

  it('can be of some actions, a target, a time', async () => {
    const all: readonly (readonly [string, AuditAction])[] = [
      ['a', 'model created'],
      ['b', 'model created'],
      ['a', 'model updated'],
      ['a', 'model deleted'],
    ];
    for (const [target, action] of all) {
      await audit.record(draft(target, { action }), []);
      nowMs += 1000;
    }
    const found = async (filter: Partial<AuditFilter>) =>
      (await audit.page({ ...ACME, ...filter }, { limit: 10 })).entries.map(({ sequence }) => sequence);
    expect(await found({ target: 'a' })).toEqual([4, 3, 1]);
    expect(await found({ actions: ['model updated', 'model deleted'] })).toEqual([4, 3]);
    expect(await found({ startMs: START_MS + 1000, endMs: START_MS + 3000 })).toEqual([3, 2]);
    expect(await found({ startMs: START_MS + 3001 })).toEqual([]);
  });

  it('ends early where little fits, and goes on from there', async () => {
    await audit.record(draft('needle'), []);
    const foreign = draft('theirs', { actor: actor('eve', 'globex') });
    audit = await open({ maxEntries: 10_000, keepMs: DAY_MS });
    for (let i = 0; i < 2_100; i++) await audit.record(foreign, []);
    const first = await audit.page(ACME, { limit: 10 });
    expect(first.entries).toEqual([]);
    const second = await audit.page(ACME, { limit: 10, before: first.before! });
    expect(second.entries.map(({ target }) => target)).toEqual(['needle']);
    expect(second.before).toBeUndefined();
  });
});

describe('retention', () => {
  it('removes what is beyond a number, and gives no sequence twice', async () => {
    audit = await open({ maxEntries: 3, keepMs: DAY_MS });
    for (const name of ['a', 'b', 'c', 'd', 'e']) await audit.record(draft(name), []);
    expect(await targets()).toEqual(['e', 'd', 'c']);
    audit = await open({ maxEntries: 1, keepMs: DAY_MS });
    expect(await targets()).toEqual(['e']);
    await audit.record(draft('f'), []);
    expect((await audit.page(ACME, { limit: 9 })).entries).toMatchObject([{ sequence: 6, target: 'f' }]);
  });

  it('removes what is older than a time, but never the newest', async () => {
    for (let i = 0; i < 250; i++) await audit.record(draft('old'), []);
    nowMs += DAY_MS + 1;
    audit = await open();
    expect((await audit.page(ACME, { limit: 9 })).entries).toMatchObject([{ sequence: 250 }]);
    await audit.record(draft('new'), []);
    expect(await targets()).toEqual(['new']);
    expect((await audit.page(ACME, { limit: 9 })).entries[0]!.sequence).toBe(251);
  });
});
