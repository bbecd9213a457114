import { documentKey } from '../keys.js';
import { assertDistinct } from '../document-changes.js';
import type { DocumentChange, DocumentSpan, DocumentStore, StoredDocument } from '../ports.js';

/** Documents that end with the process. */
export class MemoryDocumentStore implements DocumentStore {
  private readonly byKey = new Map<string, StoredDocument>();

  async get(kind: string, name: string): Promise<StoredDocument | undefined> {
    await Promise.resolve();
    const found = this.byKey.get(keyText(kind, name));
    return found && copyOf(found);
  }

  async put(
    kind: string,
    name: string,
    body: Uint8Array,
    expectedRevision: number,
  ): Promise<StoredDocument | undefined> {
    const own = Uint8Array.from(body);
    const written = await this.commit([{ kind, name, expectedRevision, body: own }]);
    return written ? { kind, name, revision: expectedRevision + 1, body: own } : undefined;
  }

  async delete(kind: string, name: string, expectedRevision: number): Promise<boolean> {
    return expectedRevision > 0 && this.commit([{ kind, name, expectedRevision }]);
  }

  async commit(changes: readonly DocumentChange[]): Promise<boolean> {
    assertDistinct(changes);
    const own = changes.map((change) =>
      change.body === undefined ? change : { ...change, body: Uint8Array.from(change.body) },
    );
    await Promise.resolve();
    const matches = ({ kind, name, expectedRevision }: DocumentChange): boolean =>
      (this.byKey.get(keyText(kind, name))?.revision ?? 0) === expectedRevision;
    if (!own.every(matches)) return false;
    for (const { kind, name, expectedRevision, body } of own) {
      const key = keyText(kind, name);
      if (body === undefined) this.byKey.delete(key);
      else this.byKey.set(key, { kind, name, revision: expectedRevision + 1, body });
    }
    return true;
  }

  async list(kind: string): Promise<readonly StoredDocument[]> {
    await Promise.resolve();
    return [...this.byKey]
      .filter(([, document]) => document.kind === kind)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, document]) => copyOf(document));
  }

  async span(kind: string, { before, order, limit }: DocumentSpan): Promise<readonly StoredDocument[]> {
    const end = before === undefined ? undefined : keyText(kind, before);
    const ascending = (await this.list(kind)).filter(
      ({ name }) => end === undefined || keyText(kind, name) < end,
    );
    return (order === 'ascending' ? ascending : [...ascending].reverse()).slice(0, limit);
  }
}

/** Hexadecimal, so that it sorts as the key's bytes do. */
function keyText(kind: string, name: string): string {
  return documentKey(kind, name).toString('hex');
}

function copyOf(document: StoredDocument): StoredDocument {
  return { ...document, body: Uint8Array.from(document.body) };
}
