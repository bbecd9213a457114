import type { DocumentChange, DocumentStore } from '../ports.js';
import type { DocumentState } from '../level/level-document-store.js';
import type { LevelStore } from '../level/open-level-store.js';

/** A commit of documents that failed: it may be on disk or not, and whoever asked for it was told that it failed. */
export interface DoubtfulCommit {
  readonly changes: readonly DocumentChange[];
  /** The documents as they were. */
  readonly before: readonly DocumentState[];
}

/** Documents as they are before a commit changes them. @throws StoreError. */
export function statesBefore(
  documents: DocumentStore,
  changes: readonly DocumentChange[],
): Promise<DocumentState[]> {
  return Promise.all(
    changes.map(async ({ kind, name }) => {
      const found = await documents.get(kind, name);
      return { kind, name, revision: found?.revision ?? 0, body: found?.body };
    }),
  );
}

/**
 * Undoes a doubtful commit where it is there after all, so that what was told and what is in memory holds. A commit is
 * one batch: the first change tells of all.
 *
 * @returns whether it was there. @throws StoreError.
 */
export async function undoCommit(store: LevelStore, { changes, before }: DoubtfulCommit): Promise<boolean> {
  const first = changes[0];
  if (first === undefined) return false;
  const found = await store.documents.get(first.kind, first.name);
  if ((found?.revision ?? 0) === first.expectedRevision) return false;
  await store.restoreDocuments(before);
  return true;
}
