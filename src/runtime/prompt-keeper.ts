import type { Actor, AuditAction } from '../core/audit/audit-entry.js';
import { SextantError } from '../core/errors.js';
import type { Fault } from '../core/fault.js';
import {
  armKeysOf,
  idConflicts,
  promptBook,
  type PromptBook,
  type PromptBookEntry,
} from '../core/prompts/prompt-book.js';
import type { PromptStatus, PromptVariant, VariantId } from '../core/prompts/prompt-variant.js';
import type { Model } from '../core/registry/model.js';
import { promptEtag } from '../core/prompts/prompt-to-json.js';
import type { DocumentChange, DocumentStore } from '../store/ports.js';
import { SerialQueue } from '../store/serial-queue.js';
import type { ArmNumbers } from './arm-numbers.js';
import type { AuditLog } from './audit-log.js';
import { decodeStoredPrompt, encodeStoredPrompt } from './prompt-document.js';

export const PROMPT_KIND = 'prompt';

/** A variant made by RPC, as it is kept. */
export interface StoredPrompt {
  readonly variant: PromptVariant;
  readonly updateTimeMs: number;
  readonly revision: number;
}

export interface PromptKeeperParts {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  /** Version of the policy in force, for the audit log. */
  readonly policyVersion: () => string;
  readonly arms: ArmNumbers;
  /** The models that arms are needed for. */
  readonly models: () => readonly Model[];
  readonly onChange: () => void;
}

/** Who changes a variant, and when. */
export interface PromptChange {
  readonly nowMs: number;
  readonly actor: Actor;
}

/** What a commit makes of a variant; absent for nothing. */
interface Told {
  readonly actor: Actor;
  readonly action: AuditAction;
  readonly before?: StoredPrompt;
  readonly after?: StoredPrompt;
}

/**
 * Owns the prompt variants: the policy's, and those made by RPC. One change at a time; a refused change leaves
 * everything as it was.
 */
export class PromptKeeper {
  private stored: ReadonlyMap<VariantId, StoredPrompt>;
  private fileVariants: readonly PromptVariant[] = [];
  private current: PromptBook;
  private readonly changes = new SerialQueue();

  private constructor(
    private readonly parts: PromptKeeperParts,
    stored: readonly StoredPrompt[],
  ) {
    this.stored = new Map(stored.map((entry) => [entry.variant.id, entry]));
    this.current = this.build(this.fileVariants, this.stored);
  }

  /** @throws StoreError; Error where stored entries cannot be read. */
  static async open(parts: PromptKeeperParts): Promise<PromptKeeper> {
    const documents = await parts.documents.list(PROMPT_KIND);
    const stored = documents.map(({ body, revision }) => ({ ...decodeStoredPrompt(body), revision }));
    return new PromptKeeper(parts, stored);
  }

  /** The variants in force, and the numbers of their arms. */
  get book(): PromptBook {
    return this.current;
  }

  storedPrompt(id: VariantId): StoredPrompt | undefined {
    return this.stored.get(id);
  }

  /** Variants made by RPC. */
  get storedVariants(): readonly PromptVariant[] {
    return variantsOf(this.stored);
  }

  /** Ids that the given variants and the stored ones both claim; empty where they fit together. */
  conflicts(fileVariants: readonly PromptVariant[]): readonly Fault[] {
    return idConflicts(fileVariants, this.storedVariants);
  }

  /**
   * Takes a policy's variants in force once `commit` has made that durable.
   * @param models that arms are needed for, once the policy is in force.
   * @throws RangeError where `conflicts` has something to say; nothing has changed then, nor where `commit` throws.
   */
  adopt(
    fileVariants: readonly PromptVariant[],
    models: readonly Model[],
    commit: () => Promise<void>,
  ): Promise<void> {
    return this.changes.run(() => this.take(fileVariants, models, commit));
  }

  /** Numbers the arms that models which came since need. */
  followModels(): Promise<void> {
    return this.changes.run(() => this.take(this.fileVariants, this.parts.models(), () => Promise.resolve()));
  }

  /** @throws SextantError PROMPT_EXISTS. */
  create(
    variant: PromptVariant,
    { validateOnly, nowMs, actor }: PromptChange & { readonly validateOnly: boolean },
  ): Promise<StoredPrompt> {
    return this.changes.run(async () => {
      if (this.current.byId(variant.id) !== undefined) {
        throw new SextantError('PROMPT_EXISTS', `"${variant.id}" names a prompt already`);
      }
      const entry = { variant, updateTimeMs: nowMs, revision: 1 };
      return validateOnly ? entry : this.write(entry, { actor, action: 'prompt created' });
    });
  }

