import { ExperimentMetric } from '../../src/gen/sextant/v1/experiment.js';
import { OutcomeStatus, type ReportRequest } from '../../src/gen/sextant/v1/outcome.js';
import type { Sextant } from '../e2e/clients.js';

const EXPERIMENT = 'under-kills';

/** An arm that is decided as usual, one that is decided otherwise, and a holdout; some users each, over many requests. */
export const underKills = (useCase: string) => ({
  id: EXPERIMENT,
  useCases: [useCase],
  unit: 'attribute:user',
  arms: [
    { id: 'control', weight: 0.5 },
    { id: 'uniform', weight: 0.3, bandit: { policy: 'uniform' } },
  ],
  holdout: 0.2,
  metrics: [{ metric: 'quality' }, { metric: 'success' }],
});

/** A report on a request that was drawn into an arm. */
export interface Exposed {
  readonly report: ReportRequest;
  readonly user: string;
  readonly arm: string;
}

/** What counts of one arm: of first attempts alone. */
export interface ArmCounts {
  readonly units: number;
  readonly decisions: number;
  readonly qualities: number;
  readonly qualitySum: number;
  readonly successes: number;
}

/** What reports amount to in each arm, each counted once. */
export function countsOf(reports: readonly Exposed[]): Record<string, ArmCounts> {
  const arms: Record<string, ArmCounts> = {};
  for (const arm of new Set(reports.map((each) => each.arm))) {
    const own = reports.filter((each) => each.arm === arm);
    const first = own.flatMap(({ report }) => report.attempts.filter(({ attempt }) => attempt === 0));
    const executions = first.filter(({ status }) => status !== OutcomeStatus.UNSPECIFIED);
    const qualities = first.flatMap(({ quality }) => quality ?? []);
    arms[arm] = {
      units: new Set(own.map(({ user }) => user)).size,
      decisions: executions.length,
      qualities: qualities.length,
      qualitySum: qualities.reduce((sum, quality) => sum + quality, 0),
      successes: executions.filter(({ status }) => status === OutcomeStatus.SUCCESS).length,
    };
  }
  return arms;
}

/** The same, as the server has it. */
export async function countsHeld(sextant: Sextant): Promise<Record<string, ArmCounts>> {
  const { experiment, result } = await sextant.getExperimentResult({ id: EXPERIMENT });
  const { metrics, sampleRatio, routed } = result!;
  const success = metrics.find(({ metric }) => metric === ExperimentMetric.SUCCESS)!;
  const held = experiment!.arms.map(({ id, share }, i): [string, ArmCounts] => {
    const rows = routed.filter(({ arm }) => arm === id);
    const total = (read: (row: (typeof rows)[number]) => number): number =>
      rows.reduce((sum, row) => sum + read(row), 0);
    const { weightedCount, mean = 0 } = success.arms[i]!;
    return [
      id,
      {
        units: Number(sampleRatio!.units[i]),
        decisions: total(({ decisions }) => Number(decisions)),
        qualities: total(({ qualities }) => Number(qualities)),
        qualitySum: total(({ qualities, meanQuality = 0 }) => Number(qualities) * meanQuality),
        // Each observation weighs one over its arm's share, which no ramp has changed.
        successes: Math.round(weightedCount * share * mean),
      },
    ];
  });
  return Object.fromEntries(held.filter(([, { units }]) => units > 0));
}
