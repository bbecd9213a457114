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
import type { DocumentStore } from '../store/ports.js';
import type { ArmNumbers } from './arm-numbers.js';
import { decodeStoredPrompt, encodeStoredPrompt } from './prompt-document.js';

const PROMPT_KIND = 'prompt';

/** A variant made by RPC, as it is kept. */
export interface StoredPrompt {
  readonly variant: PromptVariant;
  readonly updateTimeMs: number;
  readonly revision: number;
}

export interface PromptKeeperParts {
  readonly documents: DocumentStore;
  readonly arms: ArmNumbers;
  /** The models that arms are needed for. */
  readonly models: () => readonly Model[];
  readonly onChange: () => void;
}

/**
 * Owns the prompt variants: the policy's, and those made by RPC. One change at a time; a refused change leaves
 * everything as it was.
 */
export class PromptKeeper {
  private stored: ReadonlyMap<VariantId, StoredPrompt>;
  private fileVariants: readonly PromptVariant[] = [];
  private current: PromptBook;
  private changes: Promise<unknown> = Promise.resolve();

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

  /** Ids that the given variants and the stored ones both claim; empty where they fit together. */
  conflicts(fileVariants: readonly PromptVariant[]): readonly Fault[] {
    return idConflicts(fileVariants, this.storedVariants());
  }

  /** Takes a policy's variants in force. @throws RangeError where `conflicts` has something to say. */
  adopt(fileVariants: readonly PromptVariant[]): Promise<void> {
    return this.exclusively(() => this.take(fileVariants));
  }

  /** Numbers the arms that models which came since need. */
  followModels(): Promise<void> {
    return this.exclusively(() => this.take(this.fileVariants));
  }

  /** @throws SextantError PROMPT_EXISTS. */
  create(
    variant: PromptVariant,
    { validateOnly, nowMs }: { readonly validateOnly: boolean; readonly nowMs: number },
  ): Promise<StoredPrompt> {
    return this.exclusively(async () => {
      if (this.current.byId(variant.id) !== undefined) {
        throw new SextantError('PROMPT_EXISTS', `"${variant.id}" names a prompt already`);
      }
      const entry = { variant, updateTimeMs: nowMs, revision: 1 };
      return validateOnly ? entry : this.write(entry);
    });
  }

  /** @throws SextantError UNKNOWN_PROMPT, PROMPT_READ_ONLY, STALE_ETAG. */
  setStatus(
    id: string,
    status: PromptStatus,
    { etag, nowMs }: { readonly etag?: string; readonly nowMs: number },
  ): Promise<StoredPrompt> {
    return this.exclusively(async () => {
      const { variant, revision } = this.editable(id, etag);
      return this.write({ variant: { ...variant, status }, updateTimeMs: nowMs, revision: revision + 1 });
    });
  }

  /** @throws SextantError UNKNOWN_PROMPT, PROMPT_READ_ONLY, STALE_ETAG. */
  delete(id: string, etag: string | undefined): Promise<void> {
    return this.exclusively(async () => {
      const { variant, revision } = this.editable(id, etag);
      const stored = new Map(this.stored);
      stored.delete(variant.id);
      if (!(await this.parts.documents.delete(PROMPT_KIND, variant.id, revision))) throw stale(id);
      this.swap(stored);
    });
  }

  private async take(fileVariants: readonly PromptVariant[]): Promise<void> {
    await this.commitArms(fileVariants, this.stored);
    this.current = this.build(fileVariants, this.stored);
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

  private async write(entry: StoredPrompt): Promise<StoredPrompt> {
    const { id } = entry.variant;
    const stored = new Map(this.stored).set(id, entry);
    await this.commitArms(this.fileVariants, stored);
    const { documents } = this.parts;
    const written = await documents.put(PROMPT_KIND, id, encodeStoredPrompt(entry), entry.revision - 1);
    if (written === undefined) throw stale(id);
    this.swap(stored);
    return entry;
  }

  private swap(stored: ReadonlyMap<VariantId, StoredPrompt>): void {
    this.current = this.build(this.fileVariants, stored);
    this.stored = stored;
    this.parts.onChange();
  }

  private commitArms(
    fileVariants: readonly PromptVariant[],
    stored: ReadonlyMap<VariantId, StoredPrompt>,
  ): Promise<void> {
    const { arms, models } = this.parts;
    return arms.commit(armKeysOf([...fileVariants, ...this.storedVariants(stored)], models()));
  }

  private build(
    fileVariants: readonly PromptVariant[],
    stored: ReadonlyMap<VariantId, StoredPrompt>,
  ): PromptBook {
    return promptBook({
      fileVariants,
      storedVariants: this.storedVariants(stored),
      armIds: this.parts.arms.all,
    });
  }

  private storedVariants(stored = this.stored): readonly PromptVariant[] {
    return [...stored.values()].map(({ variant }) => variant);
  }

  private exclusively<T>(change: () => Promise<T>): Promise<T> {
    const result = this.changes.then(change);
    this.changes = result.catch(() => undefined);
    return result;
  }
}

const stale = (id: string): SextantError =>
  new SextantError('STALE_ETAG', `"${id}" has changed since its etag was read; read it again`);
