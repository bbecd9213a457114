import type { PolicySource } from '../../config/policy-files.js';
import type { Actor } from '../../core/audit/audit-entry.js';
import type { Allocation } from '../../core/experiment/allocation.js';
import type { ExperimentEntry } from '../../core/experiment/parse-experiments.js';
import type { TenantId } from '../../core/ids.js';
import { ExperimentRecord } from '../../gen/sextant/storage/v1/storage.js';
import { actorOf, actorRecord } from '../audit-document.js';
import { fileRecords, sourcesOf } from '../policy-document.js';

/** A step of the ramp; the first is the start. */
export interface ExperimentPhase {
  readonly startTimeMs: number;
  readonly actor: Actor;
  readonly reason: string;
}

/** That an arm, or the whole where no arm is named, takes no more units. */
export interface ExperimentStop {
  readonly arm?: string;
  readonly timeMs: number;
  /** Position of the outcome log by then. */
  readonly sequence: number;
  readonly actor: Actor;
  readonly reason: string;
}

/** An experiment that was started, as it is stored. */
export interface StartedExperiment {
  readonly number: number;
  readonly entry: ExperimentEntry;
  readonly tenant: TenantId;
  readonly startSequence: number;
  readonly allocation: Allocation;
  readonly phases: readonly ExperimentPhase[];
  readonly stops: readonly ExperimentStop[];
  /** Files of the kept versions that arms are decided by. */
  readonly files: ReadonlyMap<string, readonly PolicySource[]>;
}

export function encodeExperiment(started: StartedExperiment): Uint8Array {
  const { number, entry, tenant, startSequence, allocation, phases, stops, files } = started;
  return ExperimentRecord.encode({
    number,
    definition: Buffer.from(JSON.stringify(entry)),
    tenant,
    startSequence: BigInt(startSequence),
    slots: [...allocation.slots],
    phases: phases.map(({ startTimeMs, actor, reason }, i) => ({
      startTimeMs: BigInt(startTimeMs),
      shares: [...allocation.shares[i]!],
      actor: actorRecord(actor),
      reason,
    })),
    stops: stops.map(({ arm, timeMs, sequence, actor, reason }) => ({
      arm: arm ?? '',
      timeMs: BigInt(timeMs),
      sequence: BigInt(sequence),
      actor: actorRecord(actor),
      reason,
    })),
    files: [...files].map(([arm, sources]) => ({ arm, files: fileRecords(sources) })),
  }).finish();
}

export function decodeExperiment(body: Uint8Array): StartedExperiment {
  const record = ExperimentRecord.decode(body);
  return {
    number: record.number,
    entry: JSON.parse(Buffer.from(record.definition).toString('utf8')) as ExperimentEntry,
    tenant: record.tenant as TenantId,
    startSequence: Number(record.startSequence),
    allocation: { slots: record.slots, shares: record.phases.map(({ shares }) => shares) },
    phases: record.phases.map(({ startTimeMs, actor, reason }) => ({
      startTimeMs: Number(startTimeMs),
      actor: actorOf(actor),
      reason,
    })),
    stops: record.stops.map(({ arm, timeMs, sequence, actor, reason }) => ({
      ...(arm !== '' && { arm }),
      timeMs: Number(timeMs),
      sequence: Number(sequence),
      actor: actorOf(actor),
      reason,
    })),
    files: new Map(record.files.map(({ arm, files }) => [arm, sourcesOf(files)])),
  };
}
