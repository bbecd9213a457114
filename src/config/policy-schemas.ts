import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SchemaCheck } from '../core/fault.js';
import { SCHEMA_NAMES } from '../gen/schema-checks.js';
import { schemaCheck } from './schema-check.js';

/** The published schemas stand beside the shipped rules, two folders up from both `src/config` and `dist/config`. */
const SCHEMA_FOLDER = fileURLToPath(new URL('../../rules/schema/', import.meta.url));

type PolicySchemaName = Exclude<(typeof SCHEMA_NAMES)[number], 'config'>;

/** Every kind of file under `rules/`. */
export const POLICY_SCHEMA_NAMES = SCHEMA_NAMES.filter((name) => name !== 'config');

/** The published schema of one kind of file. */
export const schemaText = (name: PolicySchemaName): string =>
  readFileSync(`${SCHEMA_FOLDER}${name}.schema.json`, 'utf8');

/** A check for every kind of file under `rules/`. */
export const POLICY_CHECKS = Object.fromEntries(
  POLICY_SCHEMA_NAMES.map((name) => [name, schemaCheck(name)]),
) as Readonly<Record<PolicySchemaName, SchemaCheck>>;
