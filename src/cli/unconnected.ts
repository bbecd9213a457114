import { status, type ServiceError } from '@grpc/grpc-js';

/** What grpc-js says of a call that found no connection: the last error, when it was, and what DNS had to say. */
const UNCONNECTED =
  /^No connection established\. Last error: (?:Error: )?(.*?)\.? ?(?:\(\d{4}-[^)]*\))?\. Resolution note: ?(.*)$/s;
const UNTRUSTED = /certificate/;

/** Where there was no connection, says so in fewer words, and what flag may be missing. */
export function unconnected(error: ServiceError, address: string, isTls: boolean): ServiceError {
  const found = error.code === status.UNAVAILABLE ? UNCONNECTED.exec(error.details) : null;
  if (found === null) return error;
  const [, last = '', note = ''] = found;
  const why = [last, note].filter((part) => part !== '').join('; ');
  return Object.assign(error, { details: `no connection to ${address}: ${why}${adviceOf(last, isTls)}` });
}

function adviceOf(last: string, isTls: boolean): string {
  if (/ECONNREFUSED/.test(last)) return ': does the server run, and is the address its own?';
  if (!isTls) return ': where the server speaks TLS, give --tls or --tls-ca';
  return UNTRUSTED.test(last) ? ': give the certificate of its authority by --tls-ca' : '';
}
