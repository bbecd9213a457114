import type {
  CompareExperimentModelsResponse,
  ExperimentInterval,
  ExperimentModelEstimate,
} from '../../gen/sextant/v1/experiment.js';
import { table } from '../demo/table.js';

const HEADER = ['arm', 'model', 'n', 'as routed', 'AIPW', '95 %', 'over', 'difference', '95 %', 'over'];
const NONE = '–';
const NOTES =
  'as routed: of the requests that the arm’s policy chose the model for. AIPW: had it answered all requests that could well have gone to it (probability 1/50 or more; over says how many); differences are to the arm’s first model, over requests that could well have gone to either. Nothing is said with fewer than 30 answers. The intervals are for one look.';

/** Models within each arm, one a row, each mean called what it is. */
export function modelsText({ arms }: CompareExperimentModelsResponse): string {
  return [
    table(
      HEADER,
      arms.flatMap(({ arm, models }) => models.map((model) => rowOf(arm, model))),
    ),
    NOTES,
    ...arms.flatMap(({ arm, decisions, models, withoutQuality, withoutPropensity }) => [
      ...(models.length === 0 ? [`${arm}: ${decisions} answers, and no model has 30 of them`] : []),
      ...(withoutQuality > 0n ? [`${arm}: ${withoutQuality} decisions without a quality are left out`] : []),
      ...(withoutPropensity > 0n
        ? [`${arm}: ${withoutPropensity} decisions have no probability of their choice and are left out`]
        : []),
    ]),
  ].join('\n');
}

const shown = (value: number | undefined): string => value?.toFixed(4) ?? NONE;
const range = (interval: ExperimentInterval | undefined): string =>
  interval === undefined ? NONE : `${shown(interval.low)} … ${shown(interval.high)}`;

const rowOf = (arm: string, model: ExperimentModelEstimate): string[] => [
  arm,
  model.routedTo,
  String(model.decisions),
  shown(model.meanQualityAsRouted),
  shown(model.meanQuality),
  range(model.interval),
  String(model.supportedDecisions),
  shown(model.difference?.value),
  range(model.difference?.interval),
  model.difference === undefined ? NONE : String(model.difference.decisions),
];
