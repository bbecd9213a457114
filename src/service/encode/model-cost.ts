import type { Quantiles } from '../../core/bandit/metric-belief.js';
import type { ModelEstimate } from '../../core/selection/estimate-models.js';
import type { DurationQuantiles, ModelCost } from '../../gen/sextant/v1/selection.js';
import { encodeCost } from './decision.js';
import { costComponentEnum } from './enums.js';
import { durationFromMs } from './time.js';

/** All that is expected of one model, as the contract has it. */
export function encodeModelCost(estimate: ModelEstimate): ModelCost {
  const { model, cost, parts, observations, calibration } = estimate;
  return {
    model,
    ...(cost && { cost: encodeCost(cost) }),
    observations,
    parts: parts.map(({ component, ...part }) => ({
      component: costComponentEnum.encode(component),
      ...part,
    })),
    outputTokens: estimate.outputTokens,
    thinkingTokens: estimate.thinkingTokens,
    latency: durations(estimate.latencyMs),
    timeToFirstToken: durations(estimate.timeToFirstTokenMs),
    timePerOutputToken: durations(estimate.msPerOutputToken),
    ...(calibration && {
      calibration: {
        outcomes: calibration.outcomes,
        actualToExpected: calibration.actualToExpected,
        intervalCoverage: calibration.intervalCoverage,
        aboveInterval: calibration.aboveInterval,
      },
    }),
  };
}

const durations = ({ p10, p50, p90 }: Quantiles): DurationQuantiles => ({
  p10: durationFromMs(p10),
  p50: durationFromMs(p50),
  p90: durationFromMs(p90),
});
