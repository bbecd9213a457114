import { armBelief } from '../bandit/belief.js';
import { speedBelief, streamedLatency, thinkingQuantiles, type SpeedBelief } from '../bandit/call-beliefs.js';
import { quantilesOf, type LengthBelief, type Quantiles } from '../bandit/metric-belief.js';
import {
  estimateCost,
  expectedParts,
  type CostEstimate,
  type CostQuestion,
  type ExpectedPart,
  type PromptParts,
} from '../cost/estimate.js';
import { costCalibration, type CostCalibration } from '../cost/calibration.js';
import type { ModelId } from '../registry/model.js';
import type { Arm } from './arm.js';
import { armPriors, costQuestion, thinkingOf, thinkingShareOf } from './candidate.js';
import type { Question } from './question.js';
import { requestScope } from './request-scope.js';
import type { DecisionSnapshot } from './snapshot.js';

/** A request whose cost is asked for, and what the caller knows of it beyond. */
export interface EstimateQuestion extends Pick<Question, 'tenant' | 'useCase' | 'input' | 'batch'> {
  readonly parts?: PromptParts;
  readonly toolCalls?: number;
}

/** All that is expected of one model. */
export interface ModelEstimate {
  readonly model: ModelId;
  /** Of the prompt as counted, less images and sound: as much of it can be read from a cache or written to it. */
  readonly cacheableTokens: number;
  /** Absent on an unpriced model. */
  readonly cost?: CostEstimate;
  /** They sum to the mean; empty on an unpriced model. */
  readonly parts: readonly ExpectedPart[];
  readonly outputTokens: Quantiles;
  readonly thinkingTokens: Quantiles;
  readonly latencyMs: Quantiles;
  readonly timeToFirstTokenMs: Quantiles;
  readonly msPerOutputToken: Quantiles;
  /** Outcomes behind the answer's length. */
  readonly observations: number;
  /** How earlier estimates turned out; absent where none was reported on. */
  readonly calibration?: CostCalibration;
}

/**
 * What a request would cost on some arms, by the beliefs that a decision would read. Parts of a prompt that are longer
 * than the prompt make it longer.
 */
export function estimateModels(
  snapshot: DecisionSnapshot,
  question: EstimateQuestion,
  { arms, nowMs }: { readonly arms: readonly Arm[]; readonly nowMs: number },
): readonly ModelEstimate[] {
  const { scope, profile } = requestScope(snapshot, question, { nowMs });
  return arms.map((arm) => {
    const priors = armPriors(arm, { scope, useCase: question.useCase, profile });
    const belief = armBelief(scope, priors, arm.armId, arm.kin);
    const answer = belief.outputTokens;
    const thinking = thinkingOf(scope, priors, arm);
    const asked = costQuestion(arm, { scope, profile, priors, answer }, question);
    const wanted = {
      ...asked,
      parts: { ...asked.parts, ...question.parts },
      toolCalls: question.toolCalls ?? 0,
      thinkingShare: thinkingShareOf(thinking, answer),
    };
    const cost = arm.prices && estimateCost(arm.prices, answer, wanted);
    const speed = speedBelief(scope, priors, arm);
    const calibration = costCalibration(
      [scope.tenantArms?.get(arm.armId)],
      scope.state.readFactor('cost', nowMs),
    );
    return {
      model: arm.model.id,
      cacheableTokens: cacheableTokens(asked),
      ...(cost && { cost }),
      parts: cost && arm.prices ? expectedParts(arm.prices, cost.outputTokens, wanted) : [],
      outputTokens: quantilesOf(answer, wanted.maxOutputTokens),
      thinkingTokens: thinkingQuantiles(thinking, wanted.maxOutputTokens),
      latencyMs: latencyOf(belief.latencyMs, { speed, answer, mostTokens: wanted.maxOutputTokens }),
      timeToFirstTokenMs: quantilesOf(speed.timeToFirstTokenMs),
      msPerOutputToken: quantilesOf(speed.msPerOutputToken),
      observations: answer.observations,
      ...(calibration && { calibration }),
    };
  });
}

const cacheableTokens = ({ inputTokens, parts }: CostQuestion): number =>
  inputTokens - (parts?.imageInputTokens ?? 0) - (parts?.audioInputTokens ?? 0);

/** Reports of times apart from which they foretell the whole better than its own mean, which knows no length. */
const LEAST_SPEED_REPORTS = 10;

/** First token, then so many tokens each at its time, where both were reported; else what whole answers took. */
function latencyOf(
  whole: LengthBelief,
  {
    speed,
    answer,
    mostTokens,
  }: { readonly speed: SpeedBelief; readonly answer: LengthBelief; readonly mostTokens: number },
): Quantiles {
  return speed.msPerOutputToken.observations < LEAST_SPEED_REPORTS
    ? quantilesOf(whole)
    : streamedLatency(speed, answer, mostTokens);
}
