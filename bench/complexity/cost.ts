import { join } from 'node:path';
import { unpackInterval, packInterval } from '../../src/core/cost/cost-interval.js';
import { NANO_USD_PER_USD } from '../../src/core/money.js';
import {
  benchPolicy,
  namedVariant,
  shippedPolicy,
  type QualityCostWeights,
} from '../quality/bench-policy.js';
import { benchRegistry } from '../quality/bench-registry.js';
import { loadOutcomeSet, type OutcomeSet } from '../quality/outcome-set.js';
import { decisionSeed, permutation, STREAM } from '../quality/permutation.js';
import { questionOf, START_MS, STEP_MS } from '../quality/replay.js';
import { ReplaySession } from '../quality/replay-session.js';
import { percent, withInterval } from '../quality/report.js';
import { STEADY } from '../quality/stage.js';
import { estimate, quantile } from '../quality/statistics.js';
import { referenceCostUsd } from '../quality/utility.js';
import type { SectionContext } from './section.js';

const SEEDS = 10;

interface Asked {
  readonly set: string;
  readonly medianErrorMax: number;
  readonly coverageMin: number;
  readonly coverageMax: number;
}

const ASKED: readonly Asked[] = [
  { set: 'paretobandit', medianErrorMax: 0.3, coverageMin: 0.75, coverageMax: 0.85 },
  { set: 'routerbench', medianErrorMax: 0.05, coverageMin: 0.75, coverageMax: 0.95 },
];

interface Choosing {
  readonly policy: string;
  readonly weights: QualityCostWeights;
  /** Whether what was asked is held against it. */
  readonly isAsked: boolean;
}

/** One estimate and what came of it, in nano-USD. */
interface Compared {
  readonly mean: number;
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly real: number;
}

/** Estimated against real cost in one pass: the decision's own estimate, before its report is learned from. */
export function costSection({ dataFolder, report }: SectionContext): void {
  report.heading('Estimated against real cost, one pass with learning');
  report.note(
    `${SEEDS} permutations, mean ± half of a 95 % interval. Error: |estimate ÷ real − 1|, its median. The point to compare is the median estimate; the mean is what decisions and budgets use. "uniform" takes every model equally often.`,
  );
  const choosings: readonly Choosing[] = [
    { policy: 'uniform', weights: { quality: 1, cost: 0 }, isAsked: true },
    { policy: shippedPolicy(), weights: { quality: 0.7, cost: 0.3 }, isAsked: false },
  ];
  const rows = ASKED.flatMap((asked) => {
    const set = loadOutcomeSet({ folder: join(dataFolder, asked.set) });
    return choosings.flatMap((choosing) => {
      const passes = Array.from({ length: SEEDS }, (_, seed) => pass(set, choosing, seed));
      return [
        row('whole pass', { asked, choosing, passes, report }),
        row('second half', {
          asked,
          choosing,
          passes: passes.map((all) => all.slice(Math.ceil(all.length / 2))),
          report,
        }),
      ];
    });
  });
  const header = [
    'set',
    'chosen by',
    'steps',
    'error, median',
    'error, mean',
    'in 80 %',
    'above',
    'Σ est ÷ Σ real',
    'met',
  ];
  report.table(header, rows);
}

function pass(set: OutcomeSet, { policy, weights }: Choosing, seed: number): Compared[] {
  const { prompts, arms } = set;
  const tau = referenceCostUsd(set);
  const variant = namedVariant(policy);
  const session = new ReplaySession(
    benchPolicy({ variant, weights, ...(tau !== undefined && { referenceCostUsd: tau }) }),
    benchRegistry(set, STEADY[0]!),
  );
  return Array.from(permutation(prompts.length, STREAM.order, seed), (p, step) => {
    const costUsd = (arm: number): number => set.costUsd![p * arms.length + arm]!;
    const { arm, choice } = session.step({
      question: questionOf(prompts[p]!, prompts[p]!),
      nowMs: START_MS + step * STEP_MS,
      seed: decisionSeed(seed, step),
      outcomeOf: (k) => ({ quality: set.quality[p * arms.length + k]!, costUsd: costUsd(k) }),
    });
    const cost = choice.cost!;
    // The interval as the ticket carries it and the metric counts it.
    const { lowNanoUsd, highNanoUsd } = unpackInterval(cost.meanNanoUsd, packInterval(cost));
    return {
      mean: cost.meanNanoUsd,
      median: cost.medianNanoUsd,
      low: lowNanoUsd,
      high: highNanoUsd,
      real: costUsd(arm) * NANO_USD_PER_USD,
    };
  });
}

interface RowParts {
  readonly asked: Asked;
  readonly choosing: Choosing;
  readonly passes: readonly (readonly Compared[])[];
  readonly report: SectionContext['report'];
}

function row(steps: string, { asked, choosing, passes, report }: RowParts): string[] {
  const over = (read: (all: readonly Compared[]) => number) => estimate(passes.map(read));
  const share = (holds: (one: Compared) => boolean) => over((all) => all.filter(holds).length / all.length);
  const error = (point: 'median' | 'mean') =>
    over((all) =>
      quantile(
        all.map((one) => Math.abs(one[point] / one.real - 1)),
        0.5,
      ),
    );
  const sum = (all: readonly Compared[], of: keyof Compared): number =>
    all.reduce((s, one) => s + one[of], 0);
  const median = error('median');
  const inside = share(({ real, low, high }) => real >= low && real <= high);
  const name = `cost.${asked.set}.${choosing.policy}.${steps.replace(' ', '_')}`;
  report.figure(`${name}.median_error`, median.mean);
  report.figure(`${name}.coverage`, inside.mean);
  const isMet =
    median.mean <= asked.medianErrorMax &&
    inside.mean >= asked.coverageMin &&
    inside.mean <= asked.coverageMax;
  return [
    asked.set,
    choosing.policy,
    steps,
    withInterval(median, 3),
    withInterval(error('mean'), 3),
    withInterval(inside, 3),
    percent(share(({ real, high }) => real > high).mean),
    withInterval(
      over((all) => sum(all, 'mean') / sum(all, 'real')),
      3,
    ),
    choosing.isAsked && steps === 'second half' ? report.check(name, isMet) : '',
  ];
}
