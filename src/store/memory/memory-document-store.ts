import { documentKey } from '../keys.js';
import type { DocumentStore, StoredDocument } from '../ports.js';

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
    await Promise.resolve();
    const key = keyText(kind, name);
    if ((this.byKey.get(key)?.revision ?? 0) !== expectedRevision) return undefined;
    const document = copyOf({ kind, name, revision: expectedRevision + 1, body });
    this.byKey.set(key, document);
    return copyOf(document);
  }

  async delete(kind: string, name: string, expectedRevision: number): Promise<boolean> {
    await Promise.resolve();
    const key = keyText(kind, name);
    return this.byKey.get(key)?.revision === expectedRevision && this.byKey.delete(key);
  }

  async list(kind: string): Promise<readonly StoredDocument[]> {
    await Promise.resolve();
    return [...this.byKey]
      .filter(([, document]) => document.kind === kind)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, document]) => copyOf(document));
  }
}

/** Hexadecimal, so that it sorts as the key's bytes do. */
function keyText(kind: string, name: string): string {
  return documentKey(kind, name).toString('hex');
}

function copyOf(document: StoredDocument): StoredDocument {
  return { ...document, body: Uint8Array.from(document.body) };
}
