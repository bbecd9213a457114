import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SHIPPED_RULES = fileURLToPath(new URL('../../../rules/', import.meta.url));

export interface DemoPolicy {
  readonly models: readonly string[];
  readonly budgetUsdPerRequest: number;
  readonly useCase: string;
}

/**
 * Writes a policy folder for the demo: the shipped rules, with the replayed models alone, a budget, quality
 * as the only goal beside it, and segments by task type and level.
 */
export function writeDemoPolicy(folder: string, { models, budgetUsdPerRequest, useCase }: DemoPolicy): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(SHIPPED_RULES, folder, {
    recursive: true,
    filter: (path) => !/rules\/(schema|tests)(\/|$)/.test(path.slice(SHIPPED_RULES.length - 'rules/'.length)),
  });
  const edit = (name: string, change: (value: Record<string, unknown>) => Record<string, unknown>): void => {
    const value = JSON.parse(readFileSync(`${SHIPPED_RULES}${name}`, 'utf8')) as Record<string, unknown>;
    writeFileSync(`${folder}/${name}`, `${JSON.stringify(change(value), null, 2)}\n`);
  };
  edit('models.json', (value) => ({
    ...value,
    models: (value['models'] as { id: string }[]).filter(({ id }) => models.includes(id)),
  }));
  edit('tenants.json', (value) => ({ ...value, tenants: { default: { tier: 'premium', tags: [] } } }));
  edit('priors.json', (value) => ({ ...value, models: {} }));
  edit('bandit.json', (value) => ({
    ...value,
    segmentBy: ['taskType', 'level'],
    weights: { quality: 1, cost: 0, latency: 0 },
  }));
  edit('budgets.json', (value) => ({
    ...value,
    budgets: [{ id: 'demo', tenant: 'default', useCase, averageUsdPerRequest: budgetUsdPerRequest }],
  }));
}
