import { SextantError } from '../core/errors.js';
import type { Fault } from '../core/fault.js';
import { modelEtag } from '../core/registry/model-to-json.js';
import type { ArmId, Model, ModelId } from '../core/registry/model.js';
import { buildRegistry, type Registry } from '../core/registry/registry.js';
import type { DocumentStore } from '../store/ports.js';
import { decodeStoredModel, encodeStoredModel } from './model-document.js';

const MODEL_KIND = 'model';
const ARM_KIND = 'arm';
const ARM_IDS = 'ids';

/** A model made by RPC, as it is kept. */
export interface StoredModel {
  readonly model: Model;
  readonly updateTimeMs: number;
  readonly revision: number;
}

/** What a change of the registry asks for besides the model. */
export interface ChangeOptions {
  /** Where given, the entry's current etag must equal it. */
  readonly etag?: string;
  readonly validateOnly: boolean;
  readonly nowMs: number;
}

/**
 * Owns the registry: the policy's models, the models made by RPC, and the arm ids of both, which are
 * never given to another model. One change at a time; a refused change leaves everything as it was.
 */
export class RegistryKeeper {
  private stored = new Map<ModelId, StoredModel>();
  private armIds = new Map<ModelId, ArmId>();
  private armRevision = 0;
  private fileModels: readonly Model[] = [];
  private current: Registry | undefined;
  private changes: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly documents: DocumentStore,
    private readonly onChange: () => void,
  ) {}

  /** @throws StoreError; Error where stored entries cannot be read. */
  static async open(documents: DocumentStore, onChange: () => void): Promise<RegistryKeeper> {
    const keeper = new RegistryKeeper(documents, onChange);
    for (const document of await documents.list(MODEL_KIND)) {
      const { model, updateTimeMs } = decodeStoredModel(document.body);
      keeper.stored.set(model.id, { model, updateTimeMs, revision: document.revision });
    }
    const arms = await documents.get(ARM_KIND, ARM_IDS);
    if (arms !== undefined) {
      keeper.armRevision = arms.revision;
      const entries = JSON.parse(Buffer.from(arms.body).toString('utf8')) as [ModelId, ArmId][];
      keeper.armIds = new Map(entries);
    }
    return keeper;
  }

  /** The registry in force. */
  get registry(): Registry {
    if (this.current === undefined) throw new Error('the registry was read before a policy was adopted');
    return this.current;
  }

  storedModel(id: ModelId): StoredModel | undefined {
    return this.stored.get(id);
  }

  /** Names that the given models and the stored ones both claim; empty where they fit together. */
  conflicts(fileModels: readonly Model[]): readonly Fault[] {
    const armIds = new Map(this.armIds);
    const built = this.build(fileModels, this.stored, withNewArms(armIds, [...fileModels]));
    return built.ok ? [] : built.faults;
  }

  /** Takes a policy's models in force. @throws Error where `conflicts` has something to say. */
  adopt(fileModels: readonly Model[]): Promise<void> {
    return this.exclusively(async () => {
      await this.commitArms(fileModels);
      const built = this.build(fileModels, this.stored, this.armIds);
      if (!built.ok)
        throw new Error(`the policy's models do not fit the stored ones: ${built.faults[0]!.reason}`);
      this.fileModels = fileModels;
      this.current = built.value;
    });
  }

  create(model: Model, { validateOnly, nowMs }: ChangeOptions): Promise<StoredModel> {
    return this.exclusively(async () => {
      for (const name of [model.id, ...model.aliases]) {
        if (this.registry.resolve(name) !== undefined) {
          throw new SextantError('MODEL_EXISTS', `"${name}" names a model already`);
        }
      }
      return this.write(model, { revision: 0, validateOnly, nowMs });
    });
  }

  /** @param change gets the entry as it is and gives it as it shall be; throws SextantError where it cannot be. */
  update(id: ModelId, change: (model: Model) => Model, options: ChangeOptions): Promise<StoredModel> {
    return this.exclusively(async () => {
      const entry = this.editable(id, options.etag);
      const model = change(entry.model);
      for (const alias of model.aliases) {
        const holder = this.registry.resolve(alias);
        if (holder !== undefined && holder.model.id !== id) {
          throw new SextantError('MODEL_EXISTS', `"${alias}" names ${holder.model.id} already`);
        }
      }
      return this.write(model, { revision: entry.revision, ...options });
    });
  }

  delete(id: ModelId, etag: string | undefined): Promise<void> {
    return this.exclusively(async () => {
      const entry = this.editable(id, etag);
      const stored = new Map(this.stored);
      stored.delete(id);
      if (!(await this.documents.delete(MODEL_KIND, id, entry.revision))) throw stale(id);
      this.swap(stored);
    });
  }

  private editable(id: ModelId, etag: string | undefined): StoredModel {
    const entry = this.registry.byId(id);
    if (entry === undefined) throw new SextantError('UNKNOWN_MODEL', `there is no model "${id}"`);
    if (entry.origin === 'file') {
      throw new SextantError('MODEL_READ_ONLY', `"${id}" comes from rules/models.json; change it there`);
    }
    if (etag !== undefined && etag !== entry.etag) throw stale(id);
    return this.stored.get(id)!;
  }

  private async write(
    model: Model,
    { revision, validateOnly, nowMs }: { revision: number; validateOnly: boolean; nowMs: number },
  ): Promise<StoredModel> {
    const entry = { model, updateTimeMs: nowMs, revision: revision + 1 };
    const stored = new Map(this.stored).set(model.id, entry);
    const built = this.build(this.fileModels, stored, withNewArms(new Map(this.armIds), [model]));
    if (!built.ok)
      throw new SextantError('INVALID_FIELD', 'the model does not fit the registry', {
        faults: built.faults,
      });
    if (validateOnly) return entry;
    await this.commitArms([model]);
    const written = await this.documents.put(MODEL_KIND, model.id, encodeStoredModel(entry), revision);
    if (written === undefined) throw stale(model.id);
    this.swap(stored);
    return entry;
  }

  private swap(stored: Map<ModelId, StoredModel>): void {
    const built = this.build(this.fileModels, stored, this.armIds);
    if (!built.ok) throw new Error(`a checked registry turned out faulty: ${built.faults[0]!.reason}`);
    this.stored = stored;
    this.current = built.value;
    this.onChange();
  }

  /** Arm ids are durable before anything can be decided with them. */
  private async commitArms(models: readonly Model[]): Promise<void> {
    const armIds = withNewArms(new Map(this.armIds), models);
    if (armIds.size === this.armIds.size) return;
    const body = Buffer.from(JSON.stringify([...armIds]), 'utf8');
    const written = await this.documents.put(ARM_KIND, ARM_IDS, body, this.armRevision);
    if (written === undefined)
      throw new SextantError('STORE_UNAVAILABLE', 'another writer changed the arm ids');
    this.armRevision = written.revision;
    this.armIds = armIds;
  }

  private build(
    fileModels: readonly Model[],
    stored: ReadonlyMap<ModelId, StoredModel>,
    armIds: ReadonlyMap<ModelId, ArmId>,
  ) {
    const storedModels = [...stored.values()].map(({ model }) => model);
    return buildRegistry({ fileModels, storedModels, armIds, etagOf: modelEtag });
  }

  private exclusively<T>(change: () => Promise<T>): Promise<T> {
    const result = this.changes.then(change);
    this.changes = result.catch(() => undefined);
    return result;
  }
}

const stale = (id: ModelId): SextantError =>
  new SextantError('STALE_ETAG', `"${id}" has changed since its etag was read; read it again`);

/** Gives every model without an arm the next id; a model that was deleted keeps its own. */
function withNewArms(armIds: Map<ModelId, ArmId>, models: readonly Model[]): Map<ModelId, ArmId> {
  let next = 1;
  for (const armId of armIds.values()) next = Math.max(next, armId + 1);
  for (const { id } of models) if (!armIds.has(id)) armIds.set(id, next++ as ArmId);
  return armIds;
}
