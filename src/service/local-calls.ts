import { status, type handleUnaryCall, type ServiceError } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { AuditServiceService, type AuditServiceServer } from '../gen/sextant/v1/audit.js';
import { EvaluationServiceService, type EvaluationServiceServer } from '../gen/sextant/v1/evaluation.js';
import { ExperimentServiceService, type ExperimentServiceServer } from '../gen/sextant/v1/experiment.js';
import { InsightServiceService, type InsightServiceServer } from '../gen/sextant/v1/insight.js';
import { PolicyServiceService, type PolicyServiceServer } from '../gen/sextant/v1/policy.js';
import { SelectionServiceService, type SelectionServiceServer } from '../gen/sextant/v1/selection.js';
import type { Environment } from '../runtime/environment.js';
import type { LocalAnswer, LocalCalls } from '../runtime/local-calls.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Principal } from './auth.js';
import { auditService } from './audit-service.js';
import type { Edge } from './edge/edge.js';
import { evaluationService } from './evaluation-service.js';
import { experimentService } from './experiment-service.js';
import type { HandlerContext } from './handler.js';
import { insightService } from './insight-service.js';
import { messageFromJson, messageToJson } from './message-json.js';
import { policyService } from './policy-service.js';
import { selectionService } from './selection-service.js';

export interface LocalCallParts {
  readonly runtime: Runtime;
  readonly edge: Pick<Edge, 'deadlinesMs' | 'takeDecisions'>;
  readonly environment: Environment;
  readonly logger: Logger;
}

interface Method {
  readonly path: string;
  readonly requestDeserialize: (bytes: Buffer) => unknown;
  readonly responseSerialize: (message: never) => Uint8Array;
}

type Handlers = Readonly<Record<string, handleUnaryCall<unknown, unknown>>>;

/** HTTP's word for what gRPC says; 500 for the rest. */
const HTTP_CODES: Partial<Record<status, number>> = {
  [status.INVALID_ARGUMENT]: 400,
  [status.UNAUTHENTICATED]: 401,
  [status.PERMISSION_DENIED]: 403,
  [status.NOT_FOUND]: 404,
  [status.ALREADY_EXISTS]: 409,
  [status.ABORTED]: 409,
  [status.FAILED_PRECONDITION]: 409,
  [status.RESOURCE_EXHAUSTED]: 429,
  [status.UNAVAILABLE]: 503,
  [status.DEADLINE_EXCEEDED]: 504,
};

/** The handlers of some RPCs, without a connection: JSON of the contract in and out, and roles asked for as ever. */
export function localCalls({ runtime, edge, environment, logger }: LocalCallParts): LocalCalls {
  const callers = new WeakMap<object, Principal>();
  const context: HandlerContext = {
    authenticate: (call) => callers.get(call)!,
    deadlinesMs: edge.deadlinesMs,
    takeDecisions: edge.takeDecisions,
    logger,
    // Rates and times of calls are those of clients.
    observe: () => undefined,
  };
  const methods = methodsOf(context, runtime, environment);
  return async (name, json, principal): Promise<LocalAnswer> => {
    const found = methods.get(name);
    if (found === undefined) return { ok: false, code: 404, message: `${name} cannot be called from here` };
    const { method, handler } = found;
    let request: unknown;
    try {
      request = method.requestDeserialize(Buffer.from(messageFromJson(`${nameOf(method)}Request`, json)));
    } catch (error) {
      return { ok: false, code: 400, message: (error as Error).message };
    }
    return new Promise((resolve) => {
      const call = { request, cancelled: false, getPath: () => method.path };
      callers.set(call, principal);
      handler(call as never, (error, response) =>
        resolve(
          error
            ? refusalOf(error)
            : {
                ok: true,
                json: messageToJson(
                  `${nameOf(method)}Response`,
                  method.responseSerialize(response as never),
                  { whole: true },
                ),
              },
        ),
      );
    });
  };
}

const nameOf = ({ path }: Method): string => path.slice(path.lastIndexOf('/') + 1);

const refusalOf = ({ code, details }: Partial<ServiceError>): LocalAnswer => ({
  ok: false,
  code: HTTP_CODES[code!] ?? 500,
  message: details ?? 'internal error',
});

function methodsOf(
  context: HandlerContext,
  runtime: Runtime,
  environment: Environment,
): ReadonlyMap<string, { readonly method: Method; readonly handler: Handlers[string] }> {
  const insight = { ...runtime, status: runtime, environment };
  const selection: Partial<SelectionServiceServer> = selectionService(context, runtime, environment);
  const policy: Partial<PolicyServiceServer> = policyService(context, runtime);
  const experiments: Partial<ExperimentServiceServer> = experimentService(context, runtime);
  const evaluation: Partial<EvaluationServiceServer> = evaluationService(context, runtime);
  const posteriors: Partial<InsightServiceServer> = insightService(context, insight);
  const audit: Partial<AuditServiceServer> = auditService(context, runtime.audit);
  const offered = [
    [SelectionServiceService, selection, ['explain']],
    [
      PolicyServiceService,
      policy,
      ['getActivePolicy', 'listPolicyVersions', 'getPolicyVersion', 'diffPolicyVersions', 'rollBackPolicy'],
    ],
    [
      ExperimentServiceService,
      experiments,
      ['listExperiments', 'getExperimentResult', 'compareExperimentModels'],
    ],
    [EvaluationServiceService, evaluation, ['evaluatePolicy', 'comparePolicies']],
    [AuditServiceService, audit, ['listAuditEntries']],
    [InsightServiceService, posteriors, ['listPosteriors', 'listDrift']],
  ] as const;
  return new Map(
    offered.flatMap(([definition, handlers, names]) =>
      names.map((name) => {
        const method = (definition as unknown as Readonly<Record<string, Method>>)[name]!;
        const handler = (handlers as Handlers)[name]!;
        return [method.path.replace('/sextant.v1.', ''), { method, handler }] as const;
      }),
    ),
  );
}
