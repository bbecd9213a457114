import { benchSet, type BenchSetSpec } from '../bench-set.js';
import { ARRIVAL } from '../floors.js';
import type { BenchContext } from '../measure.js';
import type { Newcomer } from '../newcomer.js';
import { GEMINI_FLASH, MISTRAL } from '../pareto-arms.js';
import { phaseRange } from '../phases.js';
import { percent, three, usd, type Report } from '../report.js';
import { paretoSet } from './pareto-sets.js';
import { costRatioIn, qualityIn, shareIn, shiftRuns, type ShiftRuns } from './shift-runs.js';

/** What an arrival must come to: some first pulls; most of the traffic; or an end. */
type Fate = 'tried' | 'majority' | 'dropped';

interface Arrival {
  readonly arm: string;
  readonly fate: Fate;
  readonly newcomer?: Newcomer;
}

const made = (name: string, fate: Fate, changes: Partial<Newcomer>): Arrival => ({
  arm: `newcomer/${name}`,
  fate,
  newcomer: { name: `newcomer/${name}`, from: MISTRAL, ...changes },
});

const ARRIVALS: readonly Arrival[] = [
  { arm: GEMINI_FLASH, fate: 'tried' },
  made('good', 'majority', { qualityGain: 0.03 }),
  made('bad', 'dropped', { qualityFactor: 0.5 }),
  made('dear', 'dropped', { priceFactor: 100 }),
];

/** A model arrives half-way: a real one, one that is better at a known price, a bad one and a dear one. */
export async function arrivals(context: BenchContext): Promise<void> {
  const { report, policy, seeds } = context;
  report.heading(`Shift c: a model arrives half-way, ${policy.name}, ${seeds} seeds`);
  const rows: string[][] = [];
  for (const arrival of ARRIVALS) {
    const set: BenchSetSpec =
      arrival.newcomer === undefined
        ? paretoSet(context, 4)
        : { ...paretoSet(context, 3), newcomer: arrival.newcomer };
    const shifts = await shiftRuns(context, set, [{ from: 0, absent: [arrival.arm] }, { from: 1 / 2 }]);
    const steps = benchSet(set).prompts.length;
    rows.push(...shifts.map((shift) => arrivalLine(report, shift, { arrival, steps })));
  }
  report.table(
    [
      'arrival, budget',
      `pulls in ${ARRIVAL.within}`,
      `share before ${ARRIVAL.majorityBy}`,
      'pulls to the end',
      'floor',
      'cost ÷ budget',
      'floor',
      'quality',
    ],
    rows,
  );
}

function arrivalLine(
  report: Report,
  shift: ShiftRuns,
  { arrival, steps }: { readonly arrival: Arrival; readonly steps: number },
): string[] {
  const { arm, fate } = arrival;
  const rest = phaseRange('test', steps);
  const first = { from: rest.from, to: rest.from + ARRIVAL.within };
  const window = {
    from: rest.from + ARRIVAL.majorityBy - ARRIVAL.majorityWindow,
    to: rest.from + ARRIVAL.majorityBy,
  };
  const name = `shifts.arrival.${arm}.${usd(shift.budgetUsd)}`;
  const early = shareIn(shift, arm, first) * ARRIVAL.within;
  const share = shareIn(shift, arm, window);
  const pulls = shareIn(shift, arm, rest) * (rest.to - rest.from);
  const cost = costRatioIn(shift, rest);
  report.figure(`${name}.pullsEarly`, early);
  report.figure(`${name}.share`, share);
  report.figure(`${name}.pulls`, pulls);
  report.figure(`${name}.costOfBudget`, cost);
  const { text, met } = {
    tried: {
      text: `${ARRIVAL.pullsLeast}–${ARRIVAL.pullsMost} pulls in ${ARRIVAL.within}`,
      met: early >= ARRIVAL.pullsLeast && early <= ARRIVAL.pullsMost,
    },
    majority: { text: `majority by ${ARRIVAL.majorityBy}`, met: share > 0.5 },
    dropped: { text: `≤ ${ARRIVAL.pullsMost} pulls`, met: pulls <= ARRIVAL.pullsMost },
  }[fate];
  return [
    `${arm}, ${usd(shift.budgetUsd)}`,
    early.toFixed(1),
    percent(share),
    pulls.toFixed(1),
    `${text} ${report.check(`${name}.${fate}`, met)}`,
    three(cost),
    `≤ ${ARRIVAL.costMost} ${report.check(`${name}.cost`, cost <= ARRIVAL.costMost)}`,
    qualityIn(shift, rest).toFixed(4),
  ];
}
