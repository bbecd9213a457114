import type { KeptVersion, PolicyHistory, PolicyPin } from '../core/policy/policy-history.js';
import type { PolicySource } from '../config/policy-files.js';
import {
  PolicyFilesRecord,
  PolicyHistoryRecord,
  type PolicyFileRecord,
  type PolicyPinRecord,
  type PolicyVersionRecord,
} from '../gen/sextant/storage/v1/storage.js';
import { actorOf, actorRecord } from './audit-document.js';

/** Which policy is in force and which were, as it is stored. */
export function encodeHistory({ activeVersion, pin, versions, lineage }: PolicyHistory): Uint8Array {
  return PolicyHistoryRecord.encode({
    activeVersion,
    pin: pin && {
      pinTimeMs: BigInt(pin.pinTimeMs),
      pinnedBy: actorRecord(pin.pinnedBy),
      reason: pin.reason,
    },
    versions: versions.map(versionRecord),
    lineage: [...lineage],
  }).finish();
}

export function decodeHistory(body: Uint8Array): PolicyHistory {
  const { activeVersion, pin, versions, lineage } = PolicyHistoryRecord.decode(body);
  return {
    activeVersion,
    ...(pin !== undefined && { pin: pinOf(pin) }),
    versions: versions.map(versionOf),
    lineage,
  };
}

export const fileRecords = (sources: readonly PolicySource[]): PolicyFileRecord[] =>
  sources.map(({ file, bytes }) => ({ file, content: bytes }));

export const sourcesOf = (records: readonly PolicyFileRecord[]): readonly PolicySource[] =>
  records.map(({ file, content }) => ({ file, bytes: content }));

/** The files of one version, as they are stored. */
export const encodeSources = (sources: readonly PolicySource[]): Uint8Array =>
  PolicyFilesRecord.encode({ files: fileRecords(sources) }).finish();

export const decodeSources = (body: Uint8Array): readonly PolicySource[] =>
  sourcesOf(PolicyFilesRecord.decode(body).files);

function versionRecord(version: KeptVersion): PolicyVersionRecord {
  return {
    version: version.version,
    firstActivateTimeMs: BigInt(version.firstActivateTimeMs),
    activateTimeMs: BigInt(version.activateTimeMs),
    activatedBy: actorRecord(version.activatedBy),
    activationCount: BigInt(version.activationCount),
    files: version.files.map(({ file, sizeBytes, sha256 }) => ({
      file,
      sizeBytes: BigInt(sizeBytes),
      sha256,
    })),
  };
}

function versionOf(record: PolicyVersionRecord): KeptVersion {
  return {
    version: record.version,
    firstActivateTimeMs: Number(record.firstActivateTimeMs),
    activateTimeMs: Number(record.activateTimeMs),
    activatedBy: actorOf(record.activatedBy),
    activationCount: Number(record.activationCount),
    files: record.files.map(({ file, sizeBytes, sha256 }) => ({
      file,
      sizeBytes: Number(sizeBytes),
      sha256,
    })),
  };
}

const pinOf = ({ pinTimeMs, pinnedBy, reason }: PolicyPinRecord): PolicyPin => ({
  pinTimeMs: Number(pinTimeMs),
  pinnedBy: actorOf(pinnedBy),
  reason,
});
