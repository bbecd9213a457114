import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { StoreConfig } from './config/config.js';
import { rngFromSeed } from './core/random.js';
import { openDegradedStore } from './store/degraded-store.js';
import { hasDatabase } from './store/level/database.js';
import { openLevelStore } from './store/level/open-level-store.js';
import { watchedStore } from './store/level/watched-store.js';
import { openMemoryStore } from './store/memory/memory-store.js';
import { PARTIAL, type Store, type StoreObserver } from './store/ports.js';
import { backoffMs, type BackoffLimits } from './store/reopening/backoff.js';
import { ReopeningStore } from './store/reopening/reopening-store.js';
import type { StoreError } from './store/store-error.js';
import type { Environment } from './runtime/environment.js';

/** A disk that was full for a moment is back soon; one that is broken is not asked all the time. */
const REOPEN: BackoffLimits = { firstMs: 200, maxMs: 15_000 };
/** A look may read the whole log: it rests for so many times as long as it took, as Selects go on beside it. */
const REST_PER_LOOK = 20;

/** A server that serves without its store. */
export interface Degraded {
  readonly reason: StoreError;
  /** Resolves once a start on the store succeeds, as far as it can be proved; it is closed again. */
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
  /** There was none at its path. */
  readonly isNew?: boolean;
}

export interface DegradedServerStore extends ServerStore {
  readonly degraded: Degraded;
}

/** The store of a server, as its configuration says. @throws StoreError where it cannot be opened. */
export async function openServerStore(
  config: StoreConfig,
  environment: Environment,
  logger: Logger,
): Promise<ServerStore> {
  if (config.adapter === 'memory') return { store: openMemoryStore() };
  const { path } = config;
  const isNew = !(await hasDatabase(path));
  const partial = `${path}${PARTIAL}`;
  if (existsSync(partial)) {
    const what = isNew ? 'and there is no store: end the server and restore it again' : 'remove what it left';
    logger.warn({ path, partial }, `a restore to store.path broke off, ${what}`);
  }
  const store = await ReopeningStore.open({
    open: watchedStore(path),
    backoff: REOPEN,
    random: rngFromSeed(environment.newSeed()),
    nowMs: () => environment.nowMs(),
  });
  return { store, observe: (observer) => store.observe(observer), isNew };
}

export interface DegradedParts {
  /** Why the store cannot be used. */
  readonly reason: StoreError;
  readonly path: string;
  /** Proves that a start on the store succeeds; rejects where it would not. */
  readonly rehearse: (store: Store) => Promise<void>;
  readonly environment: Environment;
  readonly logger: Logger;
}

/** Stands in for the store of a server, and looks for the real one. */
export function degradedServerStore(parts: DegradedParts): DegradedServerStore {
  const { reason } = parts;
  const store = openDegradedStore(`${reason.code}: ${reason.message}`);
  const looking = new AbortController();
  const looked = look(parts, looking.signal);
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

/** @returns whether a start would succeed now; false where the looking ended before. */
async function look(parts: DegradedParts, signal: AbortSignal): Promise<boolean> {
  const { reason, environment, logger } = parts;
  const random = rngFromSeed(environment.newSeed());
  let known = reason.message;
  let tookMs = 0;
  for (let attempt = 0; ; attempt++) {
    const waitMs = Math.max(backoffMs(attempt, REOPEN, random()), REST_PER_LOOK * tookMs);
    await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return false;
    const startedMs = performance.now();
    try {
      await lookOnce(parts, signal);
      return !signal.aborted;
    } catch (error) {
      if (signal.aborted) return false;
      tookMs = performance.now() - startedMs;
      // What the start or an earlier look said is not said each time.
      const { message } = error as Error;
      if (message !== known) logger.error({ err: error }, 'the store still cannot be used');
      known = message;
    }
  }
}

async function lookOnce({ path, rehearse }: DegradedParts, signal: AbortSignal): Promise<void> {
  // Where there is none somebody is about to put one: a new one would be in the way.
  const found = await openLevelStore(path, { createIfMissing: false });
  // Whoever stops the server does not wait for a long log to be read.
  const close = (): void => void found.close().catch(() => undefined);
  signal.addEventListener('abort', close, { once: true });
  try {
    signal.throwIfAborted();
    await rehearse(found);
  } finally {
    signal.removeEventListener('abort', close);
    await found.close();
  }
}
