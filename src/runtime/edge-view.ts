import type { ErrorCode } from '../core/errors.js';
import type { Shedding } from '../core/overload/shedding.js';

/** How connections, calls and the certificate are. */
export interface EdgeView {
  readonly connections: number;
  readonly connectionsRefused: number;
  /** Calls that were refused before they were read, by the reason. */
  readonly callsRefused: ReadonlyMap<ErrorCode, number>;
  readonly shedding: Shedding;
  /** `undefined` without TLS. */
  readonly certificate?: { readonly notAfterMs: number; readonly isStale: boolean };
}
