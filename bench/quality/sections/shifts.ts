import { benchSet } from '../bench-set.js';
import { BINDING, PRICE_DROP, QUALITY_DROP } from '../floors.js';
import type { BenchContext } from '../measure.js';
import { GEMINI_PRO, MISTRAL } from '../pareto-arms.js';
import { partRange } from '../phases.js';
import { percent, three, usd } from '../report.js';
import { arrivals } from './arrivals.js';
import { paretoSet } from './pareto-sets.js';
import { costRatioIn, pacedShareIn, qualityIn, shareIn, shiftRuns } from './shift-runs.js';

/** The world changes in the middle third, or half-way: prices, quality, and who is there. */
export async function shiftsSection(context: BenchContext): Promise<void> {
  await priceDrop(context);
  await qualityDrop(context);
  await arrivals(context);
}

const THIRDS = [0, 1, 2] as const;

async function priceDrop(context: BenchContext): Promise<void> {
  const { report, policy, seeds } = context;
  const set = paretoSet(context, 3);
  report.heading(
    `Shift a: ${GEMINI_PRO} at 1/${PRICE_DROP.divisor} of its price in the middle third, ${policy.name}, ${seeds} seeds`,
  );
  const cheap = { from: 1 / 3, priceDivisor: { [GEMINI_PRO]: PRICE_DROP.divisor } };
  const shifts = await shiftRuns(context, set, [{ from: 0 }, cheap, { from: 2 / 3 }]);
  const steps = benchSet(set).prompts.length;
  const rows = shifts.flatMap((shift) =>
    THIRDS.map((part) => {
      const range = partRange(part, THIRDS.length, steps);
      const name = `shifts.price.${usd(shift.budgetUsd)}.third${part + 1}`;
      const quality = qualityIn(shift, range);
      const cost = costRatioIn(shift, range);
      const pacedShare = pacedShareIn(shift, range);
      const binds = pacedShare >= BINDING.pacedShare;
      report.figure(`${name}.quality`, quality);
      report.figure(`${name}.costOfBudget`, cost);
      const qualityMark =
        part === 1
          ? `≥ ${three(PRICE_DROP.quality)} ${report.check(`${name}.quality`, quality >= PRICE_DROP.quality)}`
          : '';
      const within = !binds || (cost >= PRICE_DROP.least && cost <= PRICE_DROP.most);
      const costMark =
        part > 0 ? `${PRICE_DROP.least}–${PRICE_DROP.most} ${report.check(`${name}.cost`, within)}` : '';
      return [
        `${usd(shift.budgetUsd)}, third ${part + 1}`,
        quality.toFixed(4),
        qualityMark,
        three(cost),
        costMark + (binds || part === 0 ? '' : ' (does not bind)'),
        percent(pacedShare),
        percent(shareIn(shift, GEMINI_PRO, range)),
      ];
    }),
  );
  report.table(['budget', 'quality', 'floor', 'cost ÷ budget', 'bounds', 'λ > 0', 'its share'], rows);
}

async function qualityDrop(context: BenchContext): Promise<void> {
  const { report, policy, seeds } = context;
  const set = paretoSet(context, 3);
  const { quality, arms, prompts } = benchSet(set);
  const mistral = arms.indexOf(MISTRAL);
  const mean = prompts.reduce((sum, _, p) => sum + quality[p * arms.length + mistral]!, 0) / prompts.length;
  report.heading(
    `Shift b: ${MISTRAL}'s quality falls to a mean of ${QUALITY_DROP.mean} in the middle third, ${policy.name}, ${seeds} seeds`,
  );
  const worse = { from: 1 / 3, qualityFactor: { [MISTRAL]: QUALITY_DROP.mean / mean } };
  const shifts = await shiftRuns(context, set, [{ from: 0 }, worse, { from: 2 / 3 }]);
  const rows = shifts.map((shift) => {
    const name = `shifts.quality.${usd(shift.budgetUsd)}`;
    const third = (part: number) => partRange(part, 3, prompts.length);
    const secondHalf = (part: number) => partRange(2 * part + 1, 6, prompts.length);
    const share = shareIn(shift, MISTRAL, third(1));
    const most = QUALITY_DROP.shareMost.get(shift.budgetUsd);
    const before = shareIn(shift, MISTRAL, secondHalf(0));
    const after = shareIn(shift, MISTRAL, secondHalf(2));
    const costs = THIRDS.map((part) => costRatioIn(shift, third(part)));
    report.figure(`${name}.share`, share);
    report.figure(`${name}.shareBefore`, before);
    report.figure(`${name}.shareAfter`, after);
    costs.forEach((cost, part) => report.figure(`${name}.costOfBudget${part + 1}`, cost));
    const published = QUALITY_DROP.publishedShare.get(shift.budgetUsd);
    return [
      usd(shift.budgetUsd),
      percent(share),
      published === undefined ? '–' : percent(published),
      most === undefined ? '–' : `≤ ${percent(most)} ${report.check(`${name}.share`, share <= most)}`,
      percent(before),
      percent(after),
      `within ${100 * QUALITY_DROP.shareDistance} points ${report.check(`${name}.recovery`, Math.abs(after - before) <= QUALITY_DROP.shareDistance)}`,
      costs.map(three).join(' '),
      `≤ ${QUALITY_DROP.costMost} ${report.check(`${name}.cost`, Math.max(...costs) <= QUALITY_DROP.costMost)}`,
      THIRDS.map((part) => three(qualityIn(shift, third(part)))).join(' '),
    ];
  });
  report.table(
    [
      'budget',
      'its share, middle',
      'published',
      'floor',
      'before',
      'after',
      'floor',
      'cost ÷ budget',
      'floor',
      'quality',
    ],
    rows,
  );
}
