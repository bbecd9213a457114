import { SextantError } from '../core/errors.js';
import type { ArmId } from '../core/registry/model.js';
import type { DocumentStore } from '../store/ports.js';
import { SerialQueue } from '../store/serial-queue.js';
import { available } from './available.js';

const ARM_KIND = 'arm';
const ARM_IDS = 'ids';

/**
 * Owns the numbers of arms, by key: a model's id, or that of a model and a prompt variant. A number is durable before
 * anything can be decided with it, and never given to another key, not even of a deleted one.
 */
export class ArmNumbers {
  private readonly commits = new SerialQueue();

  private constructor(
    private readonly documents: DocumentStore,
    private numbers: ReadonlyMap<string, ArmId>,
    private revision: number,
  ) {}

  /** @throws StoreError; Error where the stored numbers cannot be read. */
  static async open(documents: DocumentStore): Promise<ArmNumbers> {
    const stored = await documents.get(ARM_KIND, ARM_IDS);
    if (stored === undefined) return new ArmNumbers(documents, new Map(), 0);
    const entries = JSON.parse(Buffer.from(stored.body).toString('utf8')) as [string, ArmId][];
    return new ArmNumbers(documents, new Map(entries), stored.revision);
  }

  /** The numbers as of now; this map never changes. */
  get all(): ReadonlyMap<string, ArmId> {
    return this.numbers;
  }

  /** The numbers as they would be with these keys; nothing is changed. */
  including(keys: readonly string[]): ReadonlyMap<string, ArmId> {
    return numbersIncluding(this.numbers, keys);
  }

  /** Gives every key without a number the next one. @throws SextantError STORE_UNAVAILABLE. */
  commit(keys: readonly string[]): Promise<void> {
    return this.commits.run(() => this.commitNow(keys));
  }

  private async commitNow(keys: readonly string[]): Promise<void> {
    const numbers = this.including(keys);
    if (numbers.size === this.numbers.size) return;
    const body = Buffer.from(JSON.stringify([...numbers]), 'utf8');
    const written = await available(this.documents.put(ARM_KIND, ARM_IDS, body, this.revision));
    if (written === undefined)
      throw new SextantError('STORE_UNAVAILABLE', 'another writer changed the arm ids');
    this.revision = written.revision;
    this.numbers = numbers;
  }
}

/** Numbers, with the next ones for keys that have none. */
export function numbersIncluding(
  numbers: ReadonlyMap<string, ArmId>,
  keys: readonly string[],
): ReadonlyMap<string, ArmId> {
  const all = new Map(numbers);
  let next = 1;
  for (const armId of all.values()) next = Math.max(next, armId + 1);
  for (const key of keys) if (!all.has(key)) all.set(key, next++ as ArmId);
  return all;
}
