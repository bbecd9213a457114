import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SchemaCheck } from '../core/fault.js';
import { compileSchema } from './schema-check.js';

/** The published schemas stand beside the shipped rules, two folders up from both `src/config` and `dist/config`. */
const SCHEMA_FOLDER = fileURLToPath(new URL('../../rules/schema/', import.meta.url));

export const SCHEMA_NAMES = [
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
  'experiments',
  'promotion',
  'fixtures',
] as const;
type PolicySchemas = Readonly<Record<(typeof SCHEMA_NAMES)[number], SchemaCheck>>;

/** The published schema of one kind of file. */
export const schemaText = (name: (typeof SCHEMA_NAMES)[number]): string =>
  readFileSync(`${SCHEMA_FOLDER}${name}.schema.json`, 'utf8');

let compiled: PolicySchemas | undefined;

/** Checks for every kind of file under `rules/`; schemas are read on first use. */
export function policySchemas(): PolicySchemas {
  compiled ??= Object.fromEntries(
    SCHEMA_NAMES.map((name) => {
      return [name, compileSchema(JSON.parse(schemaText(name)) as object)];
    }),
  ) as unknown as PolicySchemas;
  return compiled;
}
