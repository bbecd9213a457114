import type { VariantId } from '../prompts/prompt-variant.js';
import type { ModelId } from '../registry/model.js';
import type { Arm } from './arm.js';

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

/** Why one model, or one prompt variant on it, is no candidate. */
export interface Removal {
  readonly model: ModelId;
  /** Absent where the model is the arm. */
  readonly variant?: VariantId;
  readonly filter: Filter;
  /** The rule, where a rule removed it. */
  readonly ruleId?: string;
  readonly reason: string;
}

/** What a removal names of an arm. */
export const removedArm = ({
  model,
  prompt,
}: Pick<Arm, 'model' | 'prompt'>): Pick<Removal, 'model' | 'variant'> =>
  prompt === undefined ? { model: model.id } : { model: model.id, variant: prompt.variant.id };