  /** @throws SextantError UNKNOWN_PROMPT, PROMPT_READ_ONLY, STALE_ETAG. */
  setStatus(
    id: string,
    status: PromptStatus,
    { etag, nowMs, actor }: PromptChange & { readonly etag?: string },
  ): Promise<StoredPrompt> {
    return this.changes.run(async () => {
      const before = this.editable(id, etag);
      const { variant, revision } = before;
      const entry = { variant: { ...variant, status }, updateTimeMs: nowMs, revision: revision + 1 };
      const action = status === 'active' ? 'prompt approved' : 'prompt retired';
      return this.write(entry, { actor, action, before });
    });
  }

  /** @throws SextantError UNKNOWN_PROMPT, PROMPT_READ_ONLY, STALE_ETAG. */
  delete(id: string, etag: string | undefined, actor: Actor): Promise<void> {
    return this.changes.run(async () => {
      const before = this.editable(id, etag);
      const stored = new Map(this.stored);
      stored.delete(before.variant.id);
      await this.commit({ actor, action: 'prompt deleted', before });
      this.swap(stored);
    });
  }

  private async take(
    fileVariants: readonly PromptVariant[],
    models: readonly Model[],
    commit: () => Promise<void>,
  ): Promise<void> {
    await this.commitArms(fileVariants, this.stored, models);
    const book = this.build(fileVariants, this.stored);
    await commit();
    this.current = book;
    this.fileVariants = fileVariants;
  }

  private editable(id: string, etag: string | undefined): StoredPrompt {
    const entry = this.entry(id);
    if (entry.origin === 'file') {
      throw new SextantError('PROMPT_READ_ONLY', `"${id}" comes from rules/prompts.json; change it there`);
    }
    if (etag !== undefined && etag !== entry.etag) throw stale(id);
    return this.stored.get(entry.variant.id)!;
  }

  /** @throws SextantError UNKNOWN_PROMPT. */
  entry(id: string): PromptBookEntry {
    const entry = this.current.byId(id);
    if (entry === undefined) throw new SextantError('UNKNOWN_PROMPT', `there is no prompt "${id}"`);
    return entry;
  }

  private async write(entry: StoredPrompt, told: Omit<Told, 'after'>): Promise<StoredPrompt> {
    const { id } = entry.variant;
    const stored = new Map(this.stored).set(id, entry);
    await this.commitArms(this.fileVariants, stored, this.parts.models());
    await this.commit({ ...told, after: entry });
    this.swap(stored);
    return entry;
  }

  /** Writes the change and tells the audit log of it, at once. */
  private async commit({ actor, action, before, after }: Told): Promise<void> {
    const { id } = (after ?? before)!.variant;
    const change: DocumentChange = {
      kind: PROMPT_KIND,
      name: id,
      expectedRevision: before?.revision ?? 0,
      ...(after !== undefined && { body: encodeStoredPrompt(after) }),
    };
    const told = {
      actor,
      action,
      target: id,
      policyVersion: this.parts.policyVersion(),
      ...(before !== undefined && { before: summaryOf(before.variant) }),
      ...(after !== undefined && { after: summaryOf(after.variant) }),
    };
    if (!(await this.parts.audit.record(told, [change]))) throw stale(id);
  }

  private swap(stored: ReadonlyMap<VariantId, StoredPrompt>): void {
    this.current = this.build(this.fileVariants, stored);
    this.stored = stored;
    this.parts.onChange();
  }

  private commitArms(
    fileVariants: readonly PromptVariant[],
    stored: ReadonlyMap<VariantId, StoredPrompt>,
    models: readonly Model[],
  ): Promise<void> {
    const keys = armKeysOf([...fileVariants, ...variantsOf(stored)], models);
    return this.parts.arms.commit(keys);
  }

  private build(
    fileVariants: readonly PromptVariant[],
    stored: ReadonlyMap<VariantId, StoredPrompt>,
  ): PromptBook {
    return promptBook({
      fileVariants,
      storedVariants: variantsOf(stored),
      armIds: this.parts.arms.all,
    });
  }
}

const variantsOf = (stored: ReadonlyMap<VariantId, StoredPrompt>): readonly PromptVariant[] =>
  [...stored.values()].map(({ variant }) => variant);

const stale = (id: string): SextantError =>
  new SextantError('STALE_ETAG', `"${id}" has changed since its etag was read; read it again`);

/** A variant without its text, which belongs in no log. */
const summaryOf = (variant: PromptVariant): object => ({
  useCase: variant.useCase,
  model: variant.model,
  family: variant.family,
  version: variant.version,
  status: variant.status,
  etag: promptEtag(variant),
});
