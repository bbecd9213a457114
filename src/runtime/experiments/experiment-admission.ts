import { checkFolder } from '../../config/load-policy.js';
import type { PolicyFolder, PolicySource } from '../../config/policy-files.js';
import { SextantError } from '../../core/errors.js';
import { grow, type Allocation } from '../../core/experiment/allocation.js';
import { EXPOSURE_LIMITS } from '../../core/experiment/exposure.js';
import { overlapFault } from '../../core/experiment/overlap.js';
import type { DeclaredExperiment } from '../../core/experiment/parse-experiments.js';
import type { Fault } from '../../core/fault.js';
import type { TenantId } from '../../core/ids.js';
import { armKeysOf } from '../../core/prompts/prompt-book.js';
import type { ModelId } from '../../core/registry/model.js';
import type { Policy } from '../../core/selection/policy.js';
import type { DecisionSnapshot } from '../../core/selection/snapshot.js';
import type { ArmNumbers } from '../arm-numbers.js';
import type { PolicyArchive } from '../policy-archive.js';
import type { InForce } from './arm-policies.js';
import type { RunningExperiment } from './running-experiment.js';

/** Experiments that run at once: each arm holds beliefs of its own. */
const RUNNING_MAX = 16;

/** @throws SextantError EXPERIMENT_REFUSED where some request would be in two experiments, or too many run. */
export function refuseClashes(
  { definition }: DeclaredExperiment,
  tenant: TenantId,
  { running, started }: { readonly running: readonly RunningExperiment[]; readonly started: number },
): void {
  const faults = running.flatMap((run): Fault[] => {
    const fault = overlapFault(definition, run.definition, run.started.tenant === tenant);
    return fault === undefined ? [] : [fault];
  });
  if (running.length >= RUNNING_MAX)
    faults.push({ path: 'id', reason: `${RUNNING_MAX} experiments are running: stop one first` });
  if (started >= EXPOSURE_LIMITS.experiment)
    faults.push({
      path: 'id',
      reason: `${started} experiments were started: a ticket has no number for another`,
    });
  if (faults.length > 0) throw refused(faults);
}

/** Where the files of kept versions come from. */
export interface KeptFrom {
  readonly archive: Pick<PolicyArchive, 'resolve' | 'folder'>;
  readonly arms: ArmNumbers;
  readonly inForce: () => InForce;
}

/**
 * Files of the kept versions that arms name, or of the one that is brought along, which must be good here and name no model that is not. Their prompt
 * variants have numbers once this resolves.
 * @throws SextantError EXPERIMENT_REFUSED, UNKNOWN_POLICY, STORE_UNAVAILABLE.
 */
export async function keptFiles(
  { definition }: DeclaredExperiment,
  { archive, arms, inForce }: KeptFrom,
  brought?: PolicyFolder,
): Promise<ReadonlyMap<string, readonly PolicySource[]>> {
  const files = new Map<string, readonly PolicySource[]>();
  const { snapshot, surroundings } = inForce();
  for (const [i, { id, change }] of definition.arms.entries()) {
    if (change.policyVersion === undefined) continue;
    const { policyVersion } = change;
    const folder =
      brought?.version === policyVersion ? brought : await archive.folder(archive.resolve(policyVersion));
    const { policy, sources } = checkFolder(folder);
    const at = `arms[${i}].policyVersion`;
    if (!policy.ok)
      throw refused(policy.faults.map(({ reason, path }) => ({ path: at, reason: `${path}: ${reason}` })));
    const missing = modelMissing(policy.value, snapshot);
    if (missing !== undefined)
      throw refused([
        { path: at, reason: `names model ${missing}, which the policy in force does not have` },
      ]);
    const { storedModels, storedVariants } = surroundings;
    const models = [...policy.value.models, ...storedModels];
    await arms.commit(armKeysOf([...policy.value.prompts.variants, ...storedVariants], models));
    files.set(id, sources);
  }
  return files;
}

/** A model that a policy names and the one in force does not have: nothing could be made of its reports. */
export function modelMissing({ models }: Policy, { registry }: DecisionSnapshot): ModelId | undefined {
  const here = new Set(registry.list().map(({ model }) => model.id));
  return models.find((model) => !here.has(model.id))?.id;
}

/** The next phase of a ramp. @throws SextantError INVALID_FIELD where a group would shrink. */
export function grownOrThrow({ started }: RunningExperiment, shares: readonly number[]): Allocation {
  try {
    return grow(started.allocation, shares);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const reason = `units that are in cannot leave: ${error.message}`;
    throw new SextantError('INVALID_FIELD', reason, { faults: [{ path: 'shares', reason }] });
  }
}

export function refused(faults: readonly Fault[]): SextantError {
  const [first] = faults;
  return new SextantError(
    'EXPERIMENT_REFUSED',
    `the experiment cannot be started: ${first!.path}: ${first!.reason}`,
    { obstacles: faults.map(({ path, reason }) => ({ kind: 'EXPERIMENT_FAULT', subject: path, reason })) },
  );
}
