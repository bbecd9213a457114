import { POLICY_CHECKS } from '../../src/config/policy-schemas.js';
import { parseRules } from '../../src/core/rules/parse-rules.js';
import { CAPABILITIES } from '../../src/core/registry/model.js';
import type { Policy } from '../../src/core/selection/policy.js';
import type { EvaluatedPolicy } from '../../src/runtime/evaluation/evaluate-log.js';
import { benchPolicy, QUALITY_ONLY, taken, type PolicyVariant } from '../quality/bench-policy.js';
import { benchModels } from '../quality/bench-registry.js';
import type { OutcomeSet } from '../quality/outcome-set.js';
import { STEADY } from '../quality/stage.js';
import { referenceCostUsd } from '../quality/utility.js';

/** A policy that a log is asked about. */
export interface Target {
  readonly name: string;
  readonly policy: Policy;
}

/** Hashed words make a regression fifteen times as dear, and say nothing of whether intervals hold. */
const HASHED_WORDS = 0;

/** A policy of the bench with a set's arms as its models, so that it stands alone. */
export function standingPolicy(set: OutcomeSet, variant: PolicyVariant, budgetUsd?: number): Policy {
  const tau = referenceCostUsd(set);
  const policy = benchPolicy({
    variant: { ...variant, bandit: { linear: { hashedWords: HASHED_WORDS }, ...variant.bandit } },
    weights: QUALITY_ONLY,
    ...(tau !== undefined && { referenceCostUsd: tau }),
    ...(budgetUsd !== undefined && { budgetUsd }),
  });
  return { ...policy, models: benchModels(set, STEADY[0]!) };
}

/** A policy that stands alone: its models get the numbers that the set's arms have. */
export const standing = (policy: Policy): EvaluatedPolicy => ({
  policy,
  surroundings: { storedModels: [], storedVariants: [], armIds: new Map() },
});

/** Always one arm; all evenly; and one arm for long prompts and another for the rest, by a rule. None of them learns. */
export function steadyTargets(set: OutcomeSet): Target[] {
  const [first, , last] = byMeanQuality(set);
  return [
    { name: 'fixed', policy: standingPolicy(set, fixed(last!)) },
    { name: 'uniform', policy: standingPolicy(set, { name: 'uniform', bandit: { policy: 'uniform' } }) },
    { name: 'by level', policy: byLevel(set, { low: last!, other: first! }) },
  ];
}

const fixed = (arm: string): PolicyVariant => ({
  name: 'fixed',
  bandit: { policy: 'fixed', fixedModel: arm },
});

/** Arms from the worst to the best. */
export function byMeanQuality({ arms, quality, prompts }: OutcomeSet): string[] {
  const sums = arms.map((_, k) => prompts.reduce((sum, __, p) => sum + quality[p * arms.length + k]!, 0));
  return arms
    .map((arm, k) => ({ arm, sum: sums[k]! }))
    .sort((a, b) => a.sum - b.sum)
    .map(({ arm }) => arm);
}

function byLevel(set: OutcomeSet, { low, other }: { readonly low: string; readonly other: string }): Policy {
  const policy = standingPolicy(set, { name: 'by level', bandit: { policy: 'uniform' } });
  const isLow = { fact: 'profile', path: '$.level', operator: 'equal', value: 'low' };
  const rule = (name: string, conditions: object, model: string): object => ({
    name,
    priority: 10,
    conditions,
    event: { type: 'pin', params: { model } },
  });
  const value = {
    rules: [rule('low', { all: [isLow] }, low), rule('other', { not: isLow }, other)],
  };
  const known = { models: policy.models, capabilities: CAPABILITIES };
  const file = { file: 'rules/bench.json', value, text: JSON.stringify(value) };
  return { ...policy, rules: taken(parseRules([file], POLICY_CHECKS.rules, known)) };
}
