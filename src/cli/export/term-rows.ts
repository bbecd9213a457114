import { PROPENSITY_ONE } from '../../core/bandit/propensity.js';
import { weighed } from '../../core/evaluation/evaluated-decision.js';
import type { ReplayedDecision } from '../../core/evaluation/replay-decision.js';
import { usdFromNanoUsd } from '../../core/money.js';
import type { RecordedDecision } from '../../runtime/decision-codec.js';
import type { Actions } from './actions.js';
import { columnsOf, type Row } from './column.js';

export const TERM_COLUMNS = columnsOf({
  decision_id: 'text',
  time: 'time',
  use_case: 'text',
  action: 'int',
  position: 'int',
  pscore: 'double',
  reward: 'double',
  cost_usd: 'double',
  action_dist: 'doubles',
  estimated_rewards: 'doubles',
  estimated_costs_usd: 'doubles',
  weight: 'double',
  unsupported: 'double',
});

/** What estimates are made of: a logged decision beside the policy that is evaluated. Lists have a place for every arm. */
export function termRow(recorded: RecordedDecision, replayed: ReplayedDecision, actions: Actions): Row {
  const { quality, costNanoUsd } = replayed;
  const byAction = (values: ArrayLike<number>): number[] => {
    const all = actions.names.map(() => 0);
    replayed.armIds.forEach((armId, k) => {
      const action = actions.of.get(armId);
      if (action !== undefined) all[action] = values[k]!;
    });
    return all;
  };
  const { weight, unsupported } = weighed(quality);
  const choice = recorded.candidates.find(({ armId }) => armId === recorded.armId);
  return {
    decision_id: recorded.decisionId,
    time: new Date(recorded.issueTimeMs),
    use_case: recorded.question.useCase,
    action: actions.of.get(recorded.armId),
    position: 0,
    pscore: (choice?.propensityQ16 ?? 0) / PROPENSITY_ONE,
    reward: quality.reward,
    cost_usd: costNanoUsd.reward === undefined ? undefined : usdFromNanoUsd(costNanoUsd.reward),
    action_dist: byAction(quality.target),
    estimated_rewards: byAction(quality.predicted),
    estimated_costs_usd: byAction(costNanoUsd.predicted).map(usdFromNanoUsd),
    weight,
    unsupported,
  };
}
