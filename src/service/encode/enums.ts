import { BREAKER_STATES } from '../../core/availability/breaker-state.js';
import { COST_COMPONENTS } from '../../core/cost/token-usage.js';
import { EXPERIMENT_METRICS, EXPERIMENT_STATUSES } from '../../core/experiment/definition.js';
import { OUTCOME_METRICS, OUTCOME_STATUSES } from '../../core/outcome/outcome.js';
import {
  COMPLEXITY_DIMENSIONS,
  COMPLEXITY_LEVELS,
  ROLES,
  TASK_TYPES,
  TOKENS_SOURCES,
} from '../../core/profile.js';
import { LIFECYCLES, MODALITIES, MODEL_STATUSES } from '../../core/registry/model.js';
import { GATE_STATUSES, PROMOTION_GATES, PROMOTION_STATUSES } from '../../core/promotion/promotion-state.js';
import { PROMPT_RECOMMENDATIONS } from '../../core/prompts/recommendation.js';
import { PROMPT_STATUSES } from '../../core/prompts/prompt-variant.js';
import { FILTERS } from '../../core/selection/removal.js';

/** A proto enum against our words: number n stands for the nth word, 0 for none. */
export interface EnumCodec<Word extends string> {
  readonly words: readonly Word[];
  /** The word of a number; undefined for 0 and for numbers that the contract does not know. */
  decode(value: number): Word | undefined;
  encode(word: Word): number;
}

function enumCodec<const Word extends string>(words: readonly Word[]): EnumCodec<Word> {
  const numbers = new Map(words.map((word, i) => [word, i + 1]));
  return { words, decode: (value) => words[value - 1], encode: (word) => numbers.get(word)! };
}

// The proto lists its values in the order of these lists; a test holds the two together.
export const modalityEnum = enumCodec(MODALITIES);
export const modelStatusEnum = enumCodec(MODEL_STATUSES);
export const lifecycleEnum = enumCodec(LIFECYCLES);
export const roleEnum = enumCodec(ROLES);
export const taskTypeEnum = enumCodec(TASK_TYPES);
export const levelEnum = enumCodec(COMPLEXITY_LEVELS);
export const dimensionEnum = enumCodec(COMPLEXITY_DIMENSIONS);
export const outcomeStatusEnum = enumCodec(OUTCOME_STATUSES);
export const outcomeMetricEnum = enumCodec(OUTCOME_METRICS);
export const filterEnum = enumCodec(FILTERS);
export const breakerStateEnum = enumCodec(BREAKER_STATES);
export const promptStatusEnum = enumCodec(PROMPT_STATUSES);
export const promptRecommendationEnum = enumCodec(PROMPT_RECOMMENDATIONS);
export const tokensSourceEnum = enumCodec(TOKENS_SOURCES);
export const experimentMetricEnum = enumCodec(EXPERIMENT_METRICS);
export const experimentStatusEnum = enumCodec(EXPERIMENT_STATUSES);
export const promotionGateEnum = enumCodec(PROMOTION_GATES);
export const gateStatusEnum = enumCodec(GATE_STATUSES);
export const promotionStatusEnum = enumCodec(PROMOTION_STATUSES);
export const costComponentEnum = enumCodec(COST_COMPONENTS);
