import { documentKey, documentRange, parseDocumentKey } from '../keys.js';
import type { DocumentStore, StoredDocument } from '../ports.js';
import { seal, unseal } from '../sealed-value.js';
import { SerialQueue } from '../serial-queue.js';
import type { Database } from './database.js';
import type { GuardedWriter } from './guarded-writer.js';
import { storeErrorOf } from './level-error.js';

const REVISION_BYTES = 8;

/** Documents in LevelDB. One process owns the database, so a queue is enough for compare-and-set. */
export class LevelDocumentStore implements DocumentStore {
  private readonly changes = new SerialQueue();

  constructor(
    private readonly db: Database,
    private readonly writer: GuardedWriter,
  ) {}

  async get(kind: string, name: string): Promise<StoredDocument | undefined> {
    const key = documentKey(kind, name);
    try {
      const sealed = (await this.db.get(key)) as Buffer | undefined;
      return sealed && documentOf(key, sealed);
    } catch (error) {
      throw storeErrorOf(error, `cannot read the document ${kind}/${name}`);
    }
  }

  async put(
    kind: string,
    name: string,
    body: Uint8Array,
    expectedRevision: number,
  ): Promise<StoredDocument | undefined> {
    const key = documentKey(kind, name);
    const value = Buffer.alloc(REVISION_BYTES + body.length);
    const revision = expectedRevision + 1;
    value.writeBigUInt64BE(BigInt(revision), 0);
    value.set(body, REVISION_BYTES);
    return this.changes.run(async () => {
      const current = await this.get(kind, name);
      if ((current?.revision ?? 0) !== expectedRevision) return undefined;
      await this.writer.write([{ type: 'put', key, value: seal(key, value) }], { sync: true });
      return { kind, name, revision, body: value.subarray(REVISION_BYTES) };
    });
  }

  async delete(kind: string, name: string, expectedRevision: number): Promise<boolean> {
    const key = documentKey(kind, name);
    return this.changes.run(async () => {
      const current = await this.get(kind, name);
      if (current?.revision !== expectedRevision) return false;
      await this.writer.write([{ type: 'del', key }], { sync: true });
      return true;
    });
  }

  async list(kind: string): Promise<readonly StoredDocument[]> {
    const range = documentRange(kind);
    try {
      const entries = await this.db.iterator(range).all();
      return entries.map(([key, sealed]) => documentOf(key, sealed));
    } catch (error) {
      throw storeErrorOf(error, `cannot list the documents of kind ${kind}`);
    }
  }
}

function documentOf(key: Buffer, sealed: Buffer): StoredDocument {
  const { kind, name } = parseDocumentKey(key);
  const value = unseal(key, sealed, () => `the document ${kind}/${name}`);
  return {
    kind,
    name,
    revision: Number(value.readBigUInt64BE(0)),
    body: value.subarray(REVISION_BYTES),
  };
}
