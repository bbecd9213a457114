import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { fileURLToPath } from 'node:url';
import { status } from '@grpc/grpc-js';
import { Admission } from './admin/admission.js';
import { startAdminServer } from './admin/admin-server.js';
import { loadDashboard } from './admin/dashboard-files.js';
import { Dashboard, type DashboardParts } from './admin/dashboard.js';
import { createMetrics } from './admin/metrics.js';
import { SessionCookies } from './admin/session-cookie.js';
import type { Config } from './config/config.js';
import { retentionOf } from './runtime/audit-log.js';
import { packageVersion } from './package-version.js';
import { systemEnvironment } from './runtime/environment.js';
import { Principals } from './runtime/principals.js';
import { ESTIMATING, exactCounter, o200kCount, type TokenCounter } from './runtime/token-counter.js';
import { openRuntime } from './runtime/runtime.js';
import { evaluationOnThread } from './runtime/evaluation/evaluation-on-thread.js';
import { shadowOnThread } from './runtime/shadow/shadow-on-thread.js';
import { ephemeralTicketKeys, loadTicketKeys } from './runtime/ticket-keys.js';
import { OUTCOME_SERVICE, startGrpcServer } from './service/server.js';
import { openLevelStore } from './store/level/open-level-store.js';
import { openMemoryStore } from './store/memory/memory-store.js';

const SECONDS_PER_HOUR = 3_600;
const MS_PER_SECOND = 1_000;
const DASHBOARD_FOLDER = fileURLToPath(new URL('dashboard', import.meta.url));

/** A server that serves. */
export interface RunningServer {
  readonly grpcPort: number;
  readonly adminPort: number | undefined;
  /** Drains, writes everything out and closes; asked twice, the same. */
  stop(): Promise<void>;
}

/**
 * Opens the store, recovers what was learned, takes the policy in force and serves; ready when it resolves.
 * @throws StoreError, FaultyPolicyError, or what the system says of a port that cannot be had.
 */
export async function startSextant(config: Config, logger: Logger): Promise<RunningServer> {
  const inMemory = config.store.adapter === 'memory';
  const store = inMemory ? openMemoryStore() : await openLevelStore(config.store.path);
  const keys = inMemory ? ephemeralTicketKeys() : await loadTicketKeys(config.tickets.keyFile);
  const environment = systemEnvironment();
  const runtime = await openRuntime({
    store,
    keys,
    environment,
    logger,
    backupFolder: config.backup.path,
    policyFolder: config.rules.path,
    watchPolicy: config.rules.watch,
    keepPolicyVersions: config.rules.keepVersions,
    auditRetention: retentionOf(config.audit),
    ticketLifeSeconds: Math.round(config.tickets.lifeHours * SECONDS_PER_HOUR),
    journal: config.reports,
    reportsMatureMs: config.reports.matureSeconds * MS_PER_SECOND,
    ...(config.decisionLog.enabled && { decisionLog: config.decisionLog }),
    snapshotEveryOutcomes: config.store.snapshotEveryOutcomes,
    openShadow: shadowOnThread,
    openEvaluation: evaluationOnThread,
    tokens: await tokenCounter(config.counting),
    onStoreFailure: (error) => {
      logger.fatal({ err: error }, 'the store failed: selects go on, reports are refused until a restart');
      grpc.health.set(OUTCOME_SERVICE, 'NOT_SERVING');
    },
  });
  const metrics = createMetrics(runtime, () => environment.nowMs());
  const grpc = await startGrpcServer({
    config,
    runtime,
    environment,
    logger,
    observeCall: (call) => {
      metrics.observeCall(call);
      const method = call.path.slice(call.path.lastIndexOf('/') + 1);
      runtime.callTimes.observe({ method, code: status[call.code], seconds: call.seconds });
    },
  });

  let stopping: Promise<void> | undefined;
  const notReady = (): string | null => (stopping === undefined ? null : 'shutting down');
  // Selects go on without a store: whoever balances load must not take them away.
  const warning = (): string | null =>
    runtime.journal.failed ? 'the store failed: reports are refused' : null;
  const { admin: adminConfig } = config;
  const admin = adminConfig.enabled
    ? await startAdminServer({
        ...adminConfig,
        metrics,
        dashboard: dashboardOf(config, {
          runtime,
          logger,
          nowMs: () => environment.nowMs(),
          notReady,
          warning,
        }),
        notReady,
        warning,
      })
    : undefined;
  setHealth('SERVING');
  logger.info({ grpcPort: grpc.port, adminPort: admin?.port, host: config.server.host }, 'serving');

  function setHealth(status: 'SERVING' | 'NOT_SERVING'): void {
    for (const service of grpc.services) grpc.health.set(service, status);
  }

  async function stop(): Promise<void> {
    logger.info('draining');
    setHealth('NOT_SERVING');
    await sleep(config.shutdown.notServingSeconds * 1000);
    await grpc.stop(config.shutdown.drainSeconds);
    await runtime.close();
    await admin?.close();
    logger.info('stopped');
  }

  return { grpcPort: grpc.port, adminPort: admin?.port, stop: () => (stopping ??= stop()) };
}

/** The tokenizer is read only where it is asked for. */
async function tokenCounter({ tokenizer, tokenizerMaxChars }: Config['counting']): Promise<TokenCounter> {
  return tokenizer === 'estimate' ? ESTIMATING : exactCounter(await o200kCount(), tokenizerMaxChars);
}

function dashboardOf(
  { admin, auth }: Config,
  parts: Omit<DashboardParts, 'files' | 'admission' | 'about'>,
): Dashboard {
  const { nowMs } = parts;
  return new Dashboard({
    ...parts,
    files: loadDashboard(DASHBOARD_FOLDER),
    admission: new Admission({
      host: admin.host,
      principals: new Principals(auth.tokens),
      cookies: new SessionCookies(),
      nowMs,
    }),
    about: {
      version: packageVersion(),
      node: process.version,
      startedMs: nowMs(),
      memoryBytes: () => process.memoryUsage.rss(),
    },
  });
}
