import { SextantError } from '../core/errors.js';
import type { Fault } from '../core/fault.js';
import { modelEtag } from '../core/registry/model-to-json.js';
import type { ArmId, Model, ModelId } from '../core/registry/model.js';
import { buildRegistry, type Registry } from '../core/registry/registry.js';
import type { DocumentStore } from '../store/ports.js';
import { ArmNumbers } from './arm-numbers.js';
import { decodeStoredModel, encodeStoredModel } from './model-document.js';

const MODEL_KIND = 'model';

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
 * Owns the registry: the policy's models, and the models made by RPC. One change at a time; a refused change leaves
 * everything as it was.
 */
export class RegistryKeeper {
  private stored = new Map<ModelId, StoredModel>();
  private fileModels: readonly Model[] = [];
  private current: Registry | undefined;
  private changes: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly documents: DocumentStore,
    private readonly onChange: () => unknown,
    private readonly arms: ArmNumbers,
  ) {}

  /**
   * @param onChange takes the changed registry in force; the change is done when it is.
   * @param arms the owner of arm ids, where others number arms too.
   * @throws StoreError; Error where stored entries cannot be read.
   */
  static async open(
    documents: DocumentStore,
    onChange: () => unknown,
    arms?: ArmNumbers,
  ): Promise<RegistryKeeper> {
    const keeper = new RegistryKeeper(documents, onChange, arms ?? (await ArmNumbers.open(documents)));
    for (const document of await documents.list(MODEL_KIND)) {
      const { model, updateTimeMs } = decodeStoredModel(document.body);
      keeper.stored.set(model.id, { model, updateTimeMs, revision: document.revision });
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
    const built = this.build(fileModels, this.stored, this.armsWith(fileModels));
    return built.ok ? [] : built.faults;
  }

  /** Takes a policy's models in force. @throws Error where `conflicts` has something to say. */
  adopt(fileModels: readonly Model[]): Promise<void> {
    return this.exclusively(async () => {
      await this.arms.commit(idsOf(fileModels));
      const built = this.build(fileModels, this.stored, this.armsWith([]));
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
      await this.swap(stored);
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
    const built = this.build(this.fileModels, stored, this.armsWith([model]));
    if (!built.ok)
      throw new SextantError('INVALID_FIELD', 'the model does not fit the registry', {
        faults: built.faults,
      });
    if (validateOnly) return entry;
    await this.arms.commit([model.id]);
    const written = await this.documents.put(MODEL_KIND, model.id, encodeStoredModel(entry), revision);
    if (written === undefined) throw stale(model.id);
    await this.swap(stored);
    return entry;
  }

  private async swap(stored: Map<ModelId, StoredModel>): Promise<void> {
    const built = this.build(this.fileModels, stored, this.armsWith([]));
    if (!built.ok) throw new Error(`a checked registry turned out faulty: ${built.faults[0]!.reason}`);
    this.stored = stored;
    this.current = built.value;
    await this.onChange();
  }

  /** Arm ids as they are, or would be with these models. */
  private armsWith(models: readonly Model[]): ReadonlyMap<ModelId, ArmId> {
    return this.arms.including(idsOf(models)) as ReadonlyMap<ModelId, ArmId>;
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

const idsOf = (models: readonly Model[]): ModelId[] => models.map(({ id }) => id);
