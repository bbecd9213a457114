import { metricFigure, metricName } from '../advice.js';
import type { Comparison, Interval, MetricResult, PastComparison } from '../contract.js';
import { atSecond, percent, whole } from '../format.js';
import { Picture } from './picture.js';
import { numbers, type Column } from './table.js';

const WIDTH_MOST = 1100;
const HEIGHT = 220;
const LEFT = 100;
/** Below it, there is room for one time alone. */
const WIDTH_OF_TWO_TIMES = 500;
const FLOOR = HEIGHT - 24;

interface LiftHistoryProps {
  readonly metric: MetricResult;
  readonly arm: string;
  /** Of the metric and the arm, oldest first. */
  readonly past: readonly PastComparison[];
  /** Of each interval, as a share. */
  readonly confidence: number;
  readonly id: string;
}

/** One arm against control over time: both intervals as they were, so that nobody has to have looked then. */
export function LiftHistory({ metric, arm, past, confidence, id }: LiftHistoryProps) {
  const name = metricName(metric.metric);
  const level = percent(confidence);
  return (
    <Picture
      caption={`${arm} to control over time: ${name}`}
      fileName={`sextant-experiment-${id}-${name}-${arm}-over-time`}
      columns={columnsOf(metric.metric)}
      rows={past}
      keyOf={({ time }) => time}
      whenEmpty="There is no past yet: it begins with the least number of units."
      widthMost={WIDTH_MOST}
      canDraw={past.length > 1}
      hint={
        <>
          Line: the difference by what had been received until then. Dark: {level} for one look at a time
          fixed before. Pale: {level} at all times at once; a result stands once it leaves the line of 0.
        </>
      }
    >
      {(width) => <Bands metric={metric.metric} past={past} width={width} />}
    </Picture>
  );
}

interface BandsProps {
  readonly metric: string;
  readonly past: readonly PastComparison[];
  readonly width: number;
}

function Bands({ metric, past, width }: BandsProps) {
  const times = past.map(({ time }) => Date.parse(time));
  const [from, to] = [times[0]!, times.at(-1)!];
  const reach = reachOf(past);
  const x = (i: number): number => LEFT + ((times[i]! - from) / (to - from || 1)) * (width - LEFT - 10);
  const y = (value: number): number => FLOOR / 2 - (clamp(value / reach) * (FLOOR - 12)) / 2;
  const line = past.map(({ comparison }, i) => `${x(i)},${y(comparison.difference)}`).join(' ');
  const band = (of: (comparison: Comparison) => Interval | undefined): string => {
    const ends = past.flatMap(({ comparison }, i) => {
      const interval = of(comparison);
      return interval === undefined ? [] : [{ i, ...interval }];
    });
    const upper = ends.map(({ i, high }) => `${x(i)},${y(high)}`);
    const lower = ends.map(({ i, low }) => `${x(i)},${y(low)}`).reverse();
    return [...upper, ...lower].join(' ');
  };
  return (
    <svg
      class="plot lift"
      width={width}
      height={HEIGHT}
      role="img"
      aria-label={`Differences in ${metricName(metric)} to control over time, with intervals; the table has the figures.`}
    >
      {[-reach, 0, reach].map((value) => (
        <g key={value}>
          <line class={value === 0 ? 'zero' : 'base'} x1={LEFT} x2={width} y1={y(value)} y2={y(value)} />
          <text x="0" y={y(value) + 4}>
            {metricFigure(metric, value)}
          </text>
        </g>
      ))}
      <polygon class="always" points={band(({ alwaysValidInterval }) => alwaysValidInterval)} />
      <polygon class="once" points={band(({ fixedInterval }) => fixedInterval)} />
      <polyline class="mean" points={line} />
      {width > WIDTH_OF_TWO_TIMES && (
        <text x={LEFT} y={HEIGHT - 6}>
          {atSecond(from)}
        </text>
      )}
      <text x={width} y={HEIGHT - 6} text-anchor="end">
        {atSecond(to)}
      </text>
    </svg>
  );
}

const clamp = (share: number): number => Math.max(-1, Math.min(1, share));

/** As far as the newest intervals go, and twice as far: the first are wide, and would press the rest flat. */
function reachOf(past: readonly PastComparison[]): number {
  const { difference, fixedInterval, alwaysValidInterval } = past.at(-1)!.comparison;
  const { low, high } = alwaysValidInterval ?? fixedInterval;
  return 2 * Math.max(Math.abs(low), Math.abs(high), Math.abs(difference)) || 1;
}

function columnsOf(metric: string): Column<PastComparison>[] {
  const unit = metricName(metric) === 'cost' ? 1e9 : 1;
  const figure = (
    title: string,
    of: (comparison: Comparison) => number | undefined,
  ): Column<PastComparison> =>
    numbers(
      title,
      ({ comparison }) => of(comparison),
      (value) => metricFigure(metric, value),
      { unit },
    );
  const share = (title: string, of: (comparison: Comparison) => number | undefined): Column<PastComparison> =>
    numbers(
      title,
      ({ comparison }) => of(comparison),
      (value) => `${(100 * value).toFixed(1)} %`,
    );
  return [
    { title: 'Time', value: ({ time }) => time, cell: ({ time }) => atSecond(Date.parse(time)) },
    numbers('Units', ({ units }) => Number(units), whole),
    figure('Difference', ({ difference }) => difference),
    figure('At all times, low', ({ alwaysValidInterval }) => alwaysValidInterval?.low),
    figure('At all times, high', ({ alwaysValidInterval }) => alwaysValidInterval?.high),
    figure('One look, low', ({ fixedInterval }) => fixedInterval.low),
    figure('One look, high', ({ fixedInterval }) => fixedInterval.high),
    share('Lift', ({ lift }) => lift),
    share('Lift at all times, low', ({ liftAlwaysValidInterval }) => liftAlwaysValidInterval?.low),
    share('Lift at all times, high', ({ liftAlwaysValidInterval }) => liftAlwaysValidInterval?.high),
    share('Lift, one look, low', ({ liftFixedInterval }) => liftFixedInterval?.low),
    share('Lift, one look, high', ({ liftFixedInterval }) => liftFixedInterval?.high),
  ];
}
