import { allDocuments, decisionRange } from '../keys.js';
import type { Database, Operation } from './database.js';
import { sealedHash, documentHash, EMPTY_TOTAL, putTotal, totalAfter } from './space-total.js';
import { documentOf } from './level-document-store.js';
import { putExtent, readExtent } from './log-extent.js';

/**
 * Format 1 had no totals of documents and decisions, and an extent without the time before which decisions are forgotten.
 * @throws StoreError `STORE_CORRUPT` where a document is damaged: a total must not vouch for it.
 */
export async function migrateFrom1(db: Database): Promise<Operation[]> {
  const hashes: bigint[] = [];
  for await (const [key, value] of db.iterator(allDocuments())) {
    documentOf(key, value);
    hashes.push(documentHash(key, value));
  }
  const decisions: bigint[] = [];
  for await (const value of db.values(decisionRange(0, Infinity))) decisions.push(sealedHash(value));
  return [
    putExtent(await readExtent(db)),
    putTotal('documents', totalAfter(EMPTY_TOTAL, hashes, [])),
    putTotal('decisions', totalAfter(EMPTY_TOTAL, decisions, [])),
  ];
}
