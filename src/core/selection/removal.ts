import type { ModelId } from '../registry/model.js';

export const FILTERS = [
  'status',
  'requirement',
  'context_window',
  'rule',
  'unpriced',
  'budget',
  'availability',
] as const;
export type Filter = (typeof FILTERS)[number];

/** Why one model is no candidate. */
export interface Removal {
  readonly model: ModelId;
  readonly filter: Filter;
  /** The rule, where a rule removed it. */
  readonly ruleId?: string;
  readonly reason: string;
}
