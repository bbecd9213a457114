import { checkPolicy } from '../../config/load-policy.js';
import { policyFolderOf } from '../../config/policy-files.js';
import { describeFault } from '../../core/fault.js';
import { evaluateLog, nothingToEvaluate, type EvaluatedStore } from './evaluate-log.js';
import type { EvaluationOrigin, FromEvaluation } from './evaluation-messages.js';
import { TooManyDecisions } from './rewards.js';

/** The whole of an evaluation, wherever it runs. @returns what it found, or why there is nothing. */
export async function runEvaluation(
  { sources, surroundings, filter, maxDecisions }: EvaluationOrigin,
  store: EvaluatedStore,
): Promise<FromEvaluation> {
  const policy = checkPolicy(policyFolderOf(sources));
  if (!policy.ok)
    return { kind: 'failed', reason: 'policy', message: policy.faults.map(describeFault).join('; ') };
  try {
    const log = await evaluateLog(store, { policy: policy.value, surroundings }, { filter, maxDecisions });
    const nothing = nothingToEvaluate(log);
    return nothing === undefined
      ? { kind: 'done', log }
      : { kind: 'failed', reason: 'nothing', message: nothing };
  } catch (error) {
    if (error instanceof TooManyDecisions) return { kind: 'failed', reason: 'size', message: error.message };
    if (error instanceof RangeError) return { kind: 'failed', reason: 'policy', message: error.message };
    throw error;
  }
}
