import { PriorCells, type PriorCell } from '../core/bandit/prior-cells.js';
import { USE_CASE_NAME } from '../core/bandit/parse-priors.js';
import type { SegmentPart } from '../core/bandit/settings.js';
import { modelOfArmKey } from '../core/prompts/prompt-book.js';
import type { ArmId, Model, ModelId } from '../core/registry/model.js';
import { ArmNumbers } from '../runtime/arm-numbers.js';
import type { Store } from '../store/ports.js';

/** What a log has to fit priors to. */
export interface PriorLog {
  readonly cells: readonly PriorCell[];
  readonly outcomes: number;
  /** Of models that `models.json` does not have, or of use cases that no file can name. */
  readonly passedOver: number;
  /** Whose outcomes were gathered. */
  readonly tenants: readonly string[];
}

export interface PriorLogOptions {
  readonly models: readonly Model[];
  readonly segmentBy: readonly SegmentPart[];
  /** Only this tenant's outcomes. */
  readonly tenant?: string;
}

/** Gathers a stopped store's outcomes into cells. @throws StoreError. */
export async function readPriorLog(
  { outcomes: log, documents }: Store,
  { models, segmentBy, tenant }: PriorLogOptions,
): Promise<PriorLog> {
  const known = new Set(models.map(({ id }) => id));
  const modelOf = new Map<ArmId, ModelId>();
  for (const [key, armId] of (await ArmNumbers.open(documents)).all) {
    // Priors are of models: those of their variants count for them.
    const id = modelOfArmKey(key);
    if (known.has(id)) modelOf.set(armId, id);
  }
  const cells = new PriorCells(segmentBy);
  const tenants = new Set<string>();
  let outcomes = 0;
  let passedOver = 0;
  for await (const block of log.read(0)) {
    for (const outcome of block.outcomes) {
      if (tenant !== undefined && outcome.tenant !== tenant) continue;
      const model = modelOf.get(outcome.armId);
      tenants.add(outcome.tenant);
      outcomes += 1;
      if (model === undefined || !USE_CASE_NAME.test(outcome.useCase)) passedOver += 1;
      else cells.add(model, outcome);
    }
  }
  return { cells: cells.list(), outcomes, passedOver, tenants: [...tenants].sort() };
}
