import {
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { isLoopback } from '../config/bind.js';
import type { Config } from '../config/config.js';
import { POLICY_CHECKS } from '../config/policy-schemas.js';
import { HealthService } from '../gen/grpc/health/v1/health.js';
import { ServerReflectionService } from '../gen/grpc/reflection/v1/reflection.js';
import { ServerReflectionService as ServerReflectionServiceV1Alpha } from '../gen/grpc/reflection/v1alpha/reflection.js';
import { AdminServiceService } from '../gen/sextant/v1/admin.js';
import { AuditServiceService } from '../gen/sextant/v1/audit.js';
import { EvaluationServiceService } from '../gen/sextant/v1/evaluation.js';
import { ExperimentServiceService } from '../gen/sextant/v1/experiment.js';
import { InsightServiceService } from '../gen/sextant/v1/insight.js';
import { OutcomeServiceService } from '../gen/sextant/v1/outcome.js';
import { PromotionServiceService } from '../gen/sextant/v1/promotion.js';
import { PromptServiceService } from '../gen/sextant/v1/prompt.js';
import { PolicyServiceService } from '../gen/sextant/v1/policy.js';
import { RegistryServiceService } from '../gen/sextant/v1/registry.js';
import { SelectionServiceService } from '../gen/sextant/v1/selection.js';
import type { Environment } from '../runtime/environment.js';
import type { Runtime } from '../runtime/runtime.js';
import { adminService } from './admin-service.js';
import { auditService } from './audit-service.js';
import { loadDescriptorSet } from './descriptors.js';
import type { Edge } from './edge/edge.js';
import { evaluationService } from './evaluation-service.js';
import { experimentService } from './experiment-service.js';
import type { HandlerContext } from './handler.js';
import { createHealth, type Health } from './health.js';
import { insightService } from './insight-service.js';
import { OpenStreams } from './open-streams.js';
import { outcomeService } from './outcome-service.js';
import { policyService } from './policy-service.js';
import { promotionService } from './promotion-service.js';
import { promptService } from './prompt-service.js';
import { createReflection, type Reflection } from './reflection.js';
import { registryService } from './registry-service.js';
import { selectionService } from './selection-service.js';
import { guarded } from './wire.js';

const OWN_SERVICES = [
  'sextant.v1.SelectionService',
  'sextant.v1.OutcomeService',
  'sextant.v1.RegistryService',
  'sextant.v1.PolicyService',
  'sextant.v1.InsightService',
  'sextant.v1.EvaluationService',
  'sextant.v1.AuditService',
  'sextant.v1.PromptService',
  'sextant.v1.AdminService',
  'sextant.v1.ExperimentService',
  'sextant.v1.PromotionService',
] as const;
export const OUTCOME_SERVICE = 'sextant.v1.OutcomeService';
const HEALTH_SERVICE = 'grpc.health.v1.Health';

const KEEPALIVE_TIME_MS = 60_000;
const KEEPALIVE_TIMEOUT_MS = 20_000;
const CONNECTION_IDLE_MS = 5 * 60_000;
const MS_PER_SECOND = 1_000;
/** What one connection may hold in memory, in MB: messages of the largest size on some of its streams. */
const SESSION_MEMORY_MB = 64;

export interface GrpcServerParts {
  readonly config: Config;
  readonly runtime: Runtime;
  readonly edge: Edge;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly observeCall: HandlerContext['observe'];
}

export interface GrpcServer {
  readonly port: number;
  readonly health: Health;
  /** Names that health knows, the whole server's included. */
  readonly services: readonly string[];
  /** Lets calls in flight end for so long, then cuts what is left. */
  stop(drainSeconds: number): Promise<void>;
}

/** Binds the gRPC port and serves every service; health starts as NOT_SERVING. */
export async function startGrpcServer(parts: GrpcServerParts): Promise<GrpcServer> {
  const { config, runtime, edge, environment, logger } = parts;
  const { server: settings, limits } = config;
  const server = new Server({
    'grpc.max_receive_message_length': settings.maxMessageBytes,
    'grpc.max_send_message_length': settings.maxMessageBytes,
    'grpc.max_concurrent_streams': settings.maxConcurrentStreamsPerConnection,
    'grpc.keepalive_time_ms': KEEPALIVE_TIME_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc.max_connection_idle_ms': CONNECTION_IDLE_MS,
    ...(limits.connectionAgeSeconds > 0 && {
      'grpc.max_connection_age_ms': limits.connectionAgeSeconds * MS_PER_SECOND,
      'grpc.max_connection_age_grace_ms': limits.connectionAgeGraceSeconds * MS_PER_SECOND,
    }),
    'grpc-node.max_session_memory': SESSION_MEMORY_MB,
    'grpc.enable_channelz': 0,
    interceptors: [...edge.interceptors],
  });
  const { authenticate, deadlinesMs, takeDecisions } = edge;
  const context = { authenticate, deadlinesMs, takeDecisions, logger, observe: parts.observeCall };
  const add = (
    definition: ServiceDefinition<UntypedServiceImplementation>,
    implementation: object,
    maxBytes: number,
  ): void => server.addService(guarded(definition, maxBytes), implementation as UntypedServiceImplementation);
  const { maxSelectBytes, maxMessageBytes } = settings;
  const { registry, prompts, reporter, breakers } = runtime;
  const { models: checkModelSchema, prompts: checkPromptSchema } = POLICY_CHECKS;

  // A batch may hold many requests: its limit is the message's.
  const selection = selectionService(context, runtime, environment);
  const { selectBatch, ...single } = SelectionServiceService;
  add({ ...single }, selection, maxSelectBytes);
  add({ selectBatch }, selection, maxMessageBytes);
  const streams = new OpenStreams();
  const outcomes = outcomeService(context, reporter, streams);
  const { report, reportBatch, reportStream } = OutcomeServiceService;
  add({ report }, outcomes, maxSelectBytes);
  add({ reportBatch, reportStream }, outcomes, maxMessageBytes);
  add(
    RegistryServiceService,
    registryService(context, { registry, environment, checkModelSchema }),
    maxMessageBytes,
  );
  add(
    PromptServiceService,
    promptService(context, { prompts, registry: () => registry.registry, environment, checkPromptSchema }),
    maxMessageBytes,
  );
  add(PolicyServiceService, policyService(context, runtime), maxMessageBytes);
  add(EvaluationServiceService, evaluationService(context, runtime), maxMessageBytes);
  add(ExperimentServiceService, experimentService(context, runtime), maxMessageBytes);
  add(PromotionServiceService, promotionService(context, runtime), maxMessageBytes);
  add(AuditServiceService, auditService(context, runtime.audit), maxMessageBytes);
  add(
    AdminServiceService,
    adminService(context, { backups: runtime.backups, scrubber: runtime.scrubber, environment }),
    maxMessageBytes,
  );
  add(
    InsightServiceService,
    insightService(context, {
      snapshot: () => runtime.snapshot(),
      breakers,
      environment,
      reportWatch: runtime.reportWatch,
      rollups: runtime.rollups,
      status: runtime,
      audit: runtime.audit,
      drift: runtime.drift,
    }),
    maxMessageBytes,
  );

  const health = createHealth(OWN_SERVICES);
  server.addService(HealthService, health.implementation);
  const reflection = addReflection(server, settings);
  // TLS ends at the edge, which injects what it has decrypted.
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const port = await edge.listen((socket) => injector.injectConnection(socket));
  return {
    port,
    health,
    services: ['', ...OWN_SERVICES],
    stop: async (drainSeconds) => {
      edge.stopListening();
      health.endWatches();
      reflection?.endStreams();
      streams.endAll();
      await shutDown(server, drainSeconds);
      edge.close();
    },
  };
}

function addReflection(server: Server, { reflection, host }: Config['server']): Reflection | undefined {
  const on = reflection === 'auto' ? isLoopback(host) : reflection;
  if (!on) return undefined;
  const served = createReflection(loadDescriptorSet(), [...OWN_SERVICES, HEALTH_SERVICE]);
  server.addService(ServerReflectionService, served.v1);
  server.addService(ServerReflectionServiceV1Alpha, served.v1alpha);
  return served;
}

function shutDown(server: Server, drainSeconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, drainSeconds * 1000);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
