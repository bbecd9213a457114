import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { POLICY_CHECKS } from '../../src/config/policy-schemas.js';
import { DEFAULT_AVAILABILITY } from '../../src/core/availability/settings.js';
import { parsePriors } from '../../src/core/bandit/parse-priors.js';
import { parseBanditSettings } from '../../src/core/bandit/parse-settings.js';
import type { BudgetRule } from '../../src/core/budget/budget-rule.js';
import { parseComplexitySettings } from '../../src/core/complexity/parse-settings.js';
import { describeFault, type Checked } from '../../src/core/fault.js';
import type { TenantId } from '../../src/core/ids.js';
import { nanoUsdFromUsd } from '../../src/core/money.js';
import { DEFAULT_PROMOTION } from '../../src/core/promotion/settings.js';
import { NO_PROMPTS } from '../../src/core/prompts/parse-prompts.js';
import { parseRules } from '../../src/core/rules/parse-rules.js';
import type { Policy } from '../../src/core/selection/policy.js';
import { projectRoot } from './project-root.js';

export const BENCH_TENANT = 'bench' as TenantId;

/** (w_q, w_c): what quality and cost count in the utility. */
export interface QualityCostWeights {
  readonly quality: number;
  readonly cost: number;
}

export const QUALITY_ONLY: QualityCostWeights = { quality: 1, cost: 0 };

/**
 * A policy under test: a name for tables, and what differs from `rules/bandit.json`, in the file's own words; of
 * the regressions' settings only what differs.
 */
export interface PolicyVariant {
  readonly name: string;
  readonly bandit: Readonly<Record<string, unknown>>;
}

export interface PolicyRequest {
  readonly variant: PolicyVariant;
  readonly weights: QualityCostWeights;
  /** τ; absent on sets without costs. */
  readonly referenceCostUsd?: number;
  readonly budgetUsd?: number;
}

/** The shipped schema's least reference cost. */
const LEAST_REFERENCE_COST_USD = 0.000001;
const REPLAYED_VERSION = '0'.repeat(64);

/** A policy by its name in `rules/bandit.json`; the segmented one learns per task type. */
export function namedVariant(policy: string): PolicyVariant {
  return { name: policy, bandit: { policy, ...(policy === 'beta' && { segmentBy: ['taskType'] }) } };
}

/** A policy with other settings, as they would stand in the file; of `linear` those that differ. */
export const withSettings = (
  { name, bandit }: PolicyVariant,
  settings: Readonly<Record<string, unknown>>,
): PolicyVariant => ({ name: `${name}, changed`, bandit: { ...bandit, ...settings } });

/** No context and no segments: what contexts that say nothing may not fall behind. */
export const PLAIN_BETA: PolicyVariant = {
  name: 'beta, one segment',
  bandit: { policy: 'beta', segmentBy: [] },
};

/** Policies that the shipped schema knows. */
export function knownPolicies(): string[] {
  const schema = ruleFile('schema/bandit.schema.json') as { properties: { policy: { enum: string[] } } };
  return schema.properties.policy.enum;
}

/** The policy that `rules/bandit.json` names. */
export const shippedPolicy = (): string => (ruleFile('bandit.json') as { policy: string }).policy;

/**
 * The shipped rules folder as a benchmark uses it: no rules, no model's own prior, one budget or none.
 * @throws RangeError naming every fault, where the variant is not one that the product would load.
 */
export function benchPolicy({ variant, weights, referenceCostUsd, budgetUsd }: PolicyRequest): Policy {
  const shipped = ruleFile('bandit.json') as { readonly linear: object; readonly exploration: object };
  const bandit = {
    ...shipped,
    weights: { ...weights, latency: 0 },
    ...(referenceCostUsd !== undefined && {
      referenceCostUsd: Math.max(referenceCostUsd, LEAST_REFERENCE_COST_USD),
    }),
    ...variant.bandit,
    linear: { ...shipped.linear, ...(variant.bandit['linear'] as object | undefined) },
    exploration: { ...shipped.exploration, ...(variant.bandit['exploration'] as object | undefined) },
  };
  const priors = { ...(ruleFile('priors.json') as object), models: {} };
  const budgets: BudgetRule[] =
    budgetUsd === undefined
      ? []
      : [{ id: 'bench', tenant: BENCH_TENANT, averageNanoUsdPerRequest: Number(nanoUsdFromUsd(budgetUsd)) }];
  return {
    version: REPLAYED_VERSION,
    models: [],
    rules: taken(parseRules([], () => [], { models: [], capabilities: [] })),
    tenants: new Map([['default', { id: 'default', tier: 'premium', tags: [] }]]),
    complexity: taken(
      parseComplexitySettings(ruleFile('complexity.json'), 'complexity.json', POLICY_CHECKS.complexity),
    ),
    priors: taken(parsePriors({ file: 'priors.json', value: priors }, POLICY_CHECKS.priors, { models: [] })),
    bandit: taken(parseBanditSettings({ file: 'bandit.json', value: bandit }, POLICY_CHECKS.bandit)),
    budgets,
    availability: DEFAULT_AVAILABILITY,
    experiments: [],
    promotion: DEFAULT_PROMOTION,
    settingsJson: { bandit: {}, budgets: { budgets: [] } },
    prompts: NO_PROMPTS,
  };
}

/** @throws RangeError naming every fault. */
export function taken<T>(checked: Checked<T>): T {
  if (!checked.ok) throw new RangeError(checked.faults.map(describeFault).join('; '));
  return checked.value;
}

const ruleFile = (file: string): unknown =>
  JSON.parse(readFileSync(join(projectRoot(), 'rules', file), 'utf8'));
