import { ExperimentMetric, ExperimentStatus } from '../../../src/gen/sextant/v1/experiment.js';
import {
  PromotionGateKind,
  PromotionGateStatus,
  PromotionStatus,
} from '../../../src/gen/sextant/v1/promotion.js';
import { describe, expect, it } from 'vitest';
import { BreakerState, PromptRecommendation } from '../../../src/gen/sextant/v1/insight.js';
import { Lifecycle, Modality, ModelStatus } from '../../../src/gen/sextant/v1/model.js';
import { OutcomeMetric, OutcomeStatus } from '../../../src/gen/sextant/v1/outcome.js';
import { PromptStatus } from '../../../src/gen/sextant/v1/prompt.js';
import { ComplexityLevel, Role, TaskType, TokenCountSource } from '../../../src/gen/sextant/v1/request.js';
import { ComplexityDimension, CostComponent, Filter } from '../../../src/gen/sextant/v1/selection.js';
import * as enums from '../../../src/service/encode/enums.js';
import type { EnumCodec } from '../../../src/service/encode/enums.js';

const PAIRS: Record<keyof typeof enums, [EnumCodec<string>, object]> = {
  modalityEnum: [enums.modalityEnum, Modality],
  modelStatusEnum: [enums.modelStatusEnum, ModelStatus],
  lifecycleEnum: [enums.lifecycleEnum, Lifecycle],
  roleEnum: [enums.roleEnum, Role],
  taskTypeEnum: [enums.taskTypeEnum, TaskType],
  levelEnum: [enums.levelEnum, ComplexityLevel],
  dimensionEnum: [enums.dimensionEnum, ComplexityDimension],
  outcomeStatusEnum: [enums.outcomeStatusEnum, OutcomeStatus],
  outcomeMetricEnum: [enums.outcomeMetricEnum, OutcomeMetric],
  filterEnum: [enums.filterEnum, Filter],
  breakerStateEnum: [enums.breakerStateEnum, BreakerState],
  promptStatusEnum: [enums.promptStatusEnum, PromptStatus],
  promptRecommendationEnum: [enums.promptRecommendationEnum, PromptRecommendation],
  tokensSourceEnum: [enums.tokensSourceEnum, TokenCountSource],
  experimentMetricEnum: [enums.experimentMetricEnum, ExperimentMetric],
  experimentStatusEnum: [enums.experimentStatusEnum, ExperimentStatus],
  promotionGateEnum: [enums.promotionGateEnum, PromotionGateKind],
  gateStatusEnum: [enums.gateStatusEnum, PromotionGateStatus],
  promotionStatusEnum: [enums.promotionStatusEnum, PromotionStatus],
  costComponentEnum: [enums.costComponentEnum, CostComponent],
} as never;

/** `OPEN_CHAT` and its number, for every value of a generated enum but UNSPECIFIED. */
const valuesOf = (generated: object): [string, number][] =>
  Object.entries(generated).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] > 0,
  );

describe.each(Object.entries(PAIRS))('%s', (_name, [codec, generated]) => {
  it('has the words of the contract, under its numbers', () => {
    const words = valuesOf(generated).map(([name, number]): [string, number] => [name.toLowerCase(), number]);
    expect(codec.words.map((word) => [word, codec.encode(word)])).toEqual(words);
  });

  it('reads back what it writes, and nothing from 0 or from numbers that the contract does not know', () => {
    for (const word of codec.words) expect(codec.decode(codec.encode(word))).toBe(word);
    for (const number of [0, -1, codec.words.length + 1, 1.5, NaN, 2 ** 31]) {
      expect(codec.decode(number)).toBeUndefined();
    }
  });
});

it('every codec is held to its enum here', () => {
  expect(Object.keys(PAIRS).sort()).toEqual(Object.keys(enums).sort());
});
