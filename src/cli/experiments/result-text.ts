import type {
  Experiment,
  ExperimentArmMetric,
  ExperimentInterval,
  ExperimentMetricResult,
  ExperimentResult,
  GetExperimentResultResponse,
} from '../../gen/sextant/v1/experiment.js';
import { experimentMetricEnum, experimentStatusEnum } from '../../service/encode/enums.js';
import { table } from '../demo/table.js';

const NONE = '–';
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const timeText = (time: { seconds: bigint } | undefined): string =>
  time === undefined
    ? NONE
    : new Date(Number(time.seconds) * 1000).toISOString().slice(0, 16).replace('T', ' ');

/** All experiments, one a row. */
export function listText(experiments: readonly Experiment[]): string {
  if (experiments.length === 0) return 'no experiments: write rules/experiments.json';
  const rows = experiments.map(({ id, status, arms, startTime, endTime }) => [
    id,
    experimentStatusEnum.decode(status) ?? NONE,
    arms.map((arm) => `${arm.id} ${percent(arm.share)}${arm.stopped ? ' (stopped)' : ''}`).join(', '),
    timeText(startTime),
    timeText(endTime),
  ]);
  return table(['experiment', 'status', 'arms', 'started', 'ended'], rows);
}

/** An experiment's figures, each interval called what it is. */
export function resultText({ experiment, result }: GetExperimentResultResponse): string {
  const { metrics, sampleRatio, comparisonAlpha, minimumUnits, policyVersions } = result!;
  const confidence = percent(1 - comparisonAlpha);
  const stopped = experiment!.arms.filter((arm) => arm.stopped);
  return [
    `${experiment!.id}: ${statusText(experiment!)}`,
    ...(experiment!.description === '' ? [] : [experiment!.description]),
    ...stopped.map((arm) => `arm ${arm.id} was stopped ${timeText(arm.stopTime)}: ${arm.stopReason}`),
    ...(sampleRatio!.alarm
      ? [
          `SAMPLE RATIO: units did not fall into arms as they were drawn (p = ${sampleRatio!.pValue.toExponential(1)}): do not trust what follows`,
        ]
      : []),
    ...(policyVersions.length > 1
      ? [`the policy changed during the experiment: ${policyVersions.map((v) => v.slice(0, 12)).join(', ')}`]
      : []),
    '',
    ...metrics.flatMap((metric) => metricText(metric, { confidence, minimumUnits })),
    routedText(result!, experiment!.id),
    `sample ratio: ${sampleRatio!.units.join(' : ')} units, expected ${sampleRatio!.expectedUnits.map((n) => n.toFixed(1)).join(' : ')}; p = ${sampleRatio!.pValue.toPrecision(3)} at any time, χ² p = ${sampleRatio!.fixedPValue.toPrecision(3)} for one look`,
    `always: the ${confidence} interval that holds at all times at once, however often one looks. once: for one look at a time fixed before.`,
    'P(best) and loss are Bayesian and not error-controlled: no rule for stopping.',
  ].join('\n');
}

function statusText({ status, startTime, endTime, endReason }: Experiment): string {
  const word = experimentStatusEnum.decode(status);
  if (endTime === undefined) return `${word} since ${timeText(startTime)}`;
  const why = endReason === '' ? '' : `: ${endReason}`;
  return `${word}, from ${timeText(startTime)} to ${timeText(endTime)}${why}`;
}

const HEADER = ['arm', 'units', 'mean', 'difference', 'always', 'once', 'lift', 'P(best)', 'loss'];

function metricText(
  { metric, arms, readable, varianceReduction, lowerIsBetter }: ExperimentMetricResult,
  { confidence, minimumUnits }: { readonly confidence: string; readonly minimumUnits: bigint },
): string[] {
  const name = experimentMetricEnum.decode(metric)!;
  const unit = { quality: '', success: '', cost: ', USD', latency: ', ms' }[name];
  const scale = name === 'cost' ? 1e-9 : 1;
  return [
    `${name}${unit} (${lowerIsBetter ? 'lower' : 'higher'} is better; ${confidence} intervals)`,
    table(
      HEADER,
      arms.map((arm) => rowOf(arm, scale)),
    ),
    ...(readable ? [] : [`not read before every arm has ${minimumUnits} units`]),
    ...(varianceReduction === undefined
      ? []
      : [
          `differences are of means adjusted by the covariate, which took ${percent(varianceReduction)} of the variance away`,
        ]),
    '',
  ];
}

const number = (value: number | undefined, scale = 1): string =>
  value === undefined ? NONE : (value * scale).toPrecision(4);
const interval = (ends: ExperimentInterval | undefined, scale: number): string =>
  ends === undefined ? NONE : `${number(ends.low, scale)} … ${number(ends.high, scale)}`;

function rowOf(arm: ExperimentArmMetric, scale: number): string[] {
  const { comparison } = arm;
  return [
    arm.arm,
    String(arm.units),
    number(arm.mean, scale),
    number(comparison?.difference, scale),
    interval(comparison?.alwaysValidInterval, scale),
    interval(comparison?.fixedInterval, scale),
    comparison?.lift === undefined ? NONE : percent(comparison.lift),
    arm.probabilityOfBest === undefined ? NONE : arm.probabilityOfBest.toFixed(3),
    number(arm.expectedLoss, scale),
  ];
}

function routedText({ routed }: ExperimentResult, id: string): string {
  if (routed.length === 0) return 'no outcomes yet';
  const rows = routed.map(({ arm, routedTo, decisions, meanQuality }) => [
    arm,
    routedTo,
    String(decisions),
    number(meanQuality),
  ]);
  const header = ['arm', 'routed to', 'n', 'quality as routed'];
  return `${table(header, rows)}\nAs routed: of the requests that the arm’s policy chose it for. Compare models with: sextant experiments models ${id}\n`;
}
