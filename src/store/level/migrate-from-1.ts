import { allDocuments } from '../keys.js';
import type { Database, Operation } from './database.js';
import { documentHash, NO_DOCUMENTS, putTotal, totalAfter } from './document-total.js';
import { documentOf } from './level-document-store.js';
import { putExtent, readExtent } from './log-extent.js';

/**
 * Format 1 had no total of documents, and an extent without the time before which decisions are forgotten.
 * @throws StoreError `STORE_CORRUPT` where a document is damaged: a total must not vouch for it.
 */
export async function migrateFrom1(db: Database): Promise<Operation[]> {
  const hashes: bigint[] = [];
  for await (const [key, value] of db.iterator(allDocuments())) {
    documentOf(key, value);
    hashes.push(documentHash(key, value));
  }
  return [putExtent(await readExtent(db)), putTotal(totalAfter(NO_DOCUMENTS, hashes, []))];
}
