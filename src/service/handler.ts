import {
  status,
  type handleBidiStreamingCall,
  type handleUnaryCall,
  type ServerDuplexStream,
} from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { SextantError } from '../core/errors.js';
import type { Role } from '../config/config.js';
import type { OpenStreams } from './open-streams.js';
import { requireRole, type Authenticate, type Principal } from './auth.js';
import { GRPC_CODES, serviceError } from './status.js';
import type { TraceIds } from '../runtime/trace-ids.js';
import { traceCall, type CallTrace } from './tracing.js';
import { isWireFault, type WireFault } from './wire.js';

/** What every handler is built with. */
export interface HandlerContext {
  readonly authenticate: Authenticate;
  readonly logger: Logger;
  /** The longest that a call may take, by the role it asks for, in milliseconds. */
  readonly deadlinesMs: Readonly<Record<Role, number>>;
  /** @throws SextantError RATE_LIMITED where the principal takes too many. */
  readonly takeDecisions: (principal: Principal, decisions: number) => void;
  /** Told of every unary call when it was answered. */
  readonly observe: (call: {
    readonly path: string;
    readonly code: status;
    readonly seconds: number;
    /** Absent where the call is not traced. */
    readonly traced?: TraceIds;
  }) => void;
}

type Answer<Response> = Response | Promise<Response>;

export interface UnaryOptions {
  /** For work that takes as long as it takes. */
  readonly hasDeadline?: boolean;
}

/**
 * A unary RPC from a function of request and principal: authenticates, refuses what could not be
 * decoded, and turns every thrown value into a status. Answers at once where the function does; where it does
 * not, the server's deadline ends the call, though not the work.
 */
export function unary<Request, Response>(
  context: HandlerContext,
  role: Role,
  handle: (request: Request, principal: Principal) => Answer<Response>,
  { hasDeadline = true }: UnaryOptions = {},
): handleUnaryCall<Request, Response> {
  const { authenticate, logger, observe, deadlinesMs } = context;
  return (call, callback) => {
    const startedAt = performance.now();
    const path = call.getPath();
    const traced = traceCall(path, call.metadata);
    let isAnswered = false;
    const answer = (code: status, send: () => void): void => {
      if (isAnswered) return;
      isAnswered = true;
      send();
      traced.end(code);
      const seconds = (performance.now() - startedAt) / 1000;
      observe({ path, code, seconds, ...(traced.ids && { traced: traced.ids }) });
    };
    const succeed = (response: Response): void => answer(status.OK, () => callback(null, response));
    const fail = (thrown: unknown): void => {
      const error = logged(thrown, path, logger);
      answer(GRPC_CODES[error.code], () => callback(serviceError(error)));
    };
    const handleAs = (principal: Principal): Answer<Response> => {
      requireRole(principal, role);
      // Its client has gone: what it asked for would be done for nobody.
      if (call.cancelled) throw new SextantError('DEADLINE_EXCEEDED', 'the call ended before it was read');
      return handle(decoded(call.request), principal);
    };
    const work = (): void => {
      try {
        const principal = authenticate(call);
        const response = principal instanceof Promise ? principal.then(handleAs) : handleAs(principal);
        if (!(response instanceof Promise)) return succeed(response);
        const timer = hasDeadline ? deadlineTimer(deadlinesMs[role], fail) : undefined;
        response.then(succeed, fail).finally(() => clearTimeout(timer));
      } catch (thrown) {
        fail(thrown);
      }
    };
    traced.run(work);
  };
}

function deadlineTimer(afterMs: number, fail: (error: SextantError) => void): NodeJS.Timeout {
  const message = `the server gave up after ${afterMs} ms`;
  return setTimeout(() => fail(new SextantError('DEADLINE_EXCEEDED', message)), afterMs);
}

const SHUTTING_DOWN =
  'the server is stopping: open a new stream, to another server or to this one once it is back, and send again what was not answered';

/** Reads one request of a bidirectional stream and answers it; the answer never rejects. */
export type StreamItem<Request, Response> = (
  request: Request | WireFault,
  principal: Principal,
) => Promise<Response>;

export interface ItemStreamOptions<Request, Response> {
  readonly maxInFlight: number;
  readonly answer: StreamItem<Request, Response>;
  /** Where it is ended when the server stops. */
  readonly streams: OpenStreams;
}

/**
 * A bidirectional stream of independent items: each is answered when it is done, in whatever order;
 * at most `maxInFlight` are worked on, and reading pauses beyond that. When the server stops, nothing more is read,
 * and the stream ends with SHUTTING_DOWN once what was read is answered.
 */
export function itemStream<Request, Response>(
  { authenticate, logger }: HandlerContext,
  role: Role,
  { maxInFlight, answer, streams }: ItemStreamOptions<Request, Response>,
): handleBidiStreamingCall<Request, Response> {
  const serve = (
    call: ServerDuplexStream<Request, Response>,
    principal: Principal,
    { traced, refuse }: { traced: CallTrace; refuse: (error: SextantError) => void },
  ): void => {
    let inFlight = 0;
    let ended = false;
    let stopping = false;
    // A client that reads nothing must not make us hold its answers: no more is read until it drains.
    let blocked = false;
    const goOn = (): void => {
      if (ended && inFlight === 0) call.end();
      else if (stopping && inFlight === 0) refuse(new SextantError('SHUTTING_DOWN', SHUTTING_DOWN));
      else if (!stopping && !blocked && inFlight < maxInFlight) call.resume();
    };
    call.on('drain', () => {
      blocked = false;
      goOn();
    });
    call.on('data', (request: Request) => {
      inFlight += 1;
      if (inFlight >= maxInFlight) call.pause();
      traced
        .run(() => answer(request, principal))
        .then((response) => {
          if (call.cancelled || call.write(response)) return;
          blocked = true;
          call.pause();
        })
        .catch((error: unknown) => logger.error({ err: error }, 'stream item failed'))
        .finally(() => {
          inFlight -= 1;
          goOn();
        });
    });
    call.on('end', () => {
      ended = true;
      goOn();
    });
    const forget = streams.add(() => {
      stopping = true;
      call.pause();
      goOn();
    });
    call.once('close', forget);
  };
  return (call: ServerDuplexStream<Request, Response>) => {
    const path = call.getPath();
    const traced = traceCall(path, call.metadata);
    const refuse = (thrown: unknown): void => {
      const error = logged(thrown, path, logger);
      traced.end(GRPC_CODES[error.code]);
      call.emit('error', serviceError(error));
    };
    const begin = (principal: Principal): void => {
      requireRole(principal, role);
      call.once('cancelled', () => traced.end(status.CANCELLED));
      call.once('finish', () => traced.end(status.OK));
      serve(call, principal, { traced, refuse });
    };
    try {
      const principal = authenticate(call);
      if (principal instanceof Promise) principal.then(begin).catch(refuse);
      else begin(principal);
    } catch (thrown) {
      refuse(thrown);
    }
  };
}

/** @throws SextantError where the bytes were no message of the contract. */
export function decoded<Request>(request: Request | WireFault): Request {
  if (isWireFault(request)) throw new SextantError(request.code, request.message);
  return request;
}

function logged(thrown: unknown, path: string, logger: Logger): SextantError {
  const error = SextantError.from(thrown);
  if (error.code === 'INTERNAL') logger.error({ err: error.details.cause, path }, 'internal error');
  else logger.debug({ code: error.code, path }, error.message);
  return error;
}
