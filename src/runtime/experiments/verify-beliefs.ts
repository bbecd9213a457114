import { compareStates } from '../../core/learning/compare-states.js';
import type { LearningState } from '../../core/learning/learning-state.js';
import { contextLayoutOf, type Policy } from '../../core/selection/policy.js';
import type { OutcomeLog } from '../../store/ports.js';
import { foundation } from '../learner.js';
import { armPolicies } from './arm-policies.js';
import { RunningExperiment } from './running-experiment.js';

/** What came of holding the beliefs of an experiment's arms against the log. */
export interface VerifiedBeliefs {
  /**
   * `none`: it has ended, or the policy does not fit its arms; `unknown`: they are not what the log comes to, and some of
   * what they may have begun with has left it.
   */
  readonly beliefs: 'equal' | 'differ' | 'none' | 'unknown';
  /** One sentence for each arm that differs. */
  readonly differences: readonly string[];
}

/**
 * Holds beliefs that a snapshot kept, brought up to the log's end, against a fold from nothing: what all had learned by the
 * start, then each arm's own outcomes.
 * @param kept recovered from its snapshot; its beliefs are made ready here.
 * @throws StoreError.
 */
export async function verifyBeliefs(
  kept: RunningExperiment,
  policy: Policy,
  log: OutcomeLog,
): Promise<VerifiedBeliefs> {
  const policies = kept.isRunning ? armPolicies(kept, policy) : undefined;
  if (policies?.ok !== true) return { beliefs: 'none', differences: [] };
  const head = (): number => log.head();
  await kept.learn(policies.value, log, head);
  const folded = async (common?: LearningState): Promise<readonly LearningState[]> => {
    const whole = new RunningExperiment(kept.started, kept.revision);
    await whole.learn(policies.value, log, head, common);
    return whole.learning;
  };
  const candidates = [await folded()];
  // Arms that began with all that was learned have what left the log; those that were made anew later have not.
  if (log.base() > 0)
    candidates.push(await folded(await foldedUpTo(kept.started.startSequence, policy, log)));
  const differences = kept.definition.arms.flatMap(({ id }, arm) => {
    const found = candidates.map((states) => compareStates(kept.learning[arm]!, states[arm]!));
    if (found.some((each) => each.length === 0)) return [];
    return [`beliefs of arm ${id}: ${found[0]!.length} sums differ, such as ${found[0]![0]}`];
  });
  if (differences.length === 0) return { beliefs: 'equal', differences };
  return log.base() > 0 ? { beliefs: 'unknown', differences: [] } : { beliefs: 'differ', differences };
}

/** What all had learned before a position of the log. */
async function foldedUpTo(sequence: number, policy: Policy, log: OutcomeLog): Promise<LearningState> {
  const state = await foundation(log, policy.bandit.halfLives, contextLayoutOf(policy));
  for await (const { firstSequence, outcomes } of log.read(state.sequence)) {
    if (firstSequence >= sequence) break;
    outcomes
      .slice(0, sequence - firstSequence)
      .forEach((outcome, i) => state.fold(outcome, firstSequence + i));
  }
  return state;
}
