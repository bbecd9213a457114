import { SextantError } from '../core/errors.js';
import type { SchemaCheck } from '../core/fault.js';
import type { ModelId } from '../core/registry/model.js';
import { modelEtag } from '../core/registry/model-to-json.js';
import type { RegistryEntry } from '../core/registry/registry.js';
import type { Model as WireModel } from '../gen/sextant/v1/model.js';
import type { RegistryServiceServer } from '../gen/sextant/v1/registry.js';
import type { Environment } from '../runtime/environment.js';
import type { RegistryKeeper, StoredModel } from '../runtime/registry-keeper.js';
import { actorOf } from './auth.js';
import { modelStatusEnum } from './encode/enums.js';
import { encodeModel } from './encode/model.js';
import { unary, type HandlerContext } from './handler.js';
import { LIMITS } from './limits.js';
import { pageOf, pageSize, readPageToken } from './page.js';
import { missing } from './validate/items.js';
import { changedModel, decodeModel } from './validate/model.js';
import { decodeEnums, decodeModelFilter } from './validate/model-filter.js';
import { Violations } from './validate/violations.js';

export interface RegistryServiceParts {
  readonly registry: RegistryKeeper;
  readonly environment: Environment;
  readonly checkModelSchema: SchemaCheck;
}

/** Reads and edits the registry. */
export function registryService(context: HandlerContext, parts: RegistryServiceParts): RegistryServiceServer {
  const { registry, environment, checkModelSchema } = parts;
  const shown = (entry: RegistryEntry): WireModel =>
    encodeModel(entry, registry.storedModel(entry.model.id)?.updateTimeMs);
  /** The entry as it is, or as it would be where the change was only checked. */
  const changed = ({ model, updateTimeMs }: StoredModel): WireModel => {
    const armId = registry.registry.byId(model.id)?.armId ?? (0 as RegistryEntry['armId']);
    return encodeModel({ model, origin: 'rpc', armId, etag: modelEtag(model) }, updateTimeMs);
  };

  return {
    createModel: unary(context, 'admin', async ({ model: wire, validateOnly }, principal) => {
      const model = decodeModel(wire, checkModelSchema);
      const options = { validateOnly, nowMs: environment.nowMs(), actor: actorOf(principal) };
      const stored = await registry.create(model, options);
      return { model: changed(stored) };
    }),
    getModel: unary(context, 'read', ({ id }) => {
      checkModelId('id', id);
      const entry = registry.registry.resolve(id);
      if (entry === undefined) throw new SextantError('UNKNOWN_MODEL', `there is no model "${id}"`);
      return { model: shown(entry) };
    }),
    listModels: unary(context, 'read', (request) => {
      const violations = new Violations();
      const capabilities = decodeModelFilter('filter', request.filter, violations);
      const statuses = decodeEnums('statuses', request.statuses, modelStatusEnum, violations);
      const limits = { max: LIMITS.pageSizeMax, byDefault: LIMITS.pageSizeDefault };
      const size = pageSize(request.pageSize, limits, violations);
      const after = readPageToken(request.pageToken, violations);
      violations.throwIfAny();
      const all = registry.registry.list({ capabilities, ...(statuses.length > 0 && { statuses }) });
      const { rows, nextPageToken } = pageOf(all, ({ model }) => model.id, { after, size });
      return { models: rows.map(shown), nextPageToken, totalSize: all.length };
    }),
    updateModel: unary(context, 'admin', async ({ model: wire, updateMask, validateOnly }, principal) => {
      if (wire === undefined) throw missing('model');
      checkModelId('model.id', wire.id);
      const options = {
        ...(wire.etag !== '' && { etag: wire.etag }),
        validateOnly,
        nowMs: environment.nowMs(),
        actor: actorOf(principal),
      };
      const stored = await registry.update(
        wire.id as ModelId,
        (model) => changedModel(model, wire, updateMask, checkModelSchema),
        options,
      );
      return { model: changed(stored) };
    }),
    deleteModel: unary(context, 'admin', async ({ id, etag }, principal) => {
      checkModelId('id', id);
      const options = { ...(etag !== '' && { etag }), actor: actorOf(principal) };
      await registry.delete(id as ModelId, options);
      return {};
    }),
  };
}

/** @throws SextantError INVALID_FIELD where no model could have this id. */
function checkModelId(path: string, id: string): void {
  const violations = new Violations();
  violations.text(path, id, { maxBytes: LIMITS.modelIdMaxBytes, required: true });
  violations.throwIfAny();
}
