import { checkFolder } from '../../config/load-policy.js';
import { policyFolderOf } from '../../config/policy-files.js';
import { POLICY_CHECKS } from '../../config/policy-schemas.js';
import { armSettings, splitBudgets } from '../../core/experiment/arm-settings.js';
import { meet } from '../../core/experiment/overlap.js';
import type { Checked, Fault } from '../../core/fault.js';
import { decisionSnapshot, type DecisionSnapshot } from '../../core/selection/snapshot.js';
import type { Policy } from '../../core/selection/policy.js';
import { candidateSnapshot, type Surroundings } from '../candidate-snapshot.js';
import type { ArmSnapshots, RunningExperiment } from './running-experiment.js';

/** The policies that arms are decided by, under the policy in force; faults are at the arm. */
export function armPolicies(
  { definition, started }: Pick<RunningExperiment, 'definition' | 'started'>,
  policy: Policy,
): Checked<readonly Policy[]> {
  const checked = definition.arms.map(({ id, change }): Checked<Policy> => {
    const sources = started.files.get(id);
    if (sources !== undefined) return checkFolder(policyFolderOf(sources)).policy;
    const settings = armSettings(policy.settingsJson, change, POLICY_CHECKS);
    return settings.ok ? { ok: true, value: { ...policy, ...settings.value } } : settings;
  });
  const faults = checked.flatMap((each, arm): Fault[] =>
    each.ok
      ? []
      : each.faults.map(({ path, reason, file }) => ({
          path: `${definition.id}.arms[${arm}].${file === undefined ? '' : `${file} `}${path}`,
          reason,
        })),
  );
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, value: checked.flatMap((each) => (each.ok ? [each.value] : [])) };
}

/** What is in force, for those who decide beside it. */
export interface InForce {
  readonly snapshot: DecisionSnapshot;
  readonly surroundings: Surroundings;
}

/**
 * What arms are decided on: each with its own policy, beliefs, and part of the budgets. What no arm decides keeps the
 * rest of the budgets' periods.
 *
 * @param running every experiment that is running, this among them.
 */
export function armSnapshots(
  run: RunningExperiment,
  policies: readonly Policy[],
  { snapshot, surroundings }: InForce,
  running: readonly RunningExperiment[],
): ArmSnapshots {
  const { definition, started, number, learning } = run;
  const { slice } = definition;
  const shares = started.allocation.shares.at(-1)!;
  const arms = policies.map((policy, arm) => {
    const budgets = splitBudgets(policy.budgets, (slice.to - slice.from) * shares[arm]!, `~${number}.${arm}`);
    const own = { ...policy, budgets };
    return started.files.has(definition.arms[arm]!.id)
      ? candidateSnapshot(own, surroundings, learning[arm]!)
      : decisionSnapshot(own, snapshot.registry, learning[arm]!, snapshot.prompts);
  });
  const taken = running
    .filter((other) => meet(definition, other.definition, other.started.tenant === started.tenant))
    .reduce((sum, other) => sum + other.share, 0);
  const rest = splitBudgets(snapshot.policy.budgets, Math.max(0, 1 - taken), '');
  const others = { ...snapshot, policy: { ...snapshot.policy, budgets: rest } };
  return { arms, others };
}
