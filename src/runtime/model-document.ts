import type { Model } from '../core/registry/model.js';
import { modelToJson } from '../core/registry/model-to-json.js';
import { withDefaults, type ModelEntry } from '../core/registry/parse-models.js';

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

export function decodeStoredModel(body: Uint8Array): { model: Model; updateTimeMs: number } {
  const { model, updateTimeMs } = JSON.parse(Buffer.from(body).toString('utf8')) as ModelDocument;
  return { model: withDefaults(model), updateTimeMs };
}
