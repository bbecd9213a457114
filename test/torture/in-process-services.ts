import { Metadata, status, type MethodDefinition, type ServiceError } from '@grpc/grpc-js';
import { ROLES } from '../../src/config/config.js';
import { POLICY_CHECKS } from '../../src/config/policy-schemas.js';
import { InsightServiceService } from '../../src/gen/sextant/v1/insight.js';
import { OutcomeServiceService } from '../../src/gen/sextant/v1/outcome.js';
import { PromptServiceService } from '../../src/gen/sextant/v1/prompt.js';
import { RegistryServiceService } from '../../src/gen/sextant/v1/registry.js';
import { SelectionServiceService } from '../../src/gen/sextant/v1/selection.js';
import type { Environment } from '../../src/runtime/environment.js';
import { ANONYMOUS } from '../../src/runtime/principals.js';
import type { Runtime } from '../../src/runtime/runtime.js';
import type { HandlerContext } from '../../src/service/handler.js';
import { insightService } from '../../src/service/insight-service.js';
import { OpenStreams } from '../../src/service/open-streams.js';
import { outcomeService } from '../../src/service/outcome-service.js';
import { promptService } from '../../src/service/prompt-service.js';
import { registryService } from '../../src/service/registry-service.js';
import { selectionService } from '../../src/service/selection-service.js';
import { guarded } from '../../src/service/wire.js';
import { silent } from '../builders/runtime.js';

const MAX_BYTES = 256 * 1024;
const DEADLINE_MS = 60_000;

type Handler = (
  call: object,
  callback: (error: Partial<ServiceError> | null, response?: unknown) => void,
) => void;
type Definition = MethodDefinition<unknown, unknown>;

/** Calls a method with the bytes of a request, as the wire has them. @returns the code, and the answer where it is OK. */
export type CallBytes = (
  method: string,
  bytes: Buffer,
) => Promise<{ readonly code: status; readonly response?: unknown; readonly details?: string }>;

/** The services as the server has them, decoding and encoding and all, without a socket. */
export function inProcessServices(runtime: Runtime, environment: Environment): CallBytes {
  const context: HandlerContext = {
    authenticate: () => ANONYMOUS,
    logger: silent,
    deadlinesMs: Object.fromEntries(
      ROLES.map((role) => [role, DEADLINE_MS]),
    ) as HandlerContext['deadlinesMs'],
    takeDecisions: () => undefined,
    observe: () => undefined,
  };
  const { registry, prompts, reporter, breakers, reportWatch, rollups } = runtime;
  const { models: checkModelSchema, prompts: checkPromptSchema } = POLICY_CHECKS;
  const pairs = [
    [SelectionServiceService, selectionService(context, runtime, environment)],
    [OutcomeServiceService, outcomeService(context, reporter, new OpenStreams())],
    [RegistryServiceService, registryService(context, { registry, environment, checkModelSchema })],
    [
      PromptServiceService,
      promptService(context, { prompts, registry: () => registry.registry, environment, checkPromptSchema }),
    ],
    [
      InsightServiceService,
      insightService(context, {
        snapshot: () => runtime.snapshot(),
        breakers,
        environment,
        reportWatch,
        rollups,
        status: runtime,
        audit: runtime.audit,
        drift: runtime.drift,
      }),
    ],
  ] as const;
  const methods = new Map<string, { readonly definition: Definition; readonly handler: Handler }>();
  for (const [definition, implementation] of pairs) {
    const safe = guarded(definition, MAX_BYTES) as unknown as Record<string, Definition>;
    for (const [name, each] of Object.entries(safe)) {
      const handler = (implementation as unknown as Record<string, Handler>)[name]!;
      methods.set(each.path.slice(each.path.lastIndexOf('.') + 1), { definition: each, handler });
    }
  }
  const metadata = new Metadata();
  return (method, bytes) => {
    const { definition, handler } = methods.get(method)!;
    const request = definition.requestDeserialize(bytes);
    const call = {
      request,
      metadata,
      cancelled: false,
      getPath: () => definition.path,
      getPeer: () => '127.0.0.1:1',
    };
    return new Promise((resolve) => {
      handler(call, (error, response) => {
        if (error !== null)
          return resolve({ code: error.code!, ...(error.details && { details: error.details }) });
        // What cannot be encoded would fail on the wire.
        definition.responseSerialize(response);
        resolve({ code: status.OK, response });
      });
    });
  };
}
