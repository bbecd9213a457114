import { PROPENSITY_ONE } from '../../core/bandit/propensity.js';
import {
  compareRouted,
  LEAST_PROPENSITY,
  type RoutedArm,
  type RoutedDecision,
} from '../../core/experiment/routed-comparison.js';
import { RATE_ONE_Q16 } from '../../core/outcome/outcome.js';
import { groupNames } from '../../core/experiment/definition.js';
import { definitionOf } from '../../core/experiment/parse-experiments.js';
import type { DecisionLog, OutcomeLog } from '../../store/ports.js';
import {
  decodeRecord,
  recordedDecision,
  recordedExposure,
  type RecordedDecision,
} from '../decision-codec.js';
import { hasPropensity } from '../evaluation/log-replay.js';
import { TooManyDecisions } from '../evaluation/rewards.js';
import type { StartedExperiment } from './experiment-document.js';

/** Which decisions of a log are those of an experiment: plain data, so that it crosses to a thread. */
export interface RoutedExperiment {
  readonly number: number;
  /** Arms, and the holdout where there is one. */
  readonly groups: number;
  readonly startTimeMs: number;
  readonly startSequence: number;
}

export const routedExperiment = ({
  number,
  entry,
  phases,
  startSequence,
}: StartedExperiment): RoutedExperiment => ({
  number,
  groups: groupNames(definitionOf(entry)).length,
  startTimeMs: phases[0]!.startTimeMs,
  startSequence,
});

/** Models within one arm, or the holdout. */
export interface RoutedGroup {
  /** By times chosen. */
  readonly models: readonly RoutedArm[];
  /** Logged decisions whose quality is known: what `models` is made of. */
  readonly decisions: number;
  /** Left out: a quality that is missing is not zero. */
  readonly withoutQuality: number;
  /** Left out: nothing follows from a choice without a probability. */
  readonly withoutPropensity: number;
}

/** Why nothing can be said of models, where no decision was left to compare. */
export function nothingToCompare(groups: readonly RoutedGroup[]): string | undefined {
  if (groups.some(({ decisions }) => decisions > 0)) return undefined;
  const sum = (read: (group: RoutedGroup) => number): number =>
    groups.reduce((total, group) => total + read(group), 0);
  const [withoutQuality, withoutPropensity] = [
    sum((group) => group.withoutQuality),
    sum((group) => group.withoutPropensity),
  ];
  const reasons = [
    ...(withoutQuality > 0 ? [`${withoutQuality} have no reported quality`] : []),
    ...(withoutPropensity > 0
      ? [`${withoutPropensity} have no probability of their choice: nothing follows from them`]
      : []),
  ];
  const why = reasons.length > 0 ? reasons.join('; ') : 'none is in the decision log';
  return `there is no decision of the experiment to compare models on: ${why}`;
}

interface Gathered {
  readonly decisions: RoutedDecision[];
  withoutQuality: number;
  withoutPropensity: number;
}

/**
 * Reads an experiment's decisions and what came of them, and compares the models within each arm.
 * @param most decisions that are held at once.
 * @throws StoreError; TooManyDecisions.
 */
export async function routedModels(
  store: { readonly outcomes: Pick<OutcomeLog, 'read'>; readonly decisions: Pick<DecisionLog, 'range'> },
  experiment: RoutedExperiment,
  most = Infinity,
): Promise<readonly RoutedGroup[]> {
  const qualities = await qualitiesOf(store.outcomes, experiment, most);
  const gathered = Array.from({ length: experiment.groups }, (): Gathered => ({
    decisions: [],
    withoutQuality: 0,
    withoutPropensity: 0,
  }));
  for await (const logged of store.decisions.range(experiment.startTimeMs, Number.MAX_SAFE_INTEGER)) {
    const record = decodeRecord(logged);
    const exposure = recordedExposure(record);
    if (exposure?.experiment !== experiment.number) continue;
    const group = gathered[exposure.group]!;
    const recorded = recordedDecision(record);
    // No version wrote an exposure without the rest.
    if (recorded === undefined) continue;
    if (!hasPropensity(recorded)) group.withoutPropensity += 1;
    else {
      const quality = qualities.get(recorded.decisionId);
      if (quality === undefined) group.withoutQuality += 1;
      else group.decisions.push(routed(recorded, quality));
    }
  }
  return gathered.map(({ decisions, ...left }) => ({
    ...left,
    decisions: decisions.length,
    models: compareRouted(decisions),
  }));
}

/** Qualities of the first attempts of an experiment's decisions. */
async function qualitiesOf(
  log: Pick<OutcomeLog, 'read'>,
  { number, startSequence }: RoutedExperiment,
  most: number,
): Promise<ReadonlyMap<string, number>> {
  const qualities = new Map<string, number>();
  for await (const { outcomes } of log.read(startSequence)) {
    for (const { attempt, decisionId, quality, exposure } of outcomes) {
      if (attempt === 0 && quality !== undefined && exposure?.experiment === number)
        qualities.set(decisionId, quality.value);
    }
    if (qualities.size > most)
      throw new TooManyDecisions(most, 'compare on a backup, with sextant experiments models --store');
  }
  return qualities;
}

/** Without candidates that the comparison would leave out: of a hundred models some may have a probability that counts. */
const routed = ({ candidates, armId }: RecordedDecision, quality: number): RoutedDecision => ({
  candidates: candidates.flatMap(({ armId: id, propensityQ16, expectedQualityQ16 = 0 }) => {
    const propensity = propensityQ16 / PROPENSITY_ONE;
    return propensity < LEAST_PROPENSITY
      ? []
      : [{ armId: id, propensity, predicted: expectedQualityQ16 / RATE_ONE_Q16 }];
  }),
  chosen: armId,
  quality,
});
