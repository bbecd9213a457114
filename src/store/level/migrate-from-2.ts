import type { Operation } from './database.js';
import { EMPTY_TOTAL, putTotal } from './space-total.js';

/** Format 2 had no rollups: those of outcomes are folded from the log once the store is open. */
export const migrateFrom2 = (): Promise<Operation[]> => Promise.resolve([putTotal('rollups', EMPTY_TOTAL)]);
