import { Picture } from './picture.js';

interface Point {
  readonly x: number;
  readonly y: number;
}

interface FunctionPlotProps {
  readonly title: string;
  readonly fileName: string;
  /** Name of x. */
  readonly axis: string;
  readonly values: readonly Point[];
  readonly isBars?: boolean;
}

const WIDTH_MOST = 900;
const HEIGHT = 190;
const FLOOR = HEIGHT - 24;

/** A function of one variable as a line or as bars, or as a table. */
export function FunctionPlot({ title, fileName, axis, values, isBars = false }: FunctionPlotProps) {
  const digits = (value: number): string => String(Number(value.toPrecision(4)));
  return (
    <Picture
      caption={title}
      fileName={fileName}
      columns={[
        { title: axis, isNumeric: true, value: ({ x }) => x, cell: ({ x }) => digits(x) },
        { title: 'value', isNumeric: true, value: ({ y }) => y, cell: ({ y }) => digits(y) },
      ]}
      rows={values}
      keyOf={({ x }) => String(x)}
      whenEmpty=""
      widthMost={WIDTH_MOST}
    >
      {(width) => <Plot title={title} axis={axis} values={values} isBars={isBars} width={width} />}
    </Picture>
  );
}

type PlotProps = Omit<Required<FunctionPlotProps>, 'fileName'> & { readonly width: number };

function Plot({ title, axis, values, isBars, width }: PlotProps) {
  const [first, last] = [values[0]!.x, values.at(-1)!.x];
  const room = isBars ? (width / values.length) * 0.5 : 0;
  const x = (value: number): number => room + ((value - first) / (last - first)) * (width - 2 * room);
  const top = Math.max(...values.map(({ y }) => y)) || 1;
  const y = (value: number): number => FLOOR - (value / top) * (FLOOR - 6);
  const line = values.map((point) => `L${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`).join('');
  const middle = (first + last) / 2;
  return (
    <svg
      class="plot"
      width={width}
      height={HEIGHT}
      role="img"
      aria-label={`${title}, by ${axis}; the table has the figures.`}
    >
      {isBars ? (
        values.map((point) => (
          <rect
            key={point.x}
            class="fill"
            x={x(point.x) - room * 0.8}
            width={room * 1.6}
            y={y(point.y)}
            height={FLOOR - y(point.y)}
          />
        ))
      ) : (
        <path class="posterior" d={`M${x(first)} ${FLOOR}${line}L${x(last)} ${FLOOR}Z`} />
      )}
      <line class="base" x1="0" x2={width} y1={FLOOR} y2={FLOOR} />
      {[first, middle, last].map((value, i) => (
        <text key={value} x={x(value)} y={HEIGHT - 6} text-anchor={(['start', 'middle', 'end'] as const)[i]}>
          {Number(value.toPrecision(2))}
        </text>
      ))}
    </svg>
  );
}
