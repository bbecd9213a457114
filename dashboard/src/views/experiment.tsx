import { adviceOn, guardrailState, metricName, metricNumber, metricTitle } from '../advice.js';
import type {
  ArmMetric,
  Experiment,
  ExperimentResult,
  GetExperimentResultResponse,
  Guardrail,
  Interval,
  MetricResult,
  PastComparison,
} from '../contract.js';
import { decimal, percent, whole } from '../format.js';
import { useCall } from '../load.js';
import { Forest } from '../parts/forest.js';
import { LiftHistory } from '../parts/lift-history.js';
import { Badge, Stat, WhenLoaded } from '../parts/state.js';
import { Table, type Column } from '../parts/table.js';
import { ModelsOfArms } from './experiment-models.js';

/** What an experiment says now: advice, the sample ratio, guardrails, and each metric's differences. */
export function ExperimentResultView({ id }: { id: string }) {
  const answer = useCall<GetExperimentResultResponse>(
    'ExperimentService/GetExperimentResult',
    { id, history: true },
    { again: true },
  );
  return (
    <WhenLoaded of={answer}>
      {({ experiment, result, history }) => (
        <>
          <AdviceList experiment={experiment} result={result} />
          <Checks experiment={experiment} result={result} />
          {result.metrics.map((metric) => (
            <Metric key={metric.metric} metric={metric} id={id} result={result} history={history} />
          ))}
          <ModelsOfArms result={result} id={id} />
        </>
      )}
    </WhenLoaded>
  );
}

interface ResultProps {
  readonly experiment: Experiment;
  readonly result: ExperimentResult;
}

const guardrailsOf = ({ definition }: Experiment): readonly Guardrail[] => definition?.guardrails ?? [];

function AdviceList({ experiment, result }: ResultProps) {
  const stopped = experiment.arms.filter((arm) => arm.stopped);
  return (
    <section class="panel">
      <h2>{experiment.id}, in words</h2>
      <ul class="advice">
        {adviceOn(result, guardrailsOf(experiment)).map(({ tone, text }) => (
          <li key={text} class={tone}>
            {text}
          </li>
        ))}
        {stopped.map(({ id, stopReason }) => (
          <li key={id} class="warn">
            {id} was stopped{stopReason === '' ? '' : `: ${stopReason}`}.
          </li>
        ))}
      </ul>
    </section>
  );
}

function Checks({ experiment, result: { sampleRatio, metrics } }: ResultProps) {
  const { units, expectedUnits, pValue, fixedPValue, alarm } = sampleRatio;
  return (
    <dl class="stats">
      <Stat title="Sample ratio" help="Units that were reported on, against what the shares would have">
        <Badge tone={alarm ? 'bad' : 'good'}>{alarm ? 'out of order' : 'in order'}</Badge>
      </Stat>
      <Stat title="Units by arm">{units.map((count) => whole(Number(count))).join(' : ')}</Stat>
      <Stat title="Expected">{expectedUnits.map((count) => whole(count)).join(' : ')}</Stat>
      <Stat title="p at any time" help="May be looked at as often as one likes">
        {decimal(pValue, 3)}
      </Stat>
      <Stat title="p of one look" help="χ²">
        {decimal(fixedPValue, 3)}
      </Stat>
      {guardrailsOf(experiment).map((guardrail) => (
        <GuardrailStat
          key={guardrail.metric}
          guardrail={guardrail}
          metric={metrics.find(({ metric }) => metricName(metric) === guardrail.metric)}
        />
      ))}
    </dl>
  );
}

const GUARDRAIL = { tripped: 'bad', safe: 'good', open: 'plain' } as const;

function GuardrailStat({ guardrail, metric }: { guardrail: Guardrail; metric: MetricResult | undefined }) {
  const states = (metric?.arms ?? [])
    .filter(({ comparison }) => comparison !== undefined)
    .map((arm) => guardrailState(guardrail, metric!, arm));
  const worst = states.includes('tripped')
    ? 'tripped'
    : states.length > 0 && states.every((s) => s === 'safe')
      ? 'safe'
      : 'open';
  const limit = guardrail.relative ? percent(guardrail.worseBy) : String(guardrail.worseBy);
  return (
    <Stat title={`Guardrail: ${guardrail.metric} worse by ${limit}`} help="By the interval at all times">
      <Badge tone={GUARDRAIL[worst]}>{worst}</Badge>
    </Stat>
  );
}

interface MetricProps {
  readonly metric: MetricResult;
  readonly id: string;
  readonly result: ExperimentResult;
  readonly history: readonly PastComparison[];
}

