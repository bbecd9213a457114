import { readFileSync } from 'node:fs';
import { POLICY_CHECKS } from '../../../src/config/policy-schemas.js';
import type { ModelEntry } from '../../../src/core/registry/parse-models.js';
import { parseModels, withDefaults } from '../../../src/core/registry/parse-models.js';
import type { Model, ModelId } from '../../../src/core/registry/model.js';

const ROOT = new URL('../../../', import.meta.url);

/** A file of the repository, or of the price fixtures, parsed. */
export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, ROOT), 'utf8'));
}

export function parse(value: unknown) {
  return parseModels(value, { file: 'models.json', checkSchema: POLICY_CHECKS.models });
}

/** The smallest entry a file may hold, with changes. */
export function entry(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 'acme/one',
    provider: 'acme',
    displayName: 'One',
    inputModalities: ['text'],
    contextWindowTokens: 8000,
    maxOutputTokens: 1000,
    prices: { inputUsdPerMTok: 1, outputUsdPerMTok: 2 },
    ...changes,
  };
}

export function model(id: string, changes: Partial<Model> = {}): Model {
  const provider = id.slice(0, id.indexOf('/'));
  return withDefaults({ ...(entry() as unknown as ModelEntry), id: id as ModelId, provider, ...changes });
}

/** `path: reason`, and the suggestion in brackets, of every fault in a models file. */
export function faultsOf(...models: readonly unknown[]): string[] {
  const parsed = parse({ models });
  if (parsed.ok) return [];
  return parsed.faults.map(
    ({ path, reason, suggestion }) => `${path}: ${reason}${suggestion ? ` (${suggestion})` : ''}`,
  );
}
