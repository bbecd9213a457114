import { policyFolderOf, type PolicySource } from '../config/policy-files.js';
import type { EvaluationServiceServer } from '../gen/sextant/v1/evaluation.js';
import type { Runtime } from '../runtime/runtime.js';
import { encodeEvaluation } from './encode/evaluation.js';
import { encodeLogDiff } from './encode/log-diff.js';
import { unary, type HandlerContext } from './handler.js';
import {
  decodeComparePolicies,
  decodeEvaluatePolicy,
  type RequestedEvaluation,
} from './validate/evaluation.js';

/** What other policies would have earned. */
export function evaluationService(
  context: HandlerContext,
  { policies, evaluator }: Pick<Runtime, 'policies' | 'evaluator'>,
): EvaluationServiceServer {
  const sourcesOf = async (candidate: RequestedEvaluation['candidate']): Promise<readonly PolicySource[]> =>
    candidate.kind === 'version'
      ? (await policies.folder(candidate.version)).sources
      : policyFolderOf(candidate.sources).sources;
  return {
    // The evaluator ends by itself what takes too long.
    evaluatePolicy: unary(
      context,
      'read',
      async (request, { tenant }) => {
        const { candidate, filter } = decodeEvaluatePolicy(request);
        const sources = await sourcesOf(candidate);
        return encodeEvaluation(await evaluator.evaluate(sources, { ...filter, tenant }));
      },
      { hasDeadline: false },
    ),

    comparePolicies: unary(
      context,
      'read',
      async (request, { tenant }) => {
        const { fromVersion, candidate, filter } = decodeComparePolicies(request);
        const from = await policies.folder(fromVersion === '' ? policies.policy.version : fromVersion);
        const compared = { from: from.sources, to: await sourcesOf(candidate) };
        return encodeLogDiff(await evaluator.compare(compared, { ...filter, tenant }));
      },
      { hasDeadline: false },
    ),
  };
}
