import type { Model } from '../core/registry/model.js';
import { modelToJson } from '../core/registry/model-to-json.js';
import { withDefaults, type ModelEntry } from '../core/registry/parse-models.js';
import { StoreError } from '../store/store-error.js';

interface ModelDocument {
  readonly model: ModelEntry;
  readonly updateTimeMs: number;
}

/** A stored model as JSON, in the same form as in rules/models.json, so that an export can be pasted there. */
export function encodeStoredModel({
  model,
  updateTimeMs,
}: {
  model: Model;
  updateTimeMs: number;
}): Uint8Array {
  return Buffer.from(JSON.stringify({ model: modelToJson(model), updateTimeMs }), 'utf8');
}

/** @throws StoreError where it is whole and no model. */
export function decodeStoredModel(body: Uint8Array): { model: Model; updateTimeMs: number } {
  const { model, updateTimeMs } = JSON.parse(Buffer.from(body).toString('utf8')) as Partial<ModelDocument>;
  if (typeof model?.id !== 'string' || updateTimeMs === undefined)
    throw new StoreError('STORE_CORRUPT', 'what is stored as a model is none. Restore a backup');
  return { model: withDefaults(model), updateTimeMs };
}
