import { modelPriors, type ModelPriors, type Priors } from '../bandit/priors.js';
import { priceTable, type PriceTable } from '../cost/price-table.js';
import type { ArmId, Model } from '../registry/model.js';
import type { Registry } from '../registry/registry.js';

/** A model with all that a decision reads of it, looked up once per snapshot. */
export interface Arm {
  readonly armId: ArmId;
  readonly model: Model;
  /** Absent on an unpriced model. */
  readonly prices?: PriceTable;
  readonly priorTable: ModelPriors;
}

/** The arms of a registry, in its order: by model id. */
export function armsOf(registry: Registry, priors: Priors): readonly Arm[] {
  return registry.list().map(({ armId, model }) => ({
    armId,
    model,
    ...(model.prices === undefined ? {} : { prices: priceTable(model.prices) }),
    priorTable: modelPriors(priors, model.id),
  }));
}
