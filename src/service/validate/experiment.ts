import { SextantError } from '../../core/errors.js';
import { SHARE_TOLERANCE } from '../../core/experiment/allocation.js';
import { groupNames, groupWeights } from '../../core/experiment/definition.js';
import type { Checked } from '../../core/fault.js';
import type { DeclaredExperiment } from '../../core/experiment/parse-experiments.js';
import type {
  RampExperimentRequest,
  StartExperimentRequest,
  StopExperimentRequest,
} from '../../gen/sextant/v1/experiment.js';
import type { RunningExperiment } from '../../runtime/experiments/running-experiment.js';
import { LIMITS } from '../limits.js';
import { Violations } from './violations.js';

export interface StartedBy {
  readonly declared: DeclaredExperiment;
  readonly reason: string;
}

/**
 * The experiment that a caller starts.
 *
 * @param known experiments of the policy in force.
 * @param parse checks one that the caller brings.
 * @throws SextantError INVALID_FIELD; UNKNOWN_EXPERIMENT.
 */
export function decodeStart(
  { experiment, reason }: StartExperimentRequest,
  known: readonly DeclaredExperiment[],
  parse: (value: unknown) => Checked<DeclaredExperiment>,
): StartedBy {
  const violations = reasonChecked(reason);
  if (experiment === undefined) violations.add('id', 'is required, or definition is');
  if (experiment?.$case === 'id') violations.name('id', experiment.value);
  if (experiment?.$case === 'definition') {
    const parsed = parse(experiment.value ?? {});
    if (parsed.ok && parsed.value.definition.allTenants)
      violations.add('definition.tenants', '"all" is for rules/experiments.json alone');
    if (!parsed.ok)
      violations.addAll(parsed.faults.map((fault) => ({ ...fault, path: `definition${fault.path}` })));
    violations.throwIfAny();
    if (parsed.ok) return { declared: parsed.value, reason };
  }
  violations.throwIfAny();
  const id = experiment!.value as string;
  const declared = known.find(({ definition }) => definition.id === id);
  if (declared === undefined)
    throw new SextantError('UNKNOWN_EXPERIMENT', `rules/experiments.json has no experiment "${id}"`);
  return { declared, reason };
}

/** The shares by group that a caller asks for. @throws SextantError INVALID_FIELD. */
export function decodeRamp({ target, reason }: RampExperimentRequest, run: RunningExperiment): number[] {
  const violations = reasonChecked(reason);
  const { definition, started } = run;
  const names = groupNames(definition);
  const before = started.allocation.shares.at(-1)!;
  if (target === undefined) violations.add('ramp', 'is required, or shares are');
  if (target?.$case === 'ramp' && !(target.value > 0 && target.value <= 1))
    violations.add('ramp', 'must be above 0 and at most 1');
  if (target?.$case === 'shares') {
    for (const [name, share] of Object.entries(target.value.shares)) {
      if (!names.includes(name)) violations.add('shares', `"${name}" is no arm of "${definition.id}"`);
      if (!(share >= 0 && share <= 1)) violations.add('shares', `${name}: must be from 0 to 1, not ${share}`);
    }
  }
  violations.throwIfAny();
  const shares = sharesOf(target!, run);
  names.forEach((name, group) => {
    if (shares[group]! < before[group]! - SHARE_TOLERANCE)
      violations.add(
        target!.$case,
        `units that are in cannot leave: ${name} has ${before[group]!} of them, and cannot shrink to ${shares[group]!}`,
      );
  });
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (total > 1 + SHARE_TOLERANCE) violations.add(target!.$case, `shares sum to ${total}, more than 1`);
  violations.throwIfAny();
  return shares;
}

/** By group; a group that is not named, or is stopped, stays as it is. */
function sharesOf(target: NonNullable<RampExperimentRequest['target']>, run: RunningExperiment): number[] {
  const before = run.started.allocation.shares.at(-1)!;
  if (target.$case === 'shares')
    return groupNames(run.definition).map((name, group) => target.value.shares[name] ?? before[group]!);
  return groupWeights(run.definition).map((weight, group) =>
    run.isStopped(group) ? before[group]! : target.value * weight,
  );
}

/** @throws SextantError INVALID_FIELD. */
export function checkStop({ id, reason }: StopExperimentRequest): void {
  const violations = reasonChecked(reason);
  violations.name('id', id);
  violations.throwIfAny();
}

/** @throws SextantError INVALID_FIELD. */
export function checkId(id: string): void {
  const violations = new Violations();
  violations.name('id', id);
  violations.throwIfAny();
}

function reasonChecked(reason: string): Violations {
  const violations = new Violations();
  violations.text('reason', reason, { maxBytes: LIMITS.reasonMaxBytes, required: false });
  return violations;
}
