import { policyFolderOf } from '../config/policy-files.js';
import type { EvaluationServiceServer } from '../gen/sextant/v1/evaluation.js';
import type { Runtime } from '../runtime/runtime.js';
import { encodeEvaluation } from './encode/evaluation.js';
import { unary, type HandlerContext } from './handler.js';
import { decodeEvaluatePolicy } from './validate/evaluation.js';

/** What other policies would have earned. */
export function evaluationService(
  context: HandlerContext,
  { policies, evaluator }: Pick<Runtime, 'policies' | 'evaluator'>,
): EvaluationServiceServer {
  return {
    // The evaluator ends by itself what takes too long.
    evaluatePolicy: unary(
      context,
      'read',
      async (request, { tenant }) => {
        const { candidate, filter } = decodeEvaluatePolicy(request);
        const { sources } =
          candidate.kind === 'version'
            ? await policies.folder(candidate.version)
            : policyFolderOf(candidate.sources);
        return encodeEvaluation(await evaluator.evaluate(sources, { ...filter, tenant }));
      },
      { hasDeadline: false },
    ),
  };
}
