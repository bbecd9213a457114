import type { Fault } from '../core/fault.js';

/** A policy that a server cannot start on. */
export class FaultyPolicyError extends Error {
  constructor(
    readonly faults: readonly Fault[],
    pinnedVersion?: string,
  ) {
    const what =
      pinnedVersion === undefined ? 'the policy folder' : `the pinned policy ${pinnedVersion.slice(0, 12)}`;
    const hint = pinnedVersion === undefined ? '' : '; sextant policy unpin --stopped lets go of it';
    super(`${what} has ${faults.length} fault${faults.length === 1 ? '' : 's'}${hint}`);
    this.name = 'FaultyPolicyError';
  }
}
