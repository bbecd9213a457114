import {
  ServerInterceptingCall,
  type Metadata,
  type ServerInterceptor,
  type StatusObject,
} from '@grpc/grpc-js';
import { constants, type ServerHttp2Stream } from 'node:http2';
import type { LimitsConfig } from '../../config/config.js';
import type { Sheddable } from '../../core/overload/shedding.js';
import { SextantError } from '../../core/errors.js';
import { serviceError } from '../status.js';

/** How long a client is asked to wait before it tries a refused call again. */
const RETRY_AFTER_MS = 1_000;
/** A deadline further in the past than this was never meant. */
const OVERFLOWED_MS = 1_000;

/** When calls are refused, by path: the first row that fits says it. `undefined` stands for never. */
const SHED_TABLE: readonly (readonly [path: RegExp, kind: Sheddable | undefined])[] = [
  // What the server is there for, and what it is there to keep: reports are bounded by their queue.
  [/^\/sextant\.v1\.SelectionService\/Select/, 'select'],
  [/^\/sextant\.v1\.SelectionService\//, 'explain'],
  [/^\/sextant\.v1\.OutcomeService\//, undefined],
  // It has to answer whatever happens.
  [/^\/grpc\.health\.v1\.Health\//, undefined],
  [/^\/sextant\.v1\.(?:Insight|Evaluation|Audit)Service\//, 'insight'],
  [/^\/sextant\.v1\.\w+\/(?:Get|List|Diff|Validate|Compare)/, 'insight'],
  // Changes are rare and take a role, and one of them may be what ends the overload.
  [/^\/sextant\.v1\.(?:Policy|Promotion|Experiment|Registry|Prompt|Admin)Service\//, undefined],
  // Reflection, and what nobody knows.
  [/^/, 'insight'],
];

/** The class of a method, by its path; `undefined` for what is never refused. */
export function sheddableOf(path: string): Sheddable | undefined {
  return SHED_TABLE.find(([fits]) => fits.test(path))?.[1];
}

export interface GatekeeperParts {
  readonly limits: LimitsConfig;
  readonly refuses: (kind: Sheddable) => boolean;
  /** Told of each refusal. */
  readonly onRefused: (error: SextantError) => void;
  /** Told of each stream that its peer, `address:port`, reset. */
  readonly onReset: (peer: string) => void;
}

/** Refuses calls before their message is read: too much metadata, or too much load; tells of those that are reset. */
export function gatekeeper({ limits, refuses, onRefused, onReset }: GatekeeperParts): ServerInterceptor {
  const faultOf = (path: string, metadata: Metadata): SextantError | undefined => {
    const excess = excessOf(metadata, limits);
    if (excess !== undefined) return new SextantError('METADATA_TOO_LARGE', excess);
    const kind = sheddableOf(path);
    if (kind === undefined || !refuses(kind)) return undefined;
    const message = 'the server has more to do than it can: try again later, or another one';
    return new SextantError('OVERLOADED', message, { retryAfterMs: RETRY_AFTER_MS });
  };
  return ({ path }, call) => {
    forgiveOverflow(call as unknown as Timed, Date.now());
    followReset(call as unknown as OverHttp2, onReset);
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, pass) => {
            const error = faultOf(path, metadata);
            if (error === undefined) return pass(metadata);
            onRefused(error);
            call.sendStatus(serviceError(error) as StatusObject);
          },
        }),
    });
  };
}

/** What is too much of a call's metadata; `undefined` for nothing. */
function excessOf(
  metadata: Metadata,
  { maxMetadataBytes, maxMetadataPairs }: LimitsConfig,
): string | undefined {
  let bytes = 0;
  let pairs = 0;
  for (const [key, values] of Object.entries(metadata.toJSON())) {
    for (const value of values) {
      pairs += 1;
      bytes += key.length + value.length;
    }
  }
  if (pairs > maxMetadataPairs)
    return `the call has ${pairs} metadata entries; at most ${maxMetadataPairs} are taken`;
  if (bytes > maxMetadataBytes)
    return `the call's metadata has ${bytes} bytes; at most ${maxMetadataBytes} are taken`;
  return undefined;
}

/** The part of grpc-js's call that keeps the client's deadline. */
interface Timed {
  getDeadline(): number;
  deadlineTimer?: NodeJS.Timeout | null;
}

/**
 * grpc-js counts a client's timeout in 32 bits of milliseconds: 25 days and more may come out as a time that has
 * passed, and the call would end before it began. Such a client meant no deadline.
 */
function forgiveOverflow(call: Timed, nowMs: number): void {
  if (call.getDeadline() > nowMs - OVERFLOWED_MS) return;
  clearTimeout(call.deadlineTimer ?? undefined);
  call.deadlineTimer = null;
}

/** The part of grpc-js's call that is its HTTP/2 stream. */
interface OverHttp2 {
  readonly stream: ServerHttp2Stream;
}

/** A call's own events tell nothing of a reset once a status was sent; a refused one has it at once. */
function followReset({ stream }: OverHttp2, onReset: (peer: string) => void): void {
  // A stream that is closed does not know its session any more.
  const { session } = stream;
  stream.once('close', () => {
    // The streams of a connection that is lost were reset by nobody.
    if (stream.rstCode === constants.NGHTTP2_NO_ERROR || session === undefined || session.destroyed) return;
    const { remoteAddress, remotePort } = session.socket;
    onReset(`${remoteAddress}:${remotePort}`);
  });
}
