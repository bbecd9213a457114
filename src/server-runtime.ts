import type { Logger } from 'pino';
import type { Config } from './config/config.js';
import { retentionOf } from './runtime/audit-log.js';
import type { Environment } from './runtime/environment.js';
import { evaluationOnThread } from './runtime/evaluation/evaluation-on-thread.js';
import { retentionSettings } from './runtime/retention.js';
import type { RuntimeOptions, RuntimeSettings } from './runtime/runtime-options.js';
import { openRuntime, rehearseStart, type Runtime } from './runtime/runtime.js';
import { shadowOnThread } from './runtime/shadow/shadow-on-thread.js';
import { ephemeralTicketKeys } from './runtime/ticket-keys.js';
import { ESTIMATING, exactCounter, o200kCount, type TokenCounter } from './runtime/token-counter.js';
import { degradedServerStore, openServerStore, type Degraded, type ServerStore } from './server-store.js';
import { checkServerKeys, openServerKeys } from './server-keys.js';
import { storeErrorIn, type StoreError } from './store/store-error.js';

const SECONDS_PER_HOUR = 3_600;
const MS_PER_SECOND = 1_000;
const BYTES_PER_MEGABYTE = 1_000_000;

export interface ServerRuntimeParts extends Pick<RuntimeOptions, 'onStoreFailure' | 'onStoreRecovered'> {
  readonly config: Config;
  readonly environment: Environment;
  readonly logger: Logger;
}

export interface ServerRuntime {
  readonly runtime: Runtime;
  /** Present where the store cannot be used. */
  readonly degraded?: Degraded;
}

/**
 * The runtime on the server's store; on one that stands in for it where that cannot be opened or what was learned
 * cannot be recovered from it, and `startDegraded` says so.
 * @throws StoreError, FaultyPolicyError, SettingError.
 */
export async function openServerRuntime(parts: ServerRuntimeParts): Promise<ServerRuntime> {
  const { config, environment, logger } = parts;
  if (config.store.adapter !== 'memory') await checkServerKeys(config.tickets.keyFile);
  try {
    const opened = await openServerStore(config.store, environment, logger);
    return { runtime: await openOn(opened, await sharedOptions(parts, opened)) };
  } catch (error) {
    const reason = storeErrorIn(error);
    if (reason === undefined || !config.store.startDegraded) throw error;
    logger.fatal(
      { code: reason.code, reason: reason.message },
      'the store cannot be used: selects are answered from priors, reports are refused',
    );
    return openDegraded(parts, reason);
  }
}

async function openDegraded(parts: ServerRuntimeParts, reason: StoreError): Promise<ServerRuntime> {
  const { config, environment, logger } = parts;
  const options = await sharedOptions(parts, undefined);
  const rehearsal = { ...options, logger: logger.child({ rehearsal: true }) };
  const opened = degradedServerStore({
    reason,
    path: config.store.path,
    rehearse: (store) => rehearseStart({ ...rehearsal, store }),
    environment,
    logger,
  });
  // What the log says of a state recovered or a policy loaded is of this server's memory alone.
  const told = { ...options, logger: logger.child({ degraded: true }) };
  return { runtime: await openOn(opened, told), degraded: opened.degraded };
}

/** Opens the runtime on a store, which is closed where that fails. */
async function openOn(
  { store, observe }: ServerStore,
  options: Omit<RuntimeOptions, 'store'>,
): Promise<Runtime> {
  try {
    return await openRuntime({ ...options, store, ...(observe && { observeStore: observe }) });
  } catch (error) {
    // It failed: that closing fails, too, says nothing new.
    await store.close().catch(() => undefined);
    throw error;
  }
}

/** @param opened absent where the server starts without a store. */
async function sharedOptions(
  { config, ...parts }: ServerRuntimeParts,
  opened: ServerStore | undefined,
): Promise<Omit<RuntimeOptions, 'store'>> {
  // Whoever does not know the arms' numbers must not sign for the server that does.
  const keys =
    opened === undefined || config.store.adapter === 'memory'
      ? ephemeralTicketKeys()
      : await openServerKeys(config.tickets.keyFile, opened, parts.logger);
  return {
    ...parts,
    ...runtimeSettings(config, opened !== undefined),
    keys,
    openShadow: shadowOnThread,
    openEvaluation: evaluationOnThread,
    tokens: await tokenCounter(config.counting),
  };
}

/** @param hasStore false where the server starts without one, so that there is nothing to keep small or to read. */
const runtimeSettings = (config: Config, hasStore: boolean): RuntimeSettings => ({
  backupFolder: config.backup.path,
  policyFolder: config.rules.path,
  watchPolicy: config.rules.watch,
  watchDrift: true,
  keepPolicyVersions: config.rules.keepVersions,
  auditRetention: retentionOf(config.audit),
  ticketLifeSeconds: Math.round(config.tickets.lifeHours * SECONDS_PER_HOUR),
  journal: config.reports,
  reportsMatureMs: config.reports.matureSeconds * MS_PER_SECOND,
  ...(config.decisionLog.enabled && { decisionLog: config.decisionLog }),
  snapshotEveryOutcomes: config.store.snapshotEveryOutcomes,
  ...(hasStore && {
    retention: retentionSettings(config.retention),
    scrubBytesPerSecond: config.store.scrubMegabytesPerSecond * BYTES_PER_MEGABYTE,
  }),
});

/** The tokenizer is read only where it is asked for. */
async function tokenCounter({ tokenizer, tokenizerMaxChars }: Config['counting']): Promise<TokenCounter> {
  return tokenizer === 'estimate' ? ESTIMATING : exactCounter(await o200kCount(), tokenizerMaxChars);
}
