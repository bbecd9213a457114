import { beliefScope, armBelief } from '../core/bandit/belief.js';
import { priorsAt } from '../core/bandit/priors.js';
import { SextantError } from '../core/errors.js';
import { estimateCost } from '../core/cost/estimate.js';
import type { UseCase } from '../core/ids.js';
import type { ModelId } from '../core/registry/model.js';
import type { Arm } from '../core/selection/arm.js';
import { analyzeRequest, profileRequest } from '../core/selection/profile-request.js';
import { segmentOf } from '../core/selection/segment.js';
import type {
  EstimateCostRequest,
  EstimateCostResponse,
  ModelCost,
  SelectBatchResponse,
  SelectRequest,
  SelectResponse,
  SelectionServiceServer,
} from '../gen/sextant/v1/selection.js';
import type { Environment } from '../runtime/environment.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Principal } from './auth.js';
import { encodeCost, encodeExplainResponse, encodeProfile, encodeSelectResponse } from './encode/decision.js';
import { dimensionEnum } from './encode/enums.js';
import { unary, type HandlerContext } from './handler.js';
import { LIMITS } from './limits.js';
import { statusOf } from './status.js';
import { checkItems, missing } from './validate/items.js';
import { decodeQuestion, readQuestion } from './validate/question.js';
import { decodeInput } from './validate/request-input.js';
import { Violations } from './validate/violations.js';

/** Decisions, explanations and estimates. Nothing here waits: every answer comes from memory. */
export function selectionService(
  context: HandlerContext,
  runtime: Runtime,
  environment: Environment,
): SelectionServiceServer {
  const select = (request: SelectRequest, { tenant }: Principal): SelectResponse => {
    const question = decodeQuestion(request, tenant);
    const issued = runtime.decider.select(question, request.explain);
    return encodeSelectResponse(issued, question, request.explain);
  };
  return {
    select: unary(context, 'select', select),
    selectBatch: unary(context, 'select', ({ items }, principal): SelectBatchResponse => {
      checkItems(items, LIMITS.batchSelectMax);
      return {
        results: items.map(({ id, request }) => {
          try {
            if (request === undefined) throw missing('request');
            return { id, outcome: { $case: 'response', value: select(request, principal) } };
          } catch (thrown) {
            return { id, outcome: { $case: 'error', value: statusOf(SextantError.from(thrown)) } };
          }
        }),
      };
    }),
    explain: unary(context, 'select', ({ request, conditions }, { tenant }) => {
      if (request === undefined) throw missing('request');
      const violations = new Violations();
      const question = readQuestion('request.', request, { tenant, violations });
      violations.throwIfAny();
      const { deliberation, policyVersion } = runtime.decider.explain(question, conditions);
      return encodeExplainResponse(deliberation, policyVersion);
    }),
    analyzeComplexity: unary(context, 'select', ({ input: wire }) => {
      const violations = new Violations();
      const input = decodeInput('input', wire, violations);
      if (wire !== undefined && wire.content === undefined) violations.add('input.content', 'is required');
      violations.throwIfAny();
      const { policy } = runtime.snapshot();
      const { profile, evidence } = analyzeRequest(input, policy.complexity);
      return {
        profile: encodeProfile(profile),
        evidence: evidence.map(({ dimension, ...place }) => ({
          dimension: dimensionEnum.encode(dimension),
          ...place,
        })),
        policyVersion: policy.version,
      };
    }),
    estimateCost: unary(context, 'select', (request, principal) =>
      estimate(request, principal, runtime, environment),
    ),
  };
}

function estimate(
  request: EstimateCostRequest,
  { tenant }: Principal,
  runtime: Runtime,
  environment: Environment,
): EstimateCostResponse {
  const violations = new Violations();
  const input = decodeInput('input', request.input, violations);
  if (request.useCase !== '') violations.name('use_case', request.useCase);
  violations.text('model', request.model, { maxBytes: LIMITS.modelIdMaxBytes, required: false });
  violations.throwIfAny();
  const { policy, registry, arms, learning } = runtime.snapshot();
  const profile = profileRequest(input, policy.complexity);
  const useCase = request.useCase as UseCase;
  const scope = beliefScope(learning, {
    tenant,
    useCase,
    segment: segmentOf(profile, policy.bandit.segmentBy),
    poolingStrength: policy.bandit.poolingStrength,
    nowMs: environment.nowMs(),
  });
  const wanted = request.model === '' ? undefined : registry.resolve(request.model)?.model.id;
  if (request.model !== '' && wanted === undefined) {
    throw new SextantError('UNKNOWN_MODEL', `there is no model "${request.model}"`);
  }
  const costOf = (arm: Arm): ModelCost => {
    const { outputTokens } = armBelief(
      scope,
      priorsAt(arm.priorTable, useCase, profile.level),
      arm.armId,
      arm.kin,
    );
    const maxOutputTokens = Math.min(arm.model.maxOutputTokens, input.maxOutputTokens ?? Infinity);
    const question = { inputTokens: profile.inputTokens, maxOutputTokens, batch: request.batch };
    return {
      model: arm.model.id,
      ...(arm.prices && { cost: encodeCost(estimateCost(arm.prices, outputTokens, question)) }),
      observations: outputTokens.observations,
    };
  };
  const asked = arms.filter(({ model }) =>
    wanted === undefined ? model.status === 'active' : model.id === wanted,
  );
  return { costs: asked.map(costOf).sort(byCost) };
}

function byCost(a: ModelCost, b: ModelCost): number {
  if (a.cost === undefined || b.cost === undefined)
    return Number(a.cost === undefined) - Number(b.cost === undefined);
  const difference = a.cost.meanNanoUsd - b.cost.meanNanoUsd;
  return difference === 0n ? byId(a.model as ModelId, b.model as ModelId) : Number(difference);
}

const byId = (a: ModelId, b: ModelId): number => (a < b ? -1 : 1);
