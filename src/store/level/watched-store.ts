import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../store-error.js';
import { codeOf, storeErrorOf } from './level-error.js';
import { openLevelStore, type LevelStore } from './open-level-store.js';

/** The database holds it open, so that no other file gets its number, not even where it is removed. */
const HELD_FILE = 'LOCK';
const LOOK_EVERY_MS = 2_000;

/** What a path leads to: `undefined` for nothing. */
type Place = string | undefined;

/**
 * Opens one store as often as it is asked to, and none that was put in its place meanwhile.
 *
 * The database writes by path: in a folder that somebody put where the store was, it would remove and replace what it
 * takes for its own. So whether the store is still there is looked at all the time, and where it is not, the store has
 * failed.
 *
 * @returns opens it. @throws StoreError; `STORE_IO` where it is not the store any more that was opened first.
 */
export function watchedStore(
  dir: string,
  everyMs = LOOK_EVERY_MS,
): (onFailure: (error: StoreError) => void) => Promise<LevelStore> {
  let first: Place;
  return async (onFailure) => {
    // Before anything is opened: opening writes.
    if (first !== undefined) await assertThere(dir, first);
    const store = await openLevelStore(dir, { onFailure, createIfMissing: first === undefined });
    try {
      first ??= await placeOf(dir);
      await assertThere(dir, first);
    } catch (error) {
      await store.close();
      throw error;
    }
    const stopWatching = watch(dir, { place: first, everyMs, onFailure });
    const close = (): Promise<void> => {
      stopWatching();
      return store.close();
    };
    return { ...store, close };
  };
}

interface Watched {
  readonly place: Place;
  readonly everyMs: number;
  readonly onFailure: (error: StoreError) => void;
}

/** @returns ends the watch. */
function watch(dir: string, { place, everyMs, onFailure }: Watched): () => void {
  const look = (): void => {
    assertThere(dir, place).catch((error: unknown) => {
      // A look that fails for another reason tells nothing of the place.
      if (error instanceof MovedError) stopWith(error);
    });
  };
  const timer = setInterval(look, everyMs);
  timer.unref();
  const stop = (): void => clearInterval(timer);
  const stopWith = (error: StoreError): void => {
    stop();
    onFailure(error);
  };
  return stop;
}

class MovedError extends StoreError {
  constructor(dir: string) {
    super(
      'STORE_IO',
      `the store in ${dir} was moved away or replaced while it was in use: put it back, or restart the server to go on with what is there`,
    );
  }
}

/** @throws StoreError where another store is there, or none, or that cannot be told. */
async function assertThere(dir: string, place: Place): Promise<void> {
  if ((await placeOf(dir)) !== place) throw new MovedError(dir);
}

async function placeOf(dir: string): Promise<Place> {
  try {
    const { dev, ino } = await stat(join(dir, HELD_FILE), { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw storeErrorOf(error, `cannot look at the store in ${dir}`);
  }
}
