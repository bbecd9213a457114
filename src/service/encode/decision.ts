import type { ArmBelief } from '../../core/bandit/belief.js';
import { clampedRate } from '../../core/bandit/metric-belief.js';
import { betaMean } from '../../core/bandit/beta-distribution.js';
import { PROPENSITY_ONE } from '../../core/bandit/propensity.js';
import type { CostEstimate } from '../../core/cost/estimate.js';
import { usdFromNanoUsd } from '../../core/money.js';
import type { RequestProfile } from '../../core/profile.js';
import { fillPrompt } from '../../core/prompts/prompt.js';
import type { Deliberation } from '../../core/selection/decide.js';
import type { Question } from '../../core/selection/question.js';
import type { RunnerUp } from '../../core/selection/runner-up.js';
import type { ScoredCandidate } from '../../core/selection/score-candidates.js';
import type {
  CandidateScore,
  Choice,
  ExplainResponse,
  RunnerUp as WireRunnerUp,
  CostEstimate as WireCost,
  Explanation,
  SelectResponse,
} from '../../gen/sextant/v1/selection.js';
import type { RequestProfile as WireProfile } from '../../gen/sextant/v1/request.js';
import type { IssuedDecision } from '../../runtime/decider.js';
import { filterEnum, levelEnum, taskTypeEnum, tokensSourceEnum } from './enums.js';
import { encodeFilledPrompt } from './prompt.js';
import { encodeTraces } from './rule-trace.js';
import { durationFromMs, timestampFromMs } from './time.js';

export function encodeSelectResponse(
  issued: IssuedDecision,
  { promptParameters = {} }: Pick<Question, 'promptParameters'>,
  explain: boolean,
): SelectResponse {
  const { decision, decisionId, ticket, ticketExpiryMs, policyVersion } = issued;
  const [choice, ...fallbacks] = decision.chain;
  return {
    decisionId,
    choice: encodeChoice(choice!, 0, promptParameters),
    fallbacks: fallbacks.map((candidate, i) => encodeChoice(candidate, i + 1, promptParameters)),
    propensity: choice!.propensityQ16 / PROPENSITY_ONE,
    ticket,
    ticketExpireTime: timestampFromMs(ticketExpiryMs),
    profile: encodeProfile(decision.profile),
    policyVersion,
    reason: reasonOf(decision, choice!),
    labelRequested: decision.label?.requested ?? false,
    labelProbability: (decision.label?.probabilityQ16 ?? 0) / PROPENSITY_ONE,
    ...(issued.member && { experiment: issued.member }),
    ...(explain && { explanation: encodeExplanation(decision) }),
  };
}

/** One sentence for people: what was chosen out of how many, for what, and at what odds. */
function reasonOf(
  { candidates, segment }: Deliberation,
  { arm, model, belief, cost, propensityQ16, isProbe }: ScoredCandidate,
): string {
  const name = arm.prompt === undefined ? model.id : `${model.id} with prompt ${arm.prompt.variant.id}`;
  const quality = clampedRate(belief.quality.mean).toFixed(2);
  const price = cost === undefined ? 'unpriced' : `${usdFromNanoUsd(cost.meanNanoUsd).toPrecision(2)} USD`;
  const share = ((100 * propensityQ16) / PROPENSITY_ONE).toFixed(1);
  return `${name}, one of ${candidates.length} candidates for ${segment}: expected quality ${quality} at ${price}, chosen with ${share} % probability${isProbe ? ', to find out whether it is back' : ''}`;
}

function encodeChoice(
  candidate: ScoredCandidate,
  attempt: number,
  promptParameters: Readonly<Record<string, string>>,
): Choice {
  const { arm, model, cost, latencyMs, belief } = candidate;
  return {
    attempt,
    model: model.id,
    ...(cost && { cost: encodeCost(cost) }),
    latency: durationFromMs(latencyMs),
    expectedQuality: clampedRate(belief.quality.mean),
    expectedSuccess: betaMean(belief.success),
    probe: candidate.isProbe === true,
    ...(arm.prompt && { prompt: encodeFilledPrompt(fillPrompt(arm.prompt, promptParameters)) }),
  };
}

