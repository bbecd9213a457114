import type { Priors } from '../bandit/priors.js';
import type { BanditSettings } from '../bandit/settings.js';
import type { BudgetRule } from '../budget/budget-rule.js';
import type { ComplexitySettings } from '../complexity/settings.js';
import type { Model } from '../registry/model.js';
import type { RuleSet } from '../rules/rule-set.js';
import type { Tenants } from '../rules/parse-tenants.js';

/** Everything under `rules/`, checked: what data scientists own. Immutable. */
export interface Policy {
  /** Hash of the content of the folder, hexadecimal. */
  readonly version: string;
  readonly models: readonly Model[];
  readonly rules: RuleSet;
  readonly tenants: Tenants;
  readonly complexity: ComplexitySettings;
  readonly priors: Priors;
  readonly bandit: BanditSettings;
  readonly budgets: readonly BudgetRule[];
}
