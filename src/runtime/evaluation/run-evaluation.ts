import { checkPolicy } from '../../config/load-policy.js';
import { policyFolderOf } from '../../config/policy-files.js';
import { describeFault, type Fault } from '../../core/fault.js';
import { routedModels } from '../experiments/routed-models.js';
import { diffOnLog } from './diff-on-log.js';
import { evaluateLog, nothingToEvaluate, type EvaluatedStore } from './evaluate-log.js';
import type { EvaluationOrigin, EvaluationTask, FromEvaluation } from './evaluation-messages.js';
import { TooManyDecisions } from './rewards.js';

/** The whole of an evaluation, wherever it runs. @returns what it found, or why there is nothing. */
export async function runEvaluation(
  { task, maxDecisions }: EvaluationOrigin,
  store: EvaluatedStore,
): Promise<FromEvaluation> {
  try {
    return await workedOut(task, store, maxDecisions);
  } catch (error) {
    if (error instanceof TooManyDecisions) return { kind: 'failed', reason: 'size', message: error.message };
    if (error instanceof RangeError) return { kind: 'failed', reason: 'policy', message: error.message };
    throw error;
  }
}

async function workedOut(
  task: EvaluationTask,
  store: EvaluatedStore,
  maxDecisions: number,
): Promise<FromEvaluation> {
  if (task.kind === 'models')
    return { kind: 'models', groups: await routedModels(store, task.experiment, maxDecisions) };
  const { sources, surroundings, filter } = task;
  const policy = checkPolicy(policyFolderOf(sources));
  if (!policy.ok) return faulty(policy.faults);
  if (task.kind === 'compare') {
    const from = checkPolicy(policyFolderOf(task.comparedWith));
    if (!from.ok) return faulty(from.faults);
    const policies = { from: from.value, to: policy.value, surroundings };
    return { kind: 'compared', diff: await diffOnLog(store, policies, filter) };
  }
  const log = await evaluateLog(store, { policy: policy.value, surroundings }, { filter, maxDecisions });
  const nothing = nothingToEvaluate(log, filter);
  return nothing === undefined
    ? { kind: 'done', log }
    : { kind: 'failed', reason: 'nothing', message: nothing };
}

const faulty = (faults: readonly Fault[]): FromEvaluation => ({
  kind: 'failed',
  reason: 'policy',
  message: faults.map(describeFault).join('; '),
});
