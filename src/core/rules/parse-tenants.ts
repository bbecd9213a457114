import type { Checked, Fault, SchemaCheck } from '../fault.js';
import type { Model } from '../registry/model.js';
import { suggestWord } from './suggestion.js';
import { TENANT_TIERS, type TenantFact } from './facts.js';
import {
  fieldOf,
  isFields,
  memberPath,
  readFields,
  readName,
  readTexts,
  reportTo,
  type Report,
} from './field-reader.js';
import { RULE_LIMITS } from './limits.js';

/** The tenants of `rules/tenants.json`, by id. `default` is always there. */
export type Tenants = ReadonlyMap<string, TenantFact>;

function readTags(value: unknown, path: string, report: Report): readonly string[] {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return [];
  return readTexts(value, path, report) ?? [];
}

function readAllowedModels(
  value: unknown,
  path: string,
  report: Report,
  modelIds: readonly string[],
): readonly string[] {
  const ids = readTexts(value, path, report) ?? [];
  const known = new Set(modelIds);
  for (const [index, id] of ids.entries()) {
    if (!known.has(id))
      report(`${path}[${index}]`, `unknown model ${JSON.stringify(id)}`, suggestWord(id, modelIds));
  }
  return ids;
}

function parseTenant(
  id: string,
  value: unknown,
  report: Report,
  modelIds: readonly string[],
): TenantFact | undefined {
  const path = memberPath('tenants', id);
  const fields = readFields(value, path, report, ['tier', 'tags', 'allowedModels']);
  if (readName(id, path, report) === undefined || fields === undefined) return undefined;
  const given = fieldOf(fields, 'tier');
  const tier = TENANT_TIERS.find((known) => known === given);
  const tags = readTags(fieldOf(fields, 'tags'), `${path}.tags`, report);
  const allowed = fieldOf(fields, 'allowedModels');
  const allowedModels =
    allowed === undefined ? undefined : readAllowedModels(allowed, `${path}.allowedModels`, report, modelIds);
  if (tier === undefined) {
    const suggestion =
      typeof given === 'string' ? suggestWord(given, TENANT_TIERS) : `one of ${TENANT_TIERS.join(', ')}`;
    report(`${path}.tier`, given === undefined ? 'is missing' : 'unknown tier', suggestion);
    return undefined;
  }
  return { id, tier, tags, ...(allowedModels && { allowedModels }) };
}

/** Checks `rules/tenants.json` whole: every fault at once, or the tenants. */
export function parseTenants(
  { file, value }: { readonly file: string; readonly value: unknown },
  check: SchemaCheck,
  known: { readonly models: readonly Model[] },
): Checked<Tenants> {
  const faults: Fault[] = [];
  const report = reportTo(faults, file);
  const tenants = new Map<string, TenantFact>();
  const fields = readFields(value, '', report, ['$schema', 'tenants']);
  const entries = fields && fieldOf(fields, 'tenants');
  if (fields !== undefined && !isFields(entries)) report('tenants', 'must be an object of tenants by id');
  if (isFields(entries)) {
    const modelIds = known.models.map((model) => model.id);
    const ids = Object.keys(entries);
    if (ids.length > RULE_LIMITS.tenants) report('tenants', `more than ${RULE_LIMITS.tenants} tenants`);
    for (const id of ids.slice(0, RULE_LIMITS.tenants)) {
      const tenant = parseTenant(id, entries[id], report, modelIds);
      if (tenant !== undefined) tenants.set(id, tenant);
    }
    if (!Object.hasOwn(entries, 'default'))
      report('tenants.default', 'is missing', 'unlisted tenants are treated as it says');
  }
  if (faults.length === 0) faults.push(...check(value, file));
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: tenants };
}

/** What rules know of a tenant; one that is not listed is as `default`, under its own id. */
export function tenantFact(tenants: Tenants, id: string): TenantFact {
  const listed = tenants.get(id);
  if (listed !== undefined) return listed;
  const base = tenants.get('default');
  if (base === undefined) throw new Error('tenants were not checked: default is missing');
  return { ...base, id };
}
