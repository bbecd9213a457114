import { SextantError } from '../core/errors.js';
import { analyzeRequest } from '../core/selection/profile-request.js';
import type {
  SelectBatchResponse,
  SelectRequest,
  SelectResponse,
  SelectionServiceServer,
} from '../gen/sextant/v1/selection.js';
import type { Environment } from '../runtime/environment.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Principal } from './auth.js';
import { encodeExplainResponse, encodeProfile, encodeSelectResponse } from './encode/decision.js';
import { dimensionEnum } from './encode/enums.js';
import { estimateCosts } from './estimate-cost.js';
import { unary, type HandlerContext } from './handler.js';
import { LIMITS } from './limits.js';
import { statusOf } from './status.js';
import { traceDecision, traceItem, type TracedItem } from './tracing.js';
import { checkItems, missing } from './validate/items.js';
import { decodeQuestion, readQuestion } from './validate/question.js';
import { decodeInput } from './validate/request-input.js';
import { Violations } from './validate/violations.js';

const SELECT_ITEM: TracedItem = { name: 'Select', place: 'child' };

/** Decisions, explanations and estimates. Nothing here waits: every answer comes from memory. */
export function selectionService(
  context: HandlerContext,
  runtime: Runtime,
  environment: Environment,
): SelectionServiceServer {
  /** Counts decisions that are refused by what refuses them. */
  const counted = <Result>(decisions: number, work: () => Result): Result => {
    try {
      return work();
    } catch (thrown) {
      runtime.usage.refused(SextantError.from(thrown).code, decisions);
      throw thrown;
    }
  };
  const takeDecisions = (principal: Principal, decisions: number): void =>
    counted(decisions, () => context.takeDecisions(principal, decisions));
  const select = (request: SelectRequest, { tenant }: Principal): SelectResponse => {
    const question = decodeQuestion(request, tenant);
    const issued = runtime.decider.select(question, request.explain);
    traceDecision(issued, question);
    return encodeSelectResponse(issued, question, request.explain);
  };
  return {
    select: unary(context, 'select', (request, principal) => {
      takeDecisions(principal, 1);
      return counted(1, () => select(request, principal));
    }),
    selectBatch: unary(context, 'select', ({ items }, principal): SelectBatchResponse => {
      checkItems(items, LIMITS.batchSelectMax);
      takeDecisions(principal, items.length);
      return {
        results: items.map(({ id, request }) => {
          try {
            const value = counted(1, () => {
              if (request === undefined) throw missing('request');
              return traceItem(SELECT_ITEM, () => select(request, principal));
            });
            return { id, outcome: { $case: 'response', value } };
          } catch (thrown) {
            return { id, outcome: { $case: 'error', value: statusOf(SextantError.from(thrown)) } };
          }
        }),
      };
    }),
    explain: unary(context, 'select', ({ request, conditions }, principal) => {
      context.takeDecisions(principal, 1);
      const { tenant } = principal;
      if (request === undefined) throw missing('request');
      const violations = new Violations();
      const question = readQuestion('request.', request, { tenant, violations });
      violations.throwIfAny();
      const { deliberation, policyVersion, member } = runtime.decider.explain(question, conditions);
      return { ...encodeExplainResponse(deliberation, policyVersion), ...(member && { experiment: member }) };
    }),
    analyzeComplexity: unary(context, 'select', ({ input: wire }) => {
      const violations = new Violations();
      const input = decodeInput('input', wire, violations);
      if (wire !== undefined && wire.content === undefined) violations.add('input.content', 'is required');
      violations.throwIfAny();
      const { policy } = runtime.snapshot();
      const { profile, evidence } = analyzeRequest(runtime.tokens.counted(input), policy.complexity);
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
      estimateCosts(request, principal, runtime, environment),
    ),
  };
}