export function encodeCost(cost: CostEstimate): WireCost {
  return {
    meanNanoUsd: BigInt(Math.round(cost.meanNanoUsd)),
    medianNanoUsd: BigInt(Math.round(cost.medianNanoUsd)),
    lowNanoUsd: BigInt(Math.round(cost.lowNanoUsd)),
    highNanoUsd: BigInt(Math.round(cost.highNanoUsd)),
    inputTokens: BigInt(Math.round(cost.inputTokens)),
    outputTokens: BigInt(Math.round(cost.outputTokens)),
  };
}

export function encodeProfile(profile: RequestProfile): WireProfile {
  const { dimensions } = profile;
  return {
    dimensions: {
      length: dimensions.length,
      reasoningDepth: dimensions.reasoning_depth,
      domainKnowledge: dimensions.domain_knowledge,
      code: dimensions.code,
      mathematics: dimensions.mathematics,
      outputConstraints: dimensions.output_constraints,
      instructions: dimensions.instructions,
      contextDependence: dimensions.context_dependence,
      ambiguity: dimensions.ambiguity,
      languages: dimensions.languages,
    },
    composite: profile.composite,
    level: levelEnum.encode(profile.level),
    taskType: taskTypeEnum.encode(profile.taskType),
    inputTokens: BigInt(profile.inputTokens),
    inputTokensFromCaller: profile.inputTokensSource === 'caller',
    inputTokensSource: tokensSourceEnum.encode(profile.inputTokensSource),
  };
}

export function encodeExplanation(deliberation: Deliberation): Explanation {
  const { removals, firedRules, weights, weightsRuleId, budget, lambda, segment, eligibleArms, runnerUp } =
    deliberation;
  const byPropensity = [...deliberation.candidates].sort((a, b) => b.propensityQ16 - a.propensityQ16);
  return {
    considered: deliberation.considered,
    removals: removals.map(({ model, variant, filter, ruleId, reason }) => ({
      model,
      ...(variant !== undefined && { variant }),
      filter: filterEnum.encode(filter),
      ruleId: ruleId ?? '',
      reason,
    })),
    candidates: byPropensity.map(encodeScore),
    firedRules: firedRules.map(({ ruleId, event, modelIndex }) => ({
      ruleId,
      event,
      ...(modelIndex === undefined ? { model: '' } : eligibleArms[modelIndex]!),
    })),
    weights,
    weightsRuleId: weightsRuleId ?? '',
    budgetId: budget?.accountId ?? '',
    lambda,
    segment,
    stateSequence: BigInt(deliberation.stateSequence),
    ...(runnerUp && { runnerUp: encodeRunnerUp(runnerUp) }),
  };
}

const encodeRunnerUp = ({ best, ...rest }: RunnerUp): WireRunnerUp => ({ bestModel: best, ...rest });

/** An explanation as Explain answers it; the traces where they were asked for. */
export function encodeExplainResponse(deliberation: Deliberation, policyVersion: string): ExplainResponse {
  const { profile, traces, eligibleArms } = deliberation;
  return {
    profile: encodeProfile(profile),
    explanation: encodeExplanation(deliberation),
    policyVersion,
    ...encodeTraces(traces ?? { traces: [], omitted: 0 }, eligibleArms),
  };
}

/** By how much drift moved what is acted on; a Beta's mean stays inside its range. */
function encodeDrifts({ drifts, undrifted, quality, success }: ArmBelief) {
  return {
    qualityDrift: drifts.quality ? quality.mean - undrifted.quality.mean : 0,
    successDrift: drifts.success ? betaMean(success) - betaMean(undrifted.success) : 0,
    latencyDrift: drifts.latency?.shift ?? 0,
    outputTokensDrift: drifts.tokens?.shift ?? 0,
  };
}

function encodeScore(candidate: ScoredCandidate): CandidateScore {
  const { arm, model, belief, cost, latencyMs, expectedUtility, propensityQ16 } = candidate;
  return {
    model: model.id,
    ...(arm.prompt && { variant: arm.prompt.variant.id }),
    expectedQuality: clampedRate(belief.quality.mean),
    qualitySd: Math.sqrt(belief.quality.variance),
    ...encodeDrifts(belief),
    qualityObservations: belief.qualityObservations,
    expectedSuccess: betaMean(belief.success),
    ...(cost && { cost: encodeCost(cost) }),
    latency: durationFromMs(latencyMs),
    expectedUtility,
    propensity: propensityQ16 / PROPENSITY_ONE,
    probe: candidate.isProbe === true,
  };
}
