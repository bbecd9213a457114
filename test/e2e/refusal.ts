import { status as GrpcStatus, type ServiceError } from '@grpc/grpc-js';
import {
  BadRequest,
  ErrorInfo,
  PreconditionFailure,
  RetryInfo,
} from '../../src/gen/google/rpc/error_details.js';
import { Status } from '../../src/gen/google/rpc/status.js';

/** An error as a caller sees it: code, message, and the typed details that came with it. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly reason?: string;
  readonly fields: readonly string[];
  readonly preconditions: PreconditionFailure['violations'];
  readonly retryAfter?: RetryInfo['retryDelay'];
}

/** Reads google.rpc.Status, from an item of a batch or from the trailers of a call. */
export function readStatus({ code, message, details }: Status): Refusal {
  const find = <T>(name: string, type: { decode(bytes: Uint8Array): T }): T | undefined => {
    const any = details.find(({ typeUrl }) => typeUrl === `type.googleapis.com/google.rpc.${name}`);
    return any && type.decode(any.value);
  };
  const info = find('ErrorInfo', ErrorInfo);
  const retry = find('RetryInfo', RetryInfo);
  return {
    code: GrpcStatus[code] ?? String(code),
    message,
    ...(info && { reason: info.reason }),
    fields: find('BadRequest', BadRequest)?.fieldViolations.map(({ field }) => field) ?? [],
    preconditions: find('PreconditionFailure', PreconditionFailure)?.violations ?? [],
    ...(retry && { retryAfter: retry.retryDelay }),
  };
}

/** Waits for a call to be refused. @throws Error where it succeeds. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  const error = await call.then(
    () => {
      throw new Error('the call was not refused');
    },
    (thrown: unknown) => thrown as ServiceError,
  );
  const [bytes] = error.metadata?.get('grpc-status-details-bin') ?? [];
  if (Buffer.isBuffer(bytes)) return readStatus(Status.decode(bytes));
  return {
    code: GrpcStatus[error.code] ?? error.message,
    message: error.details,
    fields: [],
    preconditions: [],
  };
}
