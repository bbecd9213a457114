import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { StoreConfig } from './config/config.js';
import { rngFromSeed } from './core/random.js';
import { openDegradedStore } from './store/degraded-store.js';
import { openLevelStore } from './store/level/open-level-store.js';
import { openMemoryStore } from './store/memory/memory-store.js';
import type { Store, StoreObserver } from './store/ports.js';
import { backoffMs, type BackoffLimits } from './store/reopening/backoff.js';
import { ReopeningStore } from './store/reopening/reopening-store.js';
import { StoreError } from './store/store-error.js';
import type { Environment } from './runtime/environment.js';

/** A disk that was full for a moment is back soon; one that is broken is not asked all the time. */
const REOPEN: BackoffLimits = { firstMs: 200, maxMs: 15_000 };

/** A server that serves without its store. */
export interface Degraded {
  readonly reason: StoreError;
  /** Resolves once the store could be opened; it is closed again. */
  readonly usableAgain: Promise<void>;
  /** No document changes from now on. */
  seal(): void;
  /** Ends the looking for the store. */
  stopLooking(): Promise<void>;
}

export interface ServerStore {
  readonly store: Store;
  /** Absent where the store does not open itself again. */
  readonly observe?: (observer: StoreObserver) => void;
  /** Present where the store cannot be used. */
  readonly degraded?: Degraded;
}

/** The store of a server, as its configuration says. @throws StoreError where it cannot be used, unless `startDegraded`. */
export async function openServerStore(
  config: StoreConfig,
  environment: Environment,
  logger: Logger,
): Promise<ServerStore> {
  if (config.adapter === 'memory') return { store: openMemoryStore() };
  const random = rngFromSeed(environment.newSeed());
  try {
    const store = await ReopeningStore.open({
      open: (onFailure) => openLevelStore(config.path, { onFailure }),
      backoff: REOPEN,
      random,
      nowMs: () => environment.nowMs(),
    });
    return { store, observe: (observer) => store.observe(observer) };
  } catch (error) {
    if (!(error instanceof StoreError) || !config.startDegraded) throw error;
    logger.fatal(
      { code: error.code, reason: error.message },
      'the store cannot be used: selects are answered from priors, reports are refused',
    );
    return degradedStore(error, config.path, random);
  }
}

function degradedStore(reason: StoreError, path: string, random: () => number): ServerStore {
  const store = openDegradedStore(`${reason.code}: ${reason.message}`);
  const looking = new AbortController();
  const { signal } = looking;
  const look = async (): Promise<boolean> => {
    for (let attempt = 0; !signal.aborted; attempt++) {
      await sleep(backoffMs(attempt, REOPEN, random()), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
      try {
        const found = await openLevelStore(path);
        await found.close();
        return true;
      } catch {
        // It was said at the start why the store cannot be used; the next look will tell.
      }
    }
    return false;
  };
  const looked = look();
  return {
    store,
    degraded: {
      reason,
      usableAgain: new Promise((resolve) => void looked.then((isUsable) => isUsable && resolve())),
      seal: () => store.seal(),
      stopLooking: async () => {
        looking.abort();
        await looked;
      },
    },
  };
}
