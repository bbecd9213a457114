import type { Principal } from './principals.js';

/** How a call ended, in HTTP's codes. */
export type LocalAnswer =
  | { readonly ok: true; readonly json: unknown }
  | { readonly ok: false; readonly code: number; readonly message: string };

/**
 * Calls an RPC of this server by `Service/Method`, with a request as JSON of the contract, for a principal. Never
 * rejects: what the handler refuses is an answer.
 */
export type LocalCalls = (name: string, json: unknown, principal: Principal) => Promise<LocalAnswer>;
