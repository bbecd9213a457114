import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { at, clock, DASH } from '../format.js';
import { onThemeChange } from '../theme.js';
import { BRIDGED_SHARE, isolated } from '../gaps.js';
import { marksIn, type Mark } from '../marks.js';
import { drawMarks, shadeMarks } from './chart-marks.js';
import { Picture } from './picture.js';
import { numbers, times, type Column } from './table.js';

export interface ChartLine {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

interface ChartProps {
  readonly title: string;
  readonly fileName: string;
  readonly startsMs: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly format: (value: number) => string;
  /** Of the axis, with the step between two ticks; as `format` where absent. */
  readonly tick?: (value: number, step: number) => string;
  /** Of the CSV, in that of the values; 1 where absent. */
  readonly unit?: number;
  readonly whenEmpty: string;
  readonly marks?: readonly Mark[];
  /** Whether the axis begins at 0. */
  readonly fromZero?: boolean;
}

const HEIGHT_PX = 200;
const MS_PER_SECOND = 1000;
const COLOURS = 8;
const MS_PER_DAY = 86_400_000;
const NO_MARKS: readonly Mark[] = [];
/** Seconds between two labels, which show minutes, and where they show days. */
const WHOLE_MINUTES = [60, 120, 300, 600, 1800, 3600, 7200, 10_800, 14_400, 21_600];
const WHOLE_DAYS = [1, 2, 5, 10].map((days) => (days * MS_PER_DAY) / MS_PER_SECOND);

/** A model keeps its colour while the page is open, whatever its rank. */
const colourByName = new Map<string, number>();
function colourOf(name: string, style: CSSStyleDeclaration): string {
  if (/^\d+ others$/.test(name)) return style.getPropertyValue('--line-others').trim();
  let colour = colourByName.get(name);
  if (colour === undefined) colourByName.set(name, (colour = colourByName.size % COLOURS));
  return style.getPropertyValue(`--line-${colour}`).trim();
}

/** Lines over time. The figures are in the legend under the cursor, and in the table. */
export function Chart(props: ChartProps) {
  const { title, fileName, startsMs, lines, format, unit, whenEmpty, marks = NO_MARKS } = props;
  const isEmpty = lines.every(({ values }) => values.every((value) => value === null || value === 0));
  return (
    <Picture
      caption={title}
      fileName={fileName}
      columns={[
        TIME,
        ...lines.map((line) => columnOf(line, format, unit)),
        ...(marks.length > 0 ? [markedOf(marks, startsMs)] : []),
      ]}
      rows={isEmpty ? [] : startsMs.map((startMs, i) => ({ startMs, i }))}
      keyOf={({ startMs }) => String(startMs)}
      whenEmpty={whenEmpty}
      widthMost={Infinity}
      canDraw={!isEmpty}
      isCanvas
    >
      {(width, scale) => <Plot {...props} width={width} scale={scale} />}
    </Picture>
  );
}

/** A step of time: where it starts, and which of a line's values is its own. */
interface Step {
  readonly startMs: number;
  readonly i: number;
}

const TIME = times<Step>('time', ({ startMs }) => startMs);

const columnOf = ({ name, values }: ChartLine, format: ChartProps['format'], unit = 1): Column<Step> =>
  numbers(name, ({ i }) => values[i], format, { unit });

const markedOf = (marks: readonly Mark[], startsMs: readonly number[]): Column<Step> => ({
  title: 'marked',
  value: ({ i }) =>
    marksIn(marks, startsMs, i)
      .map(({ number, label }) => `${number}: ${label}`)
      .join('; ') || null,
  cell: ({ i }) =>
    marksIn(marks, startsMs, i)
      .map(({ number }) => number)
      .join(', '),
});

interface PlotProps extends ChartProps {
  readonly width: number;
  /** Of letters and whatever has their size. */
  readonly scale: number;
}

function Plot(props: PlotProps) {
  const { title, startsMs, lines, format, width, scale, marks = NO_MARKS } = props;
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const newest = useRef(props);
  newest.current = props;
  const names = lines.map(({ name }) => name).join('\n');

  useEffect(() => {
    const draw = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsOf(newest), dataOf(newest.current), host.current!);
    };
    draw();
    const endTheme = onThemeChange(draw);
    return () => {
      endTheme();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [names, isOfDays(startsMs), scale]);
  useEffect(() => plot.current?.setSize({ width, height: HEIGHT_PX * scale }), [width, scale]);
  useEffect(() => plot.current?.setData(dataOf(newest.current)), [startsMs, lines, marks]);
  return (
    <div
      ref={host}
      class="chart"
      role="img"
      aria-label={`${title}. Latest: ${latest(lines, format)}.${markedIn(marks)}`}
    />
  );
}

const markedIn = (marks: readonly Mark[]): string =>
  marks.length === 0 ? '' : ` Marked: ${marks.map(({ label }) => label).join('; ')}.`;

const newestOf = ({ values }: ChartLine): number | null => values.findLast((value) => value !== null) ?? null;

function latest(lines: readonly ChartLine[], format: (value: number) => string): string {
  return lines
    .map((line) => {
      const value = newestOf(line);
      return `${line.name} ${value === null ? 'nothing' : format(value)}`;
    })
    .join(', ');
}

const dataOf = ({ startsMs, lines }: ChartProps): uPlot.AlignedData => [
  startsMs.map((startMs) => startMs / MS_PER_SECOND),
  ...lines.map(({ values }) => [...values]),
];

function optionsOf(newest: { readonly current: PlotProps }): uPlot.Options {
  const { startsMs, lines, format, tick = (value) => format(value), fromZero, width, scale } = newest.current;
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue('--muted').trim();
  const rule = style.getPropertyValue('--rule').trim();
  const marked = {
    policy: style.getPropertyValue('--mark-policy').trim(),
    drift: style.getPropertyValue('--mark-drift').trim(),
  };
  const axis = {
    stroke: ink,
    grid: { stroke: rule, width: 1 },
    ticks: { show: false },
    font: `${12 * scale}px system-ui`,
  };
  const isDays = isOfDays(startsMs);
  // Without a cursor the legend shows what is newest.
  const shown = (i: number, value: number | null, at: number | null): string => {
    const known = at === null ? newestOf(newest.current.lines[i]!) : value;
    return known === null ? DASH : format(known);
  };
  return {
    width,
    height: HEIGHT_PX * scale,
    padding: [8, 20 * scale, 0, 0],
    legend: { markers: { fill: (_plot, i) => colourOf(lines[i - 1]?.name ?? '', style) } },
    hooks: {
      drawClear: [(plot) => shadeMarks(plot, newest.current.marks ?? NO_MARKS, marked.drift)],
      draw: [(plot) => drawMarks(plot, newest.current.marks ?? NO_MARKS, { colours: marked, scale })],
    },
    cursor: { drag: { x: false, y: false }, points: { size: 6 } },
    scales: { y: { range: (_plot, low, high) => rangeOf(low, high, fromZero === true) } },
    axes: [
      {
        ...axis,
        values: isDays ? '{D} {MMM}' : '{HH}:{mm}',
        incrs: isDays ? WHOLE_DAYS : WHOLE_MINUTES,
        space: 64 * scale,
        size: 26 * scale,
      },
      {
        ...axis,
        size: 64 * scale,
        values: (_plot, splits, _axis, _space, step) => splits.map((value) => tick(value, step)),
      },
    ],
    series: [
      {
        label: 'time',
        value: (_plot, value: number | null) =>
          value === null ? 'newest' : (isDays ? at : clock)(value * MS_PER_SECOND),
      },
      ...lines.map(({ name }, i) => ({
        label: name,
        stroke: colourOf(name, style),
        width: 1.75 * scale,
        gaps: (plot: uPlot, _i: number, _from: number, _to: number, gaps: uPlot.Series.Gaps) =>
          gaps.filter(([from, to]) => to - from > plot.bbox.width * BRIDGED_SHARE),
        // A point is seen only where no line goes through it.
        points: { size: 5, filter: (plot: uPlot, at: number) => isolatedIn(plot, at) },
        value: (_plot: uPlot, value: number | null, _i: number, at: number | null) => shown(i, value, at),
      })),
    ],
  };
}

const isolatedIn = ({ data }: uPlot, line: number): number[] =>
  isolated([...data[line]!], data[0].length * BRIDGED_SHARE);

/** Whether it spans more than a day. */
const isOfDays = (startsMs: readonly number[]): boolean => startsMs.at(-1)! - startsMs[0]! > MS_PER_DAY;

/** Room above, and never a range of nothing. */
function rangeOf(low: number | null, high: number | null, fromZero: boolean): [number, number] {
  const top = high ?? 1;
  const bottom = fromZero ? 0 : (low ?? 0);
  const room = (top - bottom || Math.abs(top) || 1) * 0.08;
  return [fromZero ? 0 : bottom - room, top + room];
}
