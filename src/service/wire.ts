import type { MethodDefinition, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';

const FAULT = Symbol('wire fault');

/** Stands in for a request whose bytes could not be decoded, so that the handler can say so properly. */
export interface WireFault {
  readonly [FAULT]: true;
  readonly code: 'MALFORMED_REQUEST' | 'REQUEST_TOO_LARGE';
  readonly message: string;
}

export const isWireFault = (value: unknown): value is WireFault =>
  typeof value === 'object' && value !== null && FAULT in value;

type Method = MethodDefinition<unknown, unknown>;

/**
 * A service definition whose requests decode to a `WireFault` where grpc-js would answer INTERNAL:
 * on malformed protobuf, and on messages above `maxBytes`.
 */
export function guarded<Definition extends ServiceDefinition<UntypedServiceImplementation>>(
  definition: Definition,
  maxBytes: number,
): Definition {
  const methods = Object.entries(definition as Record<string, Method>).map(([name, method]) => {
    const requestDeserialize = (bytes: Buffer): unknown => decode(method, bytes, maxBytes);
    return [name, { ...method, requestDeserialize }] as const;
  });
  return Object.fromEntries(methods) as unknown as Definition;
}

function decode(method: Method, bytes: Buffer, maxBytes: number): unknown {
  if (bytes.length > maxBytes) {
    return fault('REQUEST_TOO_LARGE', `the request has ${bytes.length} bytes; at most ${maxBytes} are taken`);
  }
  try {
    return method.requestDeserialize(bytes);
  } catch (error) {
    return fault('MALFORMED_REQUEST', `the request is not a valid message: ${(error as Error).message}`);
  }
}

const fault = (code: WireFault['code'], message: string): WireFault => ({ [FAULT]: true, code, message });
