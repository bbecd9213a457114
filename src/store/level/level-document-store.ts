import { documentKey, documentRange, parseDocumentKey } from '../keys.js';
import { assertDistinct } from '../document-changes.js';
import type { DocumentChange, DocumentSpan, DocumentStore, StoredDocument } from '../ports.js';
import { seal, unseal } from '../sealed-value.js';
import { SerialQueue } from '../serial-queue.js';
import type { Database, Operation } from './database.js';
import { documentHash, putTotal, totalAfter, type SpaceTotal } from './space-total.js';
import type { GuardedWriter } from './guarded-writer.js';
import type { HeadMark } from './head-mark.js';
import { storeErrorOf } from './level-error.js';

const REVISION_BYTES = 8;

/** A document as it shall be, whatever is there; without a body there shall be none. */
export type DocumentState = Omit<StoredDocument, 'body'> & { readonly body: Uint8Array | undefined };

export interface LevelDocumentStoreParts {
  readonly db: Database;
  readonly writer: GuardedWriter;
  readonly mark: HeadMark;
  /** As it is on disk. */
  readonly total: SpaceTotal;
}

/** Documents in LevelDB. One process owns the database, so a queue is enough for compare-and-set. */
export class LevelDocumentStore implements DocumentStore {
  private readonly changes = new SerialQueue();
  private total: SpaceTotal;

  constructor(private readonly parts: LevelDocumentStoreParts) {
    this.total = parts.total;
  }

  async get(kind: string, name: string): Promise<StoredDocument | undefined> {
    const key = documentKey(kind, name);
    try {
      const sealed = (await this.parts.db.get(key)) as Buffer | undefined;
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
    // A copy, before anything waits: the caller may go on to change what it gave.
    const own = Uint8Array.from(body);
    const written = await this.commit([{ kind, name, expectedRevision, body: own }]);
    return written ? { kind, name, revision: expectedRevision + 1, body: own } : undefined;
  }

  async delete(kind: string, name: string, expectedRevision: number): Promise<boolean> {
    // Revision 0 is that of no document, and there is nothing to delete.
    return expectedRevision > 0 && this.commit([{ kind, name, expectedRevision }]);
  }

  async commit(changes: readonly DocumentChange[]): Promise<boolean> {
    assertDistinct(changes);
    const operations = changes.map(operationOf);
    return this.changes.run(async () => {
      const before = await this.valuesOf(operations);
      for (const [i, { expectedRevision }] of changes.entries()) {
        if (revisionOf(operations[i]!.key, before[i]) !== expectedRevision) return false;
      }
      await this.write(operations, before);
      return true;
    });
  }

  /** Puts documents back to a state that they were in, in one atomic and durable write. @throws StoreError. */
  restore(states: readonly DocumentState[]): Promise<void> {
    const operations = states.map(({ kind, name, revision, body }) =>
      operationOf({ kind, name, expectedRevision: revision - 1, ...(body && { body }) }),
    );
    return this.changes.run(async () => this.write(operations, await this.valuesOf(operations)));
  }

  async list(kind: string): Promise<readonly StoredDocument[]> {
    const range = documentRange(kind);
    try {
      const entries = await this.parts.db.iterator(range).all();
      return entries.map(([key, sealed]) => documentOf(key, sealed));
    } catch (error) {
      throw storeErrorOf(error, `cannot list the documents of kind ${kind}`);
    }
  }

  async span(kind: string, { before, order, limit }: DocumentSpan): Promise<readonly StoredDocument[]> {
    const { gte, lt } = documentRange(kind);
    const range = { gte, lt: before === undefined ? lt : documentKey(kind, before) };
    try {
      const entries = await this.parts.db
        .iterator({ ...range, limit, reverse: order === 'descending' })
        .all();
      return entries.map(([key, sealed]) => documentOf(key, sealed));
    } catch (error) {
      throw storeErrorOf(error, `cannot read the documents of kind ${kind}`);
    }
  }

  private async valuesOf(operations: readonly Operation[]): Promise<(Buffer | undefined)[]> {
    try {
      return await this.parts.db.getMany(operations.map(({ key }) => key));
    } catch (error) {
      throw storeErrorOf(error, 'cannot read the documents that are to be changed');
    }
  }

  /** @param before what is under the operations' keys. */
  private async write(
    operations: readonly Operation[],
    before: readonly (Buffer | undefined)[],
  ): Promise<void> {
    if (operations.length === 0) return;
    const came = operations.flatMap((operation) =>
      operation.type === 'put' ? [documentHash(operation.key, operation.value)] : [],
    );
    const went = before.flatMap((value, i) => (value ? [documentHash(operations[i]!.key, value)] : []));
    const total = totalAfter(this.total, came, went);
    await this.parts.writer.write([...operations, putTotal('documents', total)], { sync: true });
    this.total = total;
    this.parts.mark.note({ commits: total.commits });
  }
}

/** 0 where there is no document. @throws StoreError `STORE_CORRUPT`. */
function revisionOf(key: Buffer, sealed: Buffer | undefined): number {
  return sealed === undefined ? 0 : documentOf(key, sealed).revision;
}

function operationOf({ kind, name, expectedRevision, body }: DocumentChange): Operation {
  const key = documentKey(kind, name);
  if (body === undefined) return { type: 'del', key };
  const value = Buffer.alloc(REVISION_BYTES + body.length);
  value.writeBigUInt64BE(BigInt(expectedRevision + 1), 0);
  value.set(body, REVISION_BYTES);
  return { type: 'put', key, value: seal(key, value) };
}

/** @throws StoreError `STORE_CORRUPT`. */
export function documentOf(key: Buffer, sealed: Buffer): StoredDocument {
  const { kind, name } = parseDocumentKey(key);
  const value = unseal(key, sealed, () => `the document ${kind}/${name}`);
  return {
    kind,
    name,
    revision: Number(value.readBigUInt64BE(0)),
    body: value.subarray(REVISION_BYTES),
  };
}
