import { benchSet } from '../quality/bench-set.js';
import { paretoSet } from '../quality/sections/pareto-sets.js';
import { COVERAGE_HEADER, coverageRows, type EvaluationContext } from './section.js';
import { LOGGERS, steadyCoverage } from './steady.js';

const slug = (name: string): string => name.replace(/[^a-z0-9.]+/g, '-');

/** Policies that do not learn, on the logs of others that do or do not, with the share of the intervals that hold. */
export async function steadySection(context: EvaluationContext): Promise<void> {
  const { report, repetitions, seed, steps } = context;
  const set = benchSet(paretoSet(context, 4));
  report.heading(
    `Steady policies on logs of others: ${set.name}, ${set.prompts.length} prompts × ${set.arms.length} models, ${repetitions} logs of ${steps} decisions with replacement`,
  );
  const pairs = await steadyCoverage(set, { loggers: LOGGERS, repetitions, seed, steps });
  report.table(
    COVERAGE_HEADER,
    pairs.flatMap(({ logger, target, truth, coverage }) =>
      coverageRows(report, {
        title: `${logger} → ${target}`,
        name: `steady.${slug(logger)}.${slug(target)}`,
        truth,
        coverage,
      }),
    ),
  );
  report.table(
    ['log, policy', 'effective decisions, mean', 'logs without a figure to go by'],
    pairs.map(({ logger, target, coverage }) => [
      `${logger} → ${target}`,
      coverage.meanEffective.toFixed(0),
      `${coverage.objected} of ${coverage.repetitions}`,
    ]),
  );
}
