import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoreUnderTest } from './store-contract.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);

/** The documents under test. */
export function documentStoreContract(store: StoreUnderTest): void {
  const documents = () => store.current().documents;

  describe('the document store', () => {
    it('keeps a document under its kind and name', async () => {
      expect(await documents().get('model', 'a')).toBeUndefined();
      const written = await documents().put('model', 'a', bytes('one'), 0);
      expect(written).toMatchObject({ kind: 'model', name: 'a', revision: 1 });
      await store.reopen();
      const read = await documents().get('model', 'a');
      expect(read).toMatchObject({ kind: 'model', name: 'a', revision: 1 });
      expect(Buffer.from(read!.body).toString()).toBe('one');
      expect(await documents().get('policy', 'a')).toBeUndefined();
    });

    it('writes only where the revision is the expected one', async () => {
      expect(await documents().put('model', 'a', bytes('x'), 1)).toBeUndefined();
      await documents().put('model', 'a', bytes('one'), 0);
      expect(await documents().put('model', 'a', bytes('x'), 0)).toBeUndefined();
      expect(await documents().put('model', 'a', bytes('two'), 1)).toMatchObject({ revision: 2 });
      expect(await documents().put('model', 'a', bytes('x'), 1)).toBeUndefined();
      expect(Buffer.from((await documents().get('model', 'a'))!.body).toString()).toBe('two');
    });

    it('lets one of many concurrent writers win', async () => {
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, n) => documents().put('model', 'a', bytes(String(n)), 0)),
      );
      expect(results.filter((result) => result !== undefined)).toHaveLength(1);
    });

    it('deletes only where the revision is the expected one', async () => {
      expect(await documents().delete('model', 'a', 0)).toBe(false);
      await documents().put('model', 'a', bytes('one'), 0);
      expect(await documents().delete('model', 'a', 2)).toBe(false);
      expect(await documents().delete('model', 'a', 1)).toBe(true);
      await store.reopen();
      expect(await documents().get('model', 'a')).toBeUndefined();
      expect(await documents().delete('model', 'a', 1)).toBe(false);
    });

    it('lists the documents of one kind by name', async () => {
      for (const name of ['b', 'é', 'a/b', 'a', '\u{1F600}', '\uFF5E'])
        await documents().put('m', name, bytes(name), 0);
      await documents().put('mm', 'other', bytes(''), 0);
      await store.reopen();
      const listed = await documents().list('m');
      expect(listed.map(({ name }) => name)).toEqual(['a', 'a/b', 'b', 'é', '\uFF5E', '\u{1F600}']);
      expect(listed.every(({ name, body }) => Buffer.from(body).toString() === name)).toBe(true);
      expect(await documents().list('none')).toEqual([]);
    });

    it('keeps its own copy of a body', async () => {
      const body = Uint8Array.of(1, 2, 3);
      const written = await documents().put('model', 'a', body, 0);
      body[0] = 9;
      written!.body[1] = 9;
      expect([...(await documents().get('model', 'a'))!.body]).toEqual([1, 2, 3]);
    });

    it('makes several changes at once, or none where one revision is not the expected one', async () => {
      await documents().put('model', 'old', bytes('one'), 0);
      const changes = (revision: number) => [
        { kind: 'model', name: 'old', expectedRevision: revision },
        { kind: 'state', name: 'only', expectedRevision: 0, body: bytes('state') },
        { kind: 'audit', name: '1', expectedRevision: 0, body: bytes('entry') },
      ];
      expect(await documents().commit(changes(7))).toBe(false);
      await store.reopen();
      expect(await documents().get('state', 'only')).toBeUndefined();
      expect(await documents().get('model', 'old')).toMatchObject({ revision: 1 });

      expect(await documents().commit(changes(1))).toBe(true);
      await store.reopen();
      expect(await documents().get('model', 'old')).toBeUndefined();
      expect(await documents().get('state', 'only')).toMatchObject({ revision: 1 });
      expect(Buffer.from((await documents().get('audit', '1'))!.body).toString()).toBe('entry');
      expect(await documents().commit(changes(1))).toBe(false);
      expect(await documents().commit([])).toBe(true);
    });

    it('lets one of many concurrent commits win, whole', async () => {
      const both = (n: number) =>
        ['a', 'b'].map((name) => ({ kind: 'k', name, expectedRevision: 0, body: bytes(String(n)) }));
      const won = await Promise.all(Array.from({ length: 20 }, (_, n) => documents().commit(both(n))));
      expect(won.filter(Boolean)).toHaveLength(1);
      const [a, b] = await documents().list('k');
      expect([...a!.body]).toEqual([...b!.body]);
    });

    it('refuses a commit that changes one document twice', async () => {
      const change = { kind: 'k', name: 'a', expectedRevision: 0, body: bytes('x') };
      await expect(documents().commit([change, change])).rejects.toThrow(RangeError);
      expect(await documents().list('k')).toEqual([]);
    });

    it('reads a span of one kind from either end', async () => {
      const names = ['01', '02', '03', '04', '05'];
      for (const name of names) await documents().put('log', name, bytes(name), 0);
      await documents().put('loga', '03', bytes('other'), 0);
      await documents().put('lo', '03', bytes('other'), 0);
      await store.reopen();
      const span = async (options: Parameters<ReturnType<typeof documents>['span']>[1]) =>
        (await documents().span('log', options)).map(({ name }) => name);
      expect(await span({ order: 'descending', limit: 2 })).toEqual(['05', '04']);
      expect(await span({ order: 'descending', before: '04', limit: 2 })).toEqual(['03', '02']);
      expect(await span({ order: 'ascending', limit: 3 })).toEqual(['01', '02', '03']);
      expect(await span({ order: 'ascending', before: '03', limit: 9 })).toEqual(['01', '02']);
      expect(await span({ order: 'descending', before: '01', limit: 9 })).toEqual([]);
      expect(await span({ order: 'ascending', limit: 0 })).toEqual([]);
    });

    it('refuses kinds and names that cannot be keys', async () => {
      await expect(documents().put('', 'a', bytes(''), 0)).rejects.toThrow(RangeError);
      await expect(documents().put('a\0b', 'a', bytes(''), 0)).rejects.toThrow(RangeError);
      await expect(documents().get('model', '')).rejects.toThrow(RangeError);
    });

    it('agrees with a map on any calls', async () => {
      const anyChange = fc.record({
        call: fc.constantFrom('put' as const, 'put' as const, 'delete' as const),
        name: fc.constantFrom('a', 'b'),
        revision: fc.nat(3),
        body: fc.uint8Array({ maxLength: 20 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(anyChange, { maxLength: 20 }), async (changes) => {
          await store.renew();
          const model = new Map<string, { revision: number; body: number[] }>();
          for (const { call, name, revision, body } of changes) {
            const matches = (model.get(name)?.revision ?? 0) === revision;
            if (call === 'put') {
              const written = await documents().put('kind', name, body, revision);
              expect(written?.revision).toBe(matches ? revision + 1 : undefined);
              if (matches) model.set(name, { revision: revision + 1, body: [...body] });
            } else {
              const deletes = matches && model.has(name);
              expect(await documents().delete('kind', name, revision)).toBe(deletes);
              if (deletes) model.delete(name);
            }
          }
          const listed = await documents().list('kind');
          expect(new Map(listed.map((d) => [d.name, { revision: d.revision, body: [...d.body] }]))).toEqual(
            model,
          );
        }),
        { numRuns: store.persistent ? 20 : 100 },
      );
    });
  });
}
