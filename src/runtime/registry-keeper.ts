import type { Actor, AuditAction } from '../core/audit/audit-entry.js';
import { SextantError } from '../core/errors.js';
import type { Fault } from '../core/fault.js';
import { modelEtag, modelToJson } from '../core/registry/model-to-json.js';
import type { ArmId, Model, ModelId } from '../core/registry/model.js';
import { buildRegistry, type Registry } from '../core/registry/registry.js';
import type { DocumentChange, DocumentStore } from '../store/ports.js';
import { SerialQueue } from '../store/serial-queue.js';
import type { ArmNumbers } from './arm-numbers.js';
import type { AuditLog } from './audit-log.js';
import { decodeStoredModel, encodeStoredModel } from './model-document.js';

export const MODEL_KIND = 'model';

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
  readonly actor: Actor;
}

export interface RegistryKeeperOptions {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly arms: ArmNumbers;
  /** Version of the policy in force, for the audit log. */
  readonly policyVersion: () => string;
  /** Takes a registry that was changed by RPC in force; the change is done when it is. */
  readonly onChange: () => unknown;
}

/** What a commit makes of a model; absent for nothing. */
interface ModelChange {
  readonly actor: Actor;
  readonly before?: StoredModel;
  readonly after?: StoredModel;
}

/**
 * Owns the registry: the policy's models, and the models made by RPC. One change at a time; a refused change leaves
 * everything as it was.
 */
export class RegistryKeeper {
  private stored = new Map<ModelId, StoredModel>();
  private fileModels: readonly Model[] = [];
  private current: Registry | undefined;
  private readonly changes = new SerialQueue();

  private constructor(private readonly options: RegistryKeeperOptions) {}

  /** @throws StoreError; Error where stored entries cannot be read. */
  static async open(options: RegistryKeeperOptions): Promise<RegistryKeeper> {
    const { documents } = options;
    const keeper = new RegistryKeeper(options);
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

  /** These models and the stored ones. */
  modelsWith(fileModels: readonly Model[]): readonly Model[] {
    return [...fileModels, ...[...this.stored.values()].map(({ model }) => model)];
  }

  storedModel(id: ModelId): StoredModel | undefined {
    return this.stored.get(id);
  }

  /** Names that the given models and the stored ones both claim; empty where they fit together. */
  conflicts(fileModels: readonly Model[]): readonly Fault[] {
    const built = this.build(fileModels, this.stored, this.armsWith(fileModels));
    return built.ok ? [] : built.faults;
  }

  /**
   * Takes a policy's models in force once `commit` has made that durable; no model changes meanwhile.
   * @throws Error where `conflicts` has something to say; nothing has changed then, nor where `commit` throws.
   */
  adopt(fileModels: readonly Model[], commit: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    return this.changes.run(async () => {
      await this.options.arms.commit(idsOf(fileModels));
      const built = this.build(fileModels, this.stored, this.armsWith([]));
      if (!built.ok)
        throw new Error(`the policy's models do not fit the stored ones: ${built.faults[0]!.reason}`);
      await commit();
      this.fileModels = fileModels;
      this.current = built.value;
    });
  }

  create(model: Model, options: ChangeOptions): Promise<StoredModel> {
    return this.changes.run(async () => {
      for (const name of [model.id, ...model.aliases]) {
        if (this.registry.resolve(name) !== undefined) {
          throw new SextantError('MODEL_EXISTS', `"${name}" names a model already`);
        }
      }
      return this.write(model, undefined, options);
    });
  }

  /** @param change gets the entry as it is and gives it as it shall be; throws SextantError where it cannot be. */
  update(id: ModelId, change: (model: Model) => Model, options: ChangeOptions): Promise<StoredModel> {
    return this.changes.run(async () => {
      const entry = this.editable(id, options.etag);
      const model = change(entry.model);
      for (const alias of model.aliases) {
        const holder = this.registry.resolve(alias);
        if (holder !== undefined && holder.model.id !== id) {
          throw new SextantError('MODEL_EXISTS', `"${alias}" names ${holder.model.id} already`);
        }
      }
      return this.write(model, entry, options);
    });
  }

  delete(id: ModelId, { etag, actor }: Pick<ChangeOptions, 'etag' | 'actor'>): Promise<void> {
    return this.changes.run(async () => {
      const before = this.editable(id, etag);
      const stored = new Map(this.stored);
      stored.delete(id);
      await this.commit({ actor, before });
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
    before: StoredModel | undefined,
    { validateOnly, nowMs, actor }: ChangeOptions,
  ): Promise<StoredModel> {
    const entry = { model, updateTimeMs: nowMs, revision: (before?.revision ?? 0) + 1 };
    const stored = new Map(this.stored).set(model.id, entry);
    const built = this.build(this.fileModels, stored, this.armsWith([model]));
    if (!built.ok)
      throw new SextantError('INVALID_FIELD', 'the model does not fit the registry', {
        faults: built.faults,
      });
    if (validateOnly) return entry;
    await this.options.arms.commit([model.id]);
    await this.commit({ actor, ...(before !== undefined && { before }), after: entry });
    await this.swap(stored);
    return entry;
  }

  /** Writes the change and tells the audit log of it, at once. */
  private async commit({ actor, before, after }: ModelChange): Promise<void> {
    const { id } = (after ?? before)!.model;
    const change: DocumentChange = {
      kind: MODEL_KIND,
      name: id,
      expectedRevision: before?.revision ?? 0,
      ...(after !== undefined && { body: encodeStoredModel(after) }),
    };
    const told = {
      actor,
      action: actionOf(before, after),
      target: id,
      policyVersion: this.options.policyVersion(),
      ...(before !== undefined && { before: modelToJson(before.model) }),
      ...(after !== undefined && { after: modelToJson(after.model) }),
    };
    if (!(await this.options.audit.record(told, [change]))) throw stale(id);
  }

  private async swap(stored: Map<ModelId, StoredModel>): Promise<void> {
    const built = this.build(this.fileModels, stored, this.armsWith([]));
    if (!built.ok) throw new Error(`a checked registry turned out faulty: ${built.faults[0]!.reason}`);
    this.stored = stored;
    this.current = built.value;
    await this.options.onChange();
  }

  /** Arm ids as they are, or would be with these models. */
  private armsWith(models: readonly Model[]): ReadonlyMap<ModelId, ArmId> {
    return this.options.arms.including(idsOf(models)) as ReadonlyMap<ModelId, ArmId>;
  }

  private build(
    fileModels: readonly Model[],
    stored: ReadonlyMap<ModelId, StoredModel>,
    armIds: ReadonlyMap<ModelId, ArmId>,
  ) {
    const storedModels = [...stored.values()].map(({ model }) => model);
    return buildRegistry({ fileModels, storedModels, armIds, etagOf: modelEtag });
  }
}

function actionOf(before: StoredModel | undefined, after: StoredModel | undefined): AuditAction {
  if (before === undefined) return 'model created';
  return after === undefined ? 'model deleted' : 'model updated';
}

const stale = (id: ModelId): SextantError =>
  new SextantError('STALE_ETAG', `"${id}" has changed since its etag was read; read it again`);

const idsOf = (models: readonly Model[]): ModelId[] => models.map(({ id }) => id);
