import { join } from 'node:path';
import { readPolicyFolder } from '../../src/config/read-policy-folder.js';
import { parseAvailability } from '../../src/core/availability/parse-settings.js';
import { parsePriors } from '../../src/core/bandit/parse-priors.js';
import { parseBanditSettings } from '../../src/core/bandit/parse-settings.js';
import { parseBudgets } from '../../src/core/budget/parse-budgets.js';
import { parseComplexitySettings } from '../../src/core/complexity/parse-settings.js';
import { describeFault, type Checked, type SchemaCheck } from '../../src/core/fault.js';
import { DEFAULT_PROMOTION } from '../../src/core/promotion/settings.js';
import { NO_PROMPTS } from '../../src/core/prompts/parse-prompts.js';
import { CAPABILITIES } from '../../src/core/registry/model.js';
import { parseModels } from '../../src/core/registry/parse-models.js';
import { parseRules } from '../../src/core/rules/parse-rules.js';
import { parseTenants } from '../../src/core/rules/parse-tenants.js';
import type { Policy } from '../../src/core/selection/policy.js';
import { projectRoot } from '../quality/project-root.js';

/** The server's loader looks for its schemas beside its own build; tests hold the shipped files to them. */
const UNCHECKED: SchemaCheck = () => [];

/** The policy under `rules/`, as a server loads it. @throws Error naming every fault. */
export async function shippedPolicy(): Promise<Policy> {
  const { version, files } = await readPolicyFolder(join(projectRoot(), 'rules'));
  const source = (file: string) => {
    const found = files.find((candidate) => candidate.file === file);
    if (found === undefined) throw new Error(`${file} is missing`);
    return found;
  };
  const models = taken(
    parseModels(source('models.json').value, { file: 'models.json', checkSchema: UNCHECKED }),
  );
  const known = { models, capabilities: CAPABILITIES };
  const ruleFiles = files.filter(({ file }) => file.startsWith('rules/'));
  return {
    version,
    models,
    rules: taken(parseRules(ruleFiles, UNCHECKED, known)),
    tenants: taken(parseTenants(source('tenants.json'), UNCHECKED, known)),
    complexity: taken(parseComplexitySettings(source('complexity.json').value, 'complexity.json', UNCHECKED)),
    priors: taken(parsePriors(source('priors.json'), UNCHECKED, known)),
    bandit: taken(parseBanditSettings(source('bandit.json'), UNCHECKED)),
    budgets: taken(parseBudgets(source('budgets.json'), UNCHECKED)),
    availability: taken(parseAvailability(source('availability.json'), UNCHECKED)),
    experiments: [],
    promotion: DEFAULT_PROMOTION,
    settingsJson: { bandit: {}, budgets: { budgets: [] } },
    prompts: NO_PROMPTS,
  };
}

function taken<T>(checked: Checked<T>): T {
  if (!checked.ok) throw new Error(checked.faults.map(describeFault).join('\n'));
  return checked.value;
}
