import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SchemaCheck } from '../core/fault.js';
import { compileSchema } from './schema-check.js';

/** The published schemas stand beside the shipped rules, two folders up from both `src/config` and `dist/config`. */
const SCHEMA_FOLDER = fileURLToPath(new URL('../../rules/schema/', import.meta.url));

const NAMES = [
  'models',
  'rules',
  'tenants',
  'complexity',
  'priors',
  'bandit',
  'budgets',
  'embedding',
  'availability',
  'prompts',
  'fixtures',
] as const;
type PolicySchemas = Readonly<Record<(typeof NAMES)[number], SchemaCheck>>;

let compiled: PolicySchemas | undefined;

/** Checks for every kind of file under `rules/`, compiled on first use. */
export function policySchemas(): PolicySchemas {
  compiled ??= Object.fromEntries(
    NAMES.map((name) => {
      const text = readFileSync(`${SCHEMA_FOLDER}${name}.schema.json`, 'utf8');
      return [name, compileSchema(JSON.parse(text) as object)];
    }),
  ) as unknown as PolicySchemas;
  return compiled;
}
