import type { PolicySource } from '../../config/policy-files.js';
import type { Actor } from '../../core/audit/audit-entry.js';
import { ShadowRecord } from '../../gen/sextant/storage/v1/storage.js';
import { actorOf, actorRecord } from '../audit-document.js';
import { fileRecords, sourcesOf } from '../policy-document.js';

/** A candidate as it was started, and as it is stored. */
export interface StartedShadow {
  readonly sources: readonly PolicySource[];
  /** Share of requests that it is asked about, in (0, 1]. */
  readonly fraction: number;
  readonly startTimeMs: number;
  readonly startedBy: Actor;
  readonly reason: string;
}

export function encodeShadow(shadow: StartedShadow): Uint8Array {
  const { sources, fraction, startTimeMs, startedBy, reason } = shadow;
  return ShadowRecord.encode({
    files: fileRecords(sources),
    fraction,
    startTimeMs: BigInt(startTimeMs),
    startedBy: actorRecord(startedBy),
    reason,
  }).finish();
}

export function decodeShadow(body: Uint8Array): StartedShadow {
  const { files, fraction, startTimeMs, startedBy, reason } = ShadowRecord.decode(body);
  return {
    sources: sourcesOf(files),
    fraction,
    startTimeMs: Number(startTimeMs),
    startedBy: actorOf(startedBy),
    reason,
  };
}
