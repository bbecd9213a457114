import type { AvailabilitySettings } from '../availability/settings.js';
import type { Priors } from '../bandit/priors.js';
import { readsContext, type BanditSettings } from '../bandit/settings.js';
import type { BudgetRule } from '../budget/budget-rule.js';
import type { ComplexitySettings } from '../complexity/settings.js';
import { NO_CONTEXT, type ContextLayout } from '../context/context-layout.js';
import { contextLayout } from '../context/context-vector.js';
import type { EmbeddingMap } from '../context/embedding-map.js';
import type { SettingsJson } from '../experiment/arm-settings.js';
import type { DeclaredExperiment } from '../experiment/parse-experiments.js';
import type { PromotionSettings } from '../promotion/settings.js';
import type { Prompts } from '../prompts/parse-prompts.js';
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
  /** How callers' embeddings are reduced; absent where none is read. */
  readonly embedding?: EmbeddingMap;
  readonly availability: AvailabilitySettings;
  readonly prompts: Prompts;
  /** Experiments that may be started. */
  readonly experiments: readonly DeclaredExperiment[];
  /** What a candidate for the next policy has to stand. */
  readonly promotion: PromotionSettings;
  /** What arms of experiments change. */
  readonly settingsJson: SettingsJson;
}

/** The contexts that a policy learns from. */
export const contextLayoutOf = ({
  bandit,
  embedding,
}: Pick<Policy, 'bandit' | 'embedding'>): ContextLayout =>
  readsContext(bandit.policy) ? contextLayout(bandit.linear.hashedWords, embedding) : NO_CONTEXT;
