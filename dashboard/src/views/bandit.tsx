import { useMemo } from 'preact/hooks';
import type { AnnotationsView, LeaderboardView, LeaderView, SeriesView } from '../../../src/admin/views.js';
import {
  decimal,
  decimalTick,
  duration,
  milliseconds,
  NANO_USD_PER_USD,
  percent,
  rate,
  usdNumber,
  whole,
} from '../format.js';
import { marksOf, type Mark } from '../marks.js';
import { Chart } from '../parts/chart.js';
import { IntervalBar, scaleOf, ShareBar, type Scale } from '../parts/interval-bar.js';
import { MarkList } from '../parts/mark-list.js';
import { SpanChoice } from '../parts/span-choice.js';
import { WhenLoaded } from '../parts/state.js';
import { Table, type Column } from '../parts/table.js';
import { ForUseCase } from '../parts/use-case-choice.js';
import { Ridgelines } from '../parts/ridgelines.js';
import type { Go, Route } from '../route.js';
import { shortName } from '../sentence.js';
import { linesOf } from '../series.js';
import { useSpanView } from '../span-view.js';

export function Bandit({ route, go }: { route: Route; go: Go }) {
  return (
    <ForUseCase route={route} go={go} tools={<SpanChoice route={route} go={go} />}>
      {(useCase) => <UseCase useCase={useCase} span={route.span} />}
    </ForUseCase>
  );
}

function UseCase({ useCase, span }: { useCase: string; span: Route['span'] }) {
  const board = useSpanView<LeaderboardView>('leaderboard', span, useCase);
  const series = useSpanView<SeriesView>('series', span, useCase);
  const annotations = useSpanView<AnnotationsView>('annotations', span, useCase);
  const marks = useMemo(() => (annotations.data ? marksOf(annotations.data) : []), [annotations.data]);
  return (
    <>
      <WhenLoaded of={board}>
        {({ leaders }) => (
          <>
            <Leaderboard leaders={leaders} useCase={useCase} />
            <Ridgelines leaders={leaders} useCase={useCase} />
          </>
        )}
      </WhenLoaded>
      <WhenLoaded of={series}>{(data) => <Charts data={data} marks={marks} useCase={useCase} />}</WhenLoaded>
      <WhenLoaded of={annotations}>
        {({ driftSinceMs, fromMs }) => (
          <MarkList
            marks={marks}
            fileName={`sextant-marks-${useCase}-${span}`}
            driftSinceMs={driftSinceMs}
            fromMs={fromMs}
          />
        )}
      </WhenLoaded>
    </>
  );
}

function Leaderboard({ leaders, useCase }: { leaders: readonly LeaderView[]; useCase: string }) {
  const scale = scaleOf(leaders.map(({ quality }) => quality));
  const dominated = leaders.filter(({ dominatedBy }) => dominatedBy !== null).length;
  return (
    <>
      <Table
        caption="Leaderboard"
        fileName={`sextant-leaderboard-${useCase}`}
        columns={columnsOf(scale)}
        rows={leaders}
        keyOf={({ model }) => model}
        isFaded={({ dominatedBy }) => dominatedBy !== null}
        whenEmpty={`Nothing was decided or reported for ${useCase} in your tenant.`}
      />
      <p class="hint">
        Quality is the posterior over all requests of the use case with its 95 % credible interval, prior
        included; decisions look at each request’s own context as well.
        {dominated > 0 && ' Grey: another model costs no more and is better with 95 % probability.'}
      </p>
    </>
  );
}

const columnsOf = (scale: Scale): Column<LeaderView>[] => [
  { title: 'Model', value: ({ model }) => model, cell: (row) => <Model row={row} /> },
  {
    title: 'Share',
    help: 'Of the decisions in the chosen span',
    isNumeric: true,
    value: ({ share }) => share,
    cell: ({ share }) => <ShareBar share={share ?? 0} label={percent(share)} />,
  },
  {
    title: 'Quality',
    help: 'Mean and 95 % credible interval',
    isNumeric: true,
    value: ({ quality }) => quality.mean,
    cell: ({ quality }) => <IntervalBar interval={quality} scale={scale} />,
  },
  {
    title: 'P(best)',
    help: 'Probability that its quality is the highest of these, by the posteriors',
    isNumeric: true,
    value: ({ bestProbability }) => bestProbability,
    cell: ({ bestProbability }) => percent(bestProbability),
  },
  {
    title: 'Success',
    help: 'Expected share of calls that go well',
    isNumeric: true,
    value: ({ success }) => success,
    cell: ({ success }) => percent(success),
  },
  {
    title: 'USD a call',
    help: 'Mean of what was reported',
    isNumeric: true,
    value: ({ costNanoUsd }) => (costNanoUsd === null ? null : costNanoUsd / 1e9),
    cell: ({ costNanoUsd }) => (costNanoUsd === null ? '–' : usdNumber(costNanoUsd)),
  },
  {
    title: 'Latency',
    help: 'Mean of what was reported',
    isNumeric: true,
    value: ({ latencyMs }) => latencyMs,
    cell: ({ latencyMs }) => milliseconds(latencyMs),
  },
  {
    title: 'n',
    help: 'Reported qualities; older ones count less',
    isNumeric: true,
    value: ({ observations }) => observations,
    cell: ({ observations }) => (observations < 10 ? decimal(observations, 1) : whole(observations)),
  },
  { title: 'Quality, 2.5 %', value: ({ quality }) => quality.low, isHidden: true },
  { title: 'Quality, 97.5 %', value: ({ quality }) => quality.high, isHidden: true },
  { title: 'Dominated by', value: ({ dominatedBy }) => dominatedBy, isHidden: true },
];

function Model({ row: { model, dominatedBy, reportRateZ } }: { row: LeaderView }) {
  return (
    <>
      {model}
      {dominatedBy !== null && <small class="note">dominated by {shortName(dominatedBy)}</small>}
      {reportRateZ !== null && (
        <small class="note warn">reported on {reportRateZ < 0 ? 'less' : 'more'} often than the others</small>
      )}
    </>
  );
}

interface ChartsProps {
  readonly data: SeriesView;
  readonly marks: readonly Mark[];
  readonly useCase: string;
}

function Charts({ data, marks, useCase }: ChartsProps) {
  const { startsMs, span } = data;
  const shared = { startsMs, marks, whenEmpty: 'Nothing in this span.' };
  const smooth = duration(data.smoothedMs);
  return (
    <div class="charts">
      <Chart
        {...shared}
        title={`Share of decisions, mean of ${smooth}`}
        fileName={`sextant-shares-${useCase}-${span}`}
        lines={linesOf(data, 'share')}
        format={percent}
        fromZero
      />
      <Chart
        {...shared}
        title={`Reported quality, mean of ${smooth}`}
        fileName={`sextant-quality-${useCase}-${span}`}
        lines={linesOf(data, 'quality')}
        format={decimal}
        tick={decimalTick}
      />
      <Chart
        {...shared}
        title={`Cost a call, USD, mean of ${smooth}`}
        fileName={`sextant-cost-${useCase}-${span}`}
        lines={linesOf(data, 'costNanoUsd')}
        format={usdNumber}
        unit={NANO_USD_PER_USD}
        fromZero
      />
      <Chart
        {...shared}
        title="Decisions a second"
        fileName={`sextant-decisions-${useCase}-${span}`}
        lines={linesOf(data, 'decisionsPerSecond')}
        format={rate}
        fromZero
      />
    </div>
  );
}
