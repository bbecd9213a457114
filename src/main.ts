import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { fileURLToPath } from 'node:url';
import { status } from '@grpc/grpc-js';
import { Admission } from './admin/admission.js';
import { startAdminServer } from './admin/admin-server.js';
import { loadDashboard } from './admin/dashboard-files.js';
import { Dashboard, type DashboardParts } from './admin/dashboard.js';
import { addEdgeMetrics } from './admin/edge-metrics.js';
import { createMetrics } from './admin/metrics.js';
import { SessionCookies } from './admin/session-cookie.js';
import type { Config } from './config/config.js';
import { packageVersion } from './package-version.js';
import { openServerRuntime } from './server-runtime.js';
import { systemEnvironment } from './runtime/environment.js';
import { Edge } from './service/edge/edge.js';
import { openIdentities, type OpenIdentities } from './service/edge/open-identities.js';
import { localCalls } from './service/local-calls.js';
import { OUTCOME_SERVICE, startGrpcServer } from './service/server.js';

const DASHBOARD_FOLDER = fileURLToPath(new URL('dashboard', import.meta.url));

/** Why a server should end by itself: for its supervisor, or to start anew on a store that can be used by now. */
export type ReasonToEnd = 'store failed' | 'store usable';

/** A server that serves. */
export interface RunningServer {
  readonly grpcPort: number;
  readonly adminPort: number | undefined;
  /** Resolves where the server should end by itself, and says why; never where it need not. */
  readonly reasonToEnd: Promise<ReasonToEnd>;
  /** Drains, writes everything out and closes; asked twice, the same. */
  stop(): Promise<void>;
}

/**
 * Opens the store, recovers what was learned, takes the policy in force and serves; ready when it resolves.
 * @throws StoreError, FaultyPolicyError, or SettingError of a file that is no good or a port that cannot be had.
 */
export async function startSextant(config: Config, logger: Logger): Promise<RunningServer> {
  const environment = systemEnvironment();
  // First what is read from files: a fault there ends the start before the store is opened.
  const nowMs = (): number => environment.nowMs();
  const identities = openIdentities(config.auth, logger, nowMs);
  const edge = new Edge({ config, identities, logger, nowMs });
  let endFor!: (reason: ReasonToEnd) => void;
  const reasonToEnd = new Promise<ReasonToEnd>((resolve) => (endFor = resolve));
  let stopping: Promise<void> | undefined;
  // A store may fail before there is a server that could tell of it; the end of the start does then.
  let tellOfReports: (status: 'SERVING' | 'NOT_SERVING') => void = () => undefined;
  const { runtime, degraded } = await openServerRuntime({
    config,
    environment,
    logger,
    onStoreFailure: () => {
      tellOfReports('NOT_SERVING');
      if (config.store.exitOnStoreError) endFor('store failed');
    },
    onStoreRecovered: () => {
      if (stopping === undefined) tellOfReports('SERVING');
    },
  });
  const metrics = createMetrics(runtime, () => environment.nowMs());
  addEdgeMetrics(metrics.registry, edge);
  const grpc = await startGrpcServer({
    config,
    runtime,
    edge,
    environment,
    logger,
    observeCall: (call) => {
      metrics.observeCall(call);
      const method = call.path.slice(call.path.lastIndexOf('/') + 1);
      runtime.callTimes.observe({ method, code: status[call.code], seconds: call.seconds });
    },
  });

  const notReady = (): string | null => (stopping === undefined ? null : 'shutting down');
  // Selects go on without a store: whoever balances load must not take them away.
  const warning = (): string | null => {
    const { refusal } = runtime.journal;
    return refusal === undefined
      ? (runtime.scrubber.warning ?? null)
      : `the store failed: reports are refused (${refusal})`;
  };
  if (degraded !== undefined) {
    degraded.seal();
    runtime.journal.suspend(degraded.reason);
    void degraded.usableAgain.then(() => endFor('store usable'));
  }
  const { admin: adminConfig } = config;
  const admin = adminConfig.enabled
    ? await startAdminServer({
        host: adminConfig.host,
        port: adminConfig.port,
        ...(adminConfig.tls && { followKeyPair: (use) => edge.followKeyPair(use) }),
        metrics,
        dashboard: dashboardOf(config, {
          runtime,
          calls: localCalls({ runtime, edge, environment, logger }),
          grpcPort: grpc.port,
          identities,
          logger,
          nowMs: () => environment.nowMs(),
          notReady,
          warning,
        }),
        notReady,
        warning,
      })
    : undefined;
  tellOfReports = (status) => grpc.health.set(OUTCOME_SERVICE, status);
  setHealth('SERVING');
  if (runtime.journal.failed) tellOfReports('NOT_SERVING');
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
    await degraded?.stopLooking();
    await admin?.close();
    logger.info('stopped');
  }

  return { grpcPort: grpc.port, adminPort: admin?.port, reasonToEnd, stop: () => (stopping ??= stop()) };
}

function dashboardOf(
  { admin }: Config,
  parts: Omit<DashboardParts, 'files' | 'admission' | 'about'> & {
    readonly identities: OpenIdentities;
    readonly grpcPort: number;
  },
): Dashboard {
  const { nowMs } = parts;
  return new Dashboard({
    ...parts,
    files: loadDashboard(DASHBOARD_FOLDER),
    admission: new Admission({
      host: admin.host,
      identities: parts.identities.identities,
      cookies: new SessionCookies(),
      nowMs,
    }),
    about: {
      version: packageVersion(),
      node: process.version,
      startedMs: nowMs(),
      grpcPort: parts.grpcPort,
      memoryBytes: () => process.memoryUsage.rss(),
    },
  });
}
