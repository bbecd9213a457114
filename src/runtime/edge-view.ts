import type { ErrorCode } from '../core/errors.js';
import type { Shedding } from '../core/overload/shedding.js';

/** How connections, calls and the certificate are. */
export interface EdgeView {
  readonly connections: number;
  readonly connectionsRefused: number;
  /** Calls that were refused before they were read, by the reason. */
  readonly callsRefused: ReadonlyMap<ErrorCode, number>;
  readonly shedding: Shedding;
  /** Whether the keys of the issuer of tokens cannot be had, or their newest file was refused. */
  readonly areTokenKeysRefused: boolean;
  /** `undefined` without TLS. */
  readonly certificate?: { readonly notAfterMs: number; readonly isStale: boolean };
}
