import { parseAvailability } from '../core/availability/parse-settings.js';
import { DEFAULT_AVAILABILITY } from '../core/availability/settings.js';
import { parsePriors } from '../core/bandit/parse-priors.js';
import { parseBanditSettings } from '../core/bandit/parse-settings.js';
import { parseBudgets } from '../core/budget/parse-budgets.js';
import { parseComplexitySettings } from '../core/complexity/parse-settings.js';
import { parseEmbedding } from '../core/context/parse-embedding.js';
import type { Checked, Fault } from '../core/fault.js';
import { CAPABILITIES } from '../core/registry/model.js';
import { armSettings } from '../core/experiment/arm-settings.js';
import { parseExperiments } from '../core/experiment/parse-experiments.js';
import { parsePromotion } from '../core/promotion/parse-settings.js';
import { DEFAULT_PROMOTION } from '../core/promotion/settings.js';
import { NO_PROMPTS, parsePrompts } from '../core/prompts/parse-prompts.js';
import { parseModels } from '../core/registry/parse-models.js';
import { parseRules } from '../core/rules/parse-rules.js';
import { parseTenants } from '../core/rules/parse-tenants.js';
import type { Policy } from '../core/selection/policy.js';
import { POLICY_CHECKS } from './policy-schemas.js';
import type { PolicyFile, PolicyFolder, PolicySource } from './policy-files.js';
import { readPolicyFolder } from './read-policy-folder.js';

/** A policy's files, checked whole, and the version that they are whether or not they are good. */
export interface LoadedPolicy {
  readonly version: string;
  readonly sources: readonly PolicySource[];
  readonly policy: Checked<Policy>;
}

const RULE_FILES = /^rules\/[^/]+\.json$/;
/** Fixtures beside the rules change the version, but not what is decided. */
export const FIXTURE_FILES = /^tests\//;

/** Files that are passed over where the models that they name could not be read. */
const NAMES_MODELS: ReadonlySet<string> = new Set([
  'priors.json',
  'tenants.json',
  'prompts.json',
  'experiments.json',
]);

/** Reads and checks a policy folder. @throws Error where the folder itself cannot be read. */
export async function loadPolicy(folder: string): Promise<LoadedPolicy> {
  return checkFolder(await readPolicyFolder(folder));
}

/** Checks files that were read. */
export function checkFolder(read: PolicyFolder): LoadedPolicy {
  return { version: read.version, sources: read.sources, policy: checkPolicy(read) };
}

/** Checks all files of a folder and names every fault, or gives the policy. */
export function checkPolicy({ version, files, faults: unreadable }: PolicyFolder): Checked<Policy> {
  const faults: Fault[] = [...unreadable];
  const used = new Set<string>();
  const broken = new Set(unreadable.map(({ file }) => file));
  const take = <T>(
    file: string,
    parse: (source: PolicyFile) => Checked<T>,
    required = true,
  ): T | undefined => {
    used.add(file);
    const source = files.find((candidate) => candidate.file === file);
    if (source === undefined) {
      if (required && !broken.has(file)) faults.push({ file, path: '$', reason: 'is missing' });
      return undefined;
    }
    return keep(parse(source), faults);
  };

  const models = take('models.json', ({ file, value }) =>
    parseModels(value, { file, checkSchema: POLICY_CHECKS.models }),
  );
  const known = { models: models ?? [], capabilities: CAPABILITIES };
  const complexity = take('complexity.json', ({ file, value }) =>
    parseComplexitySettings(value, file, POLICY_CHECKS.complexity),
  );
  const bandit = take('bandit.json', (source) => parseBanditSettings(source, POLICY_CHECKS.bandit));
  const embedding = take(
    'embedding.json',
    (source) => parseEmbedding(source, POLICY_CHECKS.embedding, bandit?.linear.hashedWords),
    false,
  );
  const budgets = take('budgets.json', (source) => parseBudgets(source, POLICY_CHECKS.budgets));
  const availability =
    take('availability.json', (source) => parseAvailability(source, POLICY_CHECKS.availability), false) ??
    DEFAULT_AVAILABILITY;
  const promotion =
    take(
      'promotion.json',
      (source) => parsePromotion(source, POLICY_CHECKS.promotion, DEFAULT_PROMOTION),
      false,
    ) ?? DEFAULT_PROMOTION;
  // Names of models can be checked only against models that could be read.
  const priors = models && take('priors.json', (source) => parsePriors(source, POLICY_CHECKS.priors, known));
  const tenants =
    models && take('tenants.json', (source) => parseTenants(source, POLICY_CHECKS.tenants, known));
  const prompts =
    models &&
    take(
      'prompts.json',
      (source) => parsePrompts(source, POLICY_CHECKS.prompts, { models, source: 'models.json' }),
      false,
    );
  const valueOf = (name: string): unknown => files.find(({ file }) => file === name)?.value;
  const settingsJson = { bandit: valueOf('bandit.json'), budgets: valueOf('budgets.json') };
  // Arms change settings: they can be checked only where those are good.
  const experiments =
    models && bandit && budgets
      ? take(
          'experiments.json',
          (source) =>
            parseExperiments(source, POLICY_CHECKS.experiments, {
              models,
              variants: prompts?.variants ?? [],
              settingsFaults: (change) => {
                const settings = armSettings(settingsJson, change, POLICY_CHECKS);
                return settings.ok ? [] : settings.faults;
              },
            }),
          false,
        )
      : void used.add('experiments.json');
  if (models === undefined) {
    const missing = ['priors.json', 'tenants.json'].filter(
      (name) => !broken.has(name) && !files.some(({ file }) => file === name),
    );
    faults.push(...missing.map((file) => ({ file, path: '$', reason: 'is missing' })));
  }
  const ruleFiles = files.filter(({ file }) => RULE_FILES.test(file));
  if (ruleFiles.length === 0 && ![...broken].some((file) => RULE_FILES.test(file ?? ''))) {
    faults.push({
      file: 'rules',
      path: '$',
      reason: 'has no rule file',
      suggestion: 'for a policy without rules, write one with an empty list',
    });
  }
  const rules = models && keep(parseRules(ruleFiles, POLICY_CHECKS.rules, known), faults);

  for (const { file } of files) {
    if (used.has(file) || RULE_FILES.test(file) || FIXTURE_FILES.test(file)) continue;
    if (models === undefined && NAMES_MODELS.has(file)) continue;
    faults.push({
      file,
      path: '$',
      reason: 'is not a file that a policy has',
      suggestion: file.endsWith('.json') ? 'rules belong in rules/' : 'names end in .json, in small letters',
    });
  }
  const isWhole = models && complexity && bandit && budgets && availability && priors && tenants && rules;
  if (faults.length > 0 || !isWhole) return { ok: false, faults };
  const required = { version, models, complexity, bandit, budgets, availability, priors, tenants, rules };
  return {
    ok: true,
    value: {
      ...required,
      prompts: prompts ?? NO_PROMPTS,
      experiments: experiments ?? [],
      promotion,
      settingsJson,
      ...(embedding && { embedding }),
    },
  };
}

function keep<T>(checked: Checked<T>, faults: Fault[]): T | undefined {
  if (checked.ok) return checked.value;
  faults.push(...checked.faults);
  return undefined;
}
