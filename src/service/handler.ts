import {
  status,
  type handleBidiStreamingCall,
  type handleUnaryCall,
  type ServerDuplexStream,
} from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { SextantError } from '../core/errors.js';
import type { Role } from '../config/config.js';
import { requireRole, type Authenticate, type Principal } from './auth.js';
import { GRPC_CODES, serviceError } from './status.js';
import { isWireFault, type WireFault } from './wire.js';

/** What every handler is built with. */
export interface HandlerContext {
  readonly authenticate: Authenticate;
  readonly logger: Logger;
  /** Told of every unary call when it was answered. */
  readonly observe: (call: {
    readonly path: string;
    readonly code: status;
    readonly seconds: number;
  }) => void;
}

type Answer<Response> = Response | Promise<Response>;

/**
 * A unary RPC from a function of request and principal: authenticates, refuses what could not be
 * decoded, and turns every thrown value into a status. Answers at once where the function does.
 */
export function unary<Request, Response>(
  { authenticate, logger, observe }: HandlerContext,
  role: Role,
  handle: (request: Request, principal: Principal) => Answer<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const startedAt = performance.now();
    const path = call.getPath();
    const done = (code: status): void =>
      observe({ path, code, seconds: (performance.now() - startedAt) / 1000 });
    const succeed = (response: Response): void => {
      callback(null, response);
      done(status.OK);
    };
    const fail = (thrown: unknown): void => {
      const error = logged(thrown, path, logger);
      callback(serviceError(error));
      done(GRPC_CODES[error.code]);
    };
    try {
      const principal = authenticate(call.metadata);
      requireRole(principal, role);
      const answer = handle(decoded(call.request), principal);
      if (answer instanceof Promise) answer.then(succeed, fail);
      else succeed(answer);
    } catch (thrown) {
      fail(thrown);
    }
  };
}

/** Reads one request of a bidirectional stream and answers it; the answer never rejects. */
export type StreamItem<Request, Response> = (
  request: Request | WireFault,
  principal: Principal,
) => Promise<Response>;

/**
 * A bidirectional stream of independent items: each is answered when it is done, in whatever order;
 * at most `maxInFlight` are worked on, and reading pauses beyond that.
 */
export function itemStream<Request, Response>(
  { authenticate, logger }: HandlerContext,
  role: Role,
  { maxInFlight, answer }: { maxInFlight: number; answer: StreamItem<Request, Response> },
): handleBidiStreamingCall<Request, Response> {
  return (call: ServerDuplexStream<Request, Response>) => {
    let principal: Principal;
    try {
      principal = authenticate(call.metadata);
      requireRole(principal, role);
    } catch (thrown) {
      call.emit('error', serviceError(logged(thrown, call.getPath(), logger)));
      return;
    }
    let inFlight = 0;
    let ended = false;
    // A client that reads nothing must not make us hold its answers: no more is read until it drains.
    let blocked = false;
    const goOn = (): void => {
      if (ended && inFlight === 0) call.end();
      else if (!blocked && inFlight < maxInFlight) call.resume();
    };
    call.on('drain', () => {
      blocked = false;
      goOn();
    });
    call.on('data', (request: Request) => {
      inFlight += 1;
      if (inFlight >= maxInFlight) call.pause();
      answer(request, principal)
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