function Metric({ metric, id, result, history }: MetricProps) {
  const name = metricName(metric.metric);
  const confidence = percent(1 - result.comparisonAlpha);
  return (
    <>
      <Table
        caption={`${metricTitle(metric.metric)}: ${metric.lowerIsBetter ? 'lower' : 'higher'} is better`}
        fileName={`sextant-experiment-${id}-${name}`}
        columns={columnsOf(metric)}
        rows={metric.arms}
        keyOf={({ arm }) => arm}
        whenEmpty="Nothing was reported yet."
      />
      {metric.readable && (
        <figure class="panel">
          <Forest of={metric} />
          <figcaption class="hint">
            Difference to control. Thick: {confidence} for one look at a time fixed before. Thin: {confidence}{' '}
            at all times at once, however often one looks.
            {metric.varianceReduction !== undefined &&
              ` Means are adjusted by the covariate, which took ${percent(metric.varianceReduction)} of the variance away.`}
          </figcaption>
        </figure>
      )}
      {metric.readable &&
        metric.arms
          .filter(({ comparison }) => comparison !== undefined)
          .map((arm) => (
            <LiftHistory
              key={arm.arm}
              metric={metric}
              arm={arm.arm}
              past={pastOf(metric, arm, { history, result })}
              confidence={1 - result.comparisonAlpha}
              id={id}
            />
          ))}
    </>
  );
}

/** What is kept of the past, and what is said now behind it. */
function pastOf(
  { metric }: MetricResult,
  { arm, units, comparison }: ArmMetric,
  { history, result }: Pick<MetricProps, 'history' | 'result'>,
): PastComparison[] {
  const past = history.filter((one) => one.metric === metric && one.arm === arm);
  const time = result.latestOutcomeTime;
  if (comparison === undefined || time === undefined || time <= (past.at(-1)?.time ?? '')) return past;
  return [...past, { time, metric, arm, units, comparison }];
}

function columnsOf({ metric }: MetricResult): Column<ArmMetric>[] {
  const scale = metricName(metric) === 'cost' ? 1e-9 : 1;
  const scaled = (value: number | undefined): number | null => (value === undefined ? null : value * scale);
  const shown = (value: number | undefined): string =>
    value === undefined ? '–' : metricNumber(metric, value);
  const range = (ends: Interval | undefined): string =>
    ends === undefined ? '–' : `${metricNumber(metric, ends.low)} … ${metricNumber(metric, ends.high)}`;
  const figure = (
    title: string,
    of: (arm: ArmMetric) => number | undefined,
    help?: string,
  ): Column<ArmMetric> => ({
    title,
    isNumeric: true,
    value: (arm) => scaled(of(arm)),
    cell: (arm) => shown(of(arm)),
    ...(help !== undefined && { help }),
  });
  const interval = (
    title: string,
    of: (arm: ArmMetric) => Interval | undefined,
    help: string,
  ): Column<ArmMetric>[] => [
    { title, isNumeric: true, help, value: (arm) => scaled(of(arm)?.low), cell: (arm) => range(of(arm)) },
    { title: `${title}, high`, isHidden: true, value: (arm) => scaled(of(arm)?.high) },
  ];
  return [
    { title: 'Arm', value: ({ arm }) => arm },
    {
      title: 'Units',
      isNumeric: true,
      value: ({ units }) => Number(units),
      cell: ({ units }) => whole(Number(units)),
    },
    figure('Mean', ({ mean }) => mean),
    figure('Difference', ({ comparison }) => comparison?.difference),
    ...interval(
      'At all times',
      ({ comparison }) => comparison?.alwaysValidInterval,
      'Holds however often one looks',
    ),
    ...interval('One look', ({ comparison }) => comparison?.fixedInterval, 'For a time fixed before'),
    {
      title: 'Lift',
      isNumeric: true,
      value: ({ comparison }) => comparison?.lift ?? null,
      cell: ({ comparison }) =>
        comparison?.lift === undefined ? '–' : `${(100 * comparison.lift).toFixed(1)} %`,
    },
    {
      title: 'P(best), not error-controlled',
      help: 'Bayesian under flat priors: no rule for stopping',
      isNumeric: true,
      value: ({ probabilityOfBest }) => probabilityOfBest ?? null,
      cell: ({ probabilityOfBest }) => decimal(probabilityOfBest ?? null, 3),
    },
    figure('Expected loss', ({ expectedLoss }) => expectedLoss, 'To the best arm; not error-controlled'),
  ];
}
