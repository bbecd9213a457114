import { QUALITY_ONLY } from '../bench-policy.js';
import { BINDING, BUDGET_FLOORS, type BudgetFloor } from '../floors.js';
import { hullGain, type HullGain } from '../hull-gain.js';
import { meanOver, measure, over, type BenchContext, type Measured } from '../measure.js';
import { percent, three, usd, withInterval, type Report } from '../report.js';
import { paretoPanel, paretoSet } from './pareto-sets.js';

const HEADER = [
  'budget',
  'published',
  'reward',
  'cost ÷ budget',
  'λ > 0',
  'hull',
  'oracle',
  'hull gain',
  'over prompts',
  'shuffled',
  'its cost',
  'floor',
  '',
];

/** Budgets on the published set: three arms with the floors, four without. */
export async function budgetsSection(context: BenchContext): Promise<void> {
  for (const arms of [3, 4] as const) {
    const { report, seeds, policy, budgetsUsd } = context;
    report.heading(`paretobandit, K = ${arms}, ${policy.name}: test half, ${seeds} seeds, cold`);
    const measured = await measure(
      context,
      budgetsUsd.map((budgetUsd) => ({
        data: 'paretobandit',
        set: paretoSet(context, arms),
        variant: policy,
        weights: QUALITY_ONLY,
        budgetUsd,
      })),
    );
    const lines = measured.map((one) => budgetLine(report, one, arms));
    report.table(HEADER, lines);
    report.note(
      'Costs as shares of the budget. Intervals: ± over seeds, [ ] by bootstrap over prompts; 95 %.',
    );
    const panel = paretoPanel(context, arms);
    for (const { scores, cell } of measured) {
      panel.points.push({
        policy: cell.variant.name,
        costUsd: meanOver(scores.test, ({ costUsd }) => costUsd),
        reward: meanOver(scores.test, ({ reward }) => reward),
      });
    }
  }
}

function budgetLine(report: Report, measured: Measured, arms: number): string[] {
  const { scores, cell, yard, runs } = measured;
  const budgetUsd = cell.budgetUsd!;
  const reward = over(scores.test, (score) => score.reward);
  const cost = over(scores.test, ({ costUsd }) => costUsd / budgetUsd);
  const pacedShare = meanOver(scores.test, (score) => score.pacedShare);
  const hull = meanOver(scores.test, (score) => score.hull);
  const gain = hullGain(yard, runs);
  const shuffled = meanOver(scores.test, (score) => score.shuffled);
  const shuffledCost = meanOver(scores.test, ({ shuffledCostUsd }) => shuffledCostUsd / budgetUsd);
  const name = `budgets.k${arms}.${usd(budgetUsd)}`;
  const figures = {
    reward: reward.mean,
    costOfBudget: cost.mean,
    pacedShare,
    hull,
    oracle: meanOver(scores.test, (score) => score.oracle),
    gain: gain.gain,
    shuffled,
  };
  for (const [key, value] of Object.entries(figures)) report.figure(`${name}.${key}`, value);
  const floor = arms === 3 ? BUDGET_FLOORS.find((one) => one.budgetUsd === budgetUsd) : undefined;
  const binds = pacedShare >= BINDING.pacedShare;
  const within = !binds || (cost.mean >= BINDING.least && cost.mean <= BINDING.most);
  const marks = [
    ...(floor === undefined ? [] : [report.check(`${name}.reward`, meets(floor, reward.mean, hull, gain))]),
    `${report.check(`${name}.cost`, within)} cost${binds ? '' : ' (does not bind)'}`,
  ];
  return [
    usd(budgetUsd),
    floor?.published === undefined ? '–' : three(floor.published),
    withInterval(reward),
    withInterval(cost, 3),
    percent(pacedShare),
    hull.toFixed(4),
    figures.oracle.toFixed(4),
    percent(gain.gain),
    `[${percent(gain.low)}, ${percent(gain.high)}]`,
    shuffled.toFixed(4),
    three(shuffledCost),
    floor === undefined ? '–' : floorText(floor),
    marks.join(' '),
  ];
}

const meets = (floor: BudgetFloor, reward: number, hull: number, { gain }: HullGain): boolean =>
  (floor.gain === undefined || gain >= floor.gain) &&
  (floor.reward === undefined || reward >= floor.reward) &&
  (floor.belowHull === undefined || reward >= hull - floor.belowHull);

function floorText({ gain, reward, belowHull }: BudgetFloor): string {
  return [
    reward === undefined ? [] : [three(reward)],
    gain === undefined ? [] : [`gain ${percent(gain)}`],
    belowHull === undefined ? [] : [belowHull === 0 ? 'hull' : `hull − ${belowHull}`],
  ]
    .flat()
    .join(', ');
}
