import type { Actor, AuditAction } from '../core/audit/audit-entry.js';
import { SextantError } from '../core/errors.js';
import type { Fault } from '../core/fault.js';
import { modelEtag, modelToJson } from '../core/registry/model-to-json.js';
import type { ArmId, Model, ModelId } from '../core/registry/model.js';
import { buildRegistry, type Registry } from '../core/registry/registry.js';
import type { DocumentChange, DocumentStore } from '../store/ports.js';
import { SerialQueue } from '../store/serial-queue.js';
import type { AuditLog } from './audit-log.js';
import { available } from './available.js';
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
  readonly actor: Actor;
}

export interface RegistryKeeperOptions {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  /** Version of the policy in force, for the audit log. */
  readonly policyVersion: () => string;
  /** The registry was changed by RPC. */
  readonly onChange: () => void;
}

/** What a commit makes of a model; absent for nothing. */
interface ModelChange {
  readonly actor: Actor;
  readonly before?: StoredModel;
  readonly after?: StoredModel;
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

  /**
   * Takes a policy's models in force once `commit` has made that durable; no model changes meanwhile.
   * @throws Error where `conflicts` has something to say; nothing has changed then, nor where `commit` throws.
   */
  adopt(fileModels: readonly Model[], commit: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    return this.changes.run(async () => {
      await this.commitArms(fileModels);
      const built = this.build(fileModels, this.stored, this.armIds);
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
    before: StoredModel | undefined,
    { validateOnly, nowMs, actor }: ChangeOptions,
  ): Promise<StoredModel> {
    const entry = { model, updateTimeMs: nowMs, revision: (before?.revision ?? 0) + 1 };
    const stored = new Map(this.stored).set(model.id, entry);
    const built = this.build(this.fileModels, stored, withNewArms(new Map(this.armIds), [model]));
    if (!built.ok)
      throw new SextantError('INVALID_FIELD', 'the model does not fit the registry', {
        faults: built.faults,
      });
    if (validateOnly) return entry;
    await this.commitArms([model]);
    await this.commit({ actor, ...(before !== undefined && { before }), after: entry });
    this.swap(stored);
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

  private swap(stored: Map<ModelId, StoredModel>): void {
    const built = this.build(this.fileModels, stored, this.armIds);
    if (!built.ok) throw new Error(`a checked registry turned out faulty: ${built.faults[0]!.reason}`);
    this.stored = stored;
    this.current = built.value;
    this.options.onChange();
  }

  /** Arm ids are durable before anything can be decided with them. */
  private async commitArms(models: readonly Model[]): Promise<void> {
    const armIds = withNewArms(new Map(this.armIds), models);
    if (armIds.size === this.armIds.size) return;
    const body = Buffer.from(JSON.stringify([...armIds]), 'utf8');
    const { documents } = this.options;
    const written = await available(documents.put(ARM_KIND, ARM_IDS, body, this.armRevision));
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
}

function actionOf(before: StoredModel | undefined, after: StoredModel | undefined): AuditAction {
  if (before === undefined) return 'model created';
  return after === undefined ? 'model deleted' : 'model updated';
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
