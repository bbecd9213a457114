import { join } from 'node:path';
import { QUALITY_ONLY, type QualityCostWeights } from '../bench-policy.js';
import type { SetSpec } from '../outcome-set.js';
import { LLMROUTER_FLOORS, ROUTERBENCH_FLOORS } from '../floors.js';
import { meanOver, measure, over, type BenchContext, type Measured } from '../measure.js';
import type { Yardstick } from '../phase-score.js';
import { percent, three, withInterval, type Report } from '../report.js';

interface RewardFloor {
  readonly all: number;
  readonly lastQuarter: number;
}

const HEADER = [
  'sees',
  'overall',
  'floor',
  '',
  'last quarter',
  'floor',
  '',
  'random',
  'best fixed',
  'best per dataset',
  'oracle',
  'shuffled',
  'gap closed',
];

/** Nine arms, quality only: from the text, and with the dataset as the use case. */
export async function llmrouterSection(context: BenchContext): Promise<void> {
  const folder = join(context.dataFolder, 'llmrouter');
  await rewards(context, { title: 'llmrouter, quality only', weights: QUALITY_ONLY }, [
    { sees: 'text', set: { folder }, floor: LLMROUTER_FLOORS.text },
    { sees: 'dataset', set: { folder, useCase: 'dataset' }, floor: LLMROUTER_FLOORS.dataset },
  ]);
}

/** Eleven arms with measured costs, weights (0.7, 0.3). */
export async function routerbenchSection(context: BenchContext): Promise<void> {
  const set = { folder: join(context.dataFolder, 'routerbench') };
  const weights = { quality: 0.7, cost: 0.3 };
  await rewards(context, { title: 'routerbench, utility at (0.7, 0.3)', weights }, [
    { sees: 'text', set, floor: ROUTERBENCH_FLOORS },
  ]);
}

async function rewards(
  context: BenchContext,
  { title, weights }: { readonly title: string; readonly weights: QualityCostWeights },
  lines: readonly { readonly sees: string; readonly set: SetSpec; readonly floor: RewardFloor }[],
): Promise<void> {
  const { report, policy, seeds } = context;
  report.heading(`${title}, ${policy.name}: ${seeds} seeds, cold`);
  const data = title.slice(0, title.indexOf(','));
  const measured = await measure(
    context,
    lines.map(({ sees, set }) => ({
      data: sees === 'text' ? data : `${data}:${sees}`,
      set,
      variant: policy,
      weights,
    })),
  );
  report.table(
    HEADER,
    lines.map(({ sees, floor }, i) => rewardLine(report, `${data}.${sees}`, measured[i]!, { sees, floor })),
  );
}

function rewardLine(
  report: Report,
  name: string,
  { scores, yard }: Measured,
  { sees, floor }: { readonly sees: string; readonly floor: RewardFloor },
): string[] {
  const all = over(scores.all, ({ reward }) => reward);
  const last = over(scores.last_quarter, ({ reward }) => reward);
  const { random, category } = references(yard);
  const gapClosed = (all.mean - random) / (category - random);
  report.figure(`${name}.all`, all.mean);
  report.figure(`${name}.last_quarter`, last.mean);
  report.figure(`${name}.gap_closed`, gapClosed);
  return [
    sees,
    withInterval(all),
    `${floor.all}`,
    report.check(`${name}.all`, all.mean >= floor.all),
    withInterval(last),
    `${floor.lastQuarter}`,
    report.check(`${name}.last_quarter`, last.mean >= floor.lastQuarter),
    three(random),
    three(scores.all[0]!.bestFixed),
    three(category),
    three(scores.all[0]!.oracle),
    three(meanOver(scores.all, ({ shuffled }) => shuffled)),
    percent(gapClosed),
  ];
}

/** Mean utility of a uniform choice, and of the best arm per dataset in hindsight. */
function references({ set, values }: Yardstick): { random: number; category: number } {
  const count = set.arms.length;
  const sums = new Map<string, Float64Array>();
  set.prompts.forEach(({ dataset }, prompt) => {
    const ofDataset = sums.get(dataset) ?? new Float64Array(count);
    for (let arm = 0; arm < count; arm++) ofDataset[arm]! += values[prompt * count + arm]!;
    sums.set(dataset, ofDataset);
  });
  const total = [...sums.values()];
  return {
    random: values.reduce((sum, value) => sum + value, 0) / values.length,
    category: total.reduce((sum, arms) => sum + Math.max(...arms), 0) / set.prompts.length,
  };
}
