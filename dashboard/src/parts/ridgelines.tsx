import type { BetaView, LeaderView } from '../../../src/admin/views.js';
import { betaDensity, betaMean, betaSd } from '../beta.js';
import { decimal, whole } from '../format.js';
import { cut, shortName } from '../sentence.js';
import { Picture } from './picture.js';
import type { Column } from './table.js';

const WIDTH_MOST = 900;
const ROW = 46;
const POINTS = 401;
const MOST = 12;

interface RidgelinesProps {
  readonly leaders: readonly LeaderView[];
  readonly useCase: string;
}

/** One density a model: what is believed of its quality now, and before the first outcome as a ghost. */
export function Ridgelines({ leaders, useCase }: RidgelinesProps) {
  const rows = leaders.slice(0, MOST);
  if (rows.length === 0) return null;
  return (
    <Picture
      caption={CAPTION}
      fileName={`sextant-posteriors-${useCase}`}
      columns={COLUMNS}
      rows={rows}
      keyOf={({ model }) => model}
      whenEmpty=""
      widthMost={WIDTH_MOST}
      hint="Filled: now. Dashed: the prior. Each is drawn to its own height; the width tells how sure the belief is."
    >
      {(width) => <Densities rows={rows} width={width} />}
    </Picture>
  );
}

const CAPTION = 'What is believed of quality';

function Densities({ rows, width }: { rows: readonly LeaderView[]; width: number }) {
  const label = Math.min(180, width * 0.4);
  const [from, to] = rangeOf(rows);
  const x = (value: number): number => label + ((value - from) / (to - from)) * (width - label - 20);
  const height = ROW * rows.length + 34;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => from + share * (to - from));
  return (
    <svg
      class="ridges"
      width={width}
      height={height}
      role="img"
      aria-label="Densities of quality by model; the table has the figures."
    >
      {rows.map((row, i) => {
        const base = ROW * (i + 1) + 10;
        const scale = { from, to, x, base };
        return (
          <g key={row.model}>
            <text class="name" x="0" y={base - 6}>
              {cut(shortName(row.model), label / 7)}
            </text>
            <path class="prior" d={curve(row.prior, scale)} />
            <path class="posterior" d={curve(row.posterior, scale)} />
            <line class="base" x1={label} x2={width - 20} y1={base} y2={base} />
          </g>
        );
      })}
      {ticks.map((value) => (
        <text key={value} x={x(value)} y={height - 6} text-anchor="middle">
          {decimal(value)}
        </text>
      ))}
    </svg>
  );
}

/** What holds four standard deviations of every posterior, in whole twentieths. */
function rangeOf(rows: readonly LeaderView[]): [number, number] {
  const ends = rows.flatMap(({ posterior }) => {
    const [mean, sd] = [betaMean(posterior), betaSd(posterior)];
    return [mean - 4 * sd, mean + 4 * sd];
  });
  const low = Math.max(0, Math.floor(Math.min(...ends) * 20) / 20);
  const high = Math.min(1, Math.ceil(Math.max(...ends) * 20) / 20);
  return high > low ? [low, high] : [0, 1];
}

interface Scale {
  readonly from: number;
  readonly to: number;
  readonly x: (value: number) => number;
  readonly base: number;
}

/** A density's outline, at most as high as its row. */
export function curve(shape: BetaView, { from, to, x, base }: Scale): string {
  const points = Array.from({ length: POINTS }, (_, i) => {
    const value = from + ((i + 0.5) / POINTS) * (to - from);
    return { value, density: betaDensity(shape, value) };
  });
  const top = Math.max(...points.map(({ density }) => density)) || 1;
  const line = points
    .map(
      ({ value, density }) => `L${x(value).toFixed(1)} ${(base - (density / top) * (ROW - 12)).toFixed(1)}`,
    )
    .join('');
  return `M${x(from).toFixed(1)} ${base}${line}L${x(to).toFixed(1)} ${base}Z`;
}

const COLUMNS: readonly Column<LeaderView>[] = [
  { title: 'Model', value: ({ model }) => model },
  number('Prior mean', ({ prior }) => betaMean(prior)),
  number('Prior sd', ({ prior }) => betaSd(prior)),
  number('Mean', ({ quality }) => quality.mean),
  number('sd', ({ posterior }) => betaSd(posterior)),
  number('2.5 %', ({ quality }) => quality.low),
  number('97.5 %', ({ quality }) => quality.high),
  {
    title: 'Observations',
    isNumeric: true,
    value: ({ observations }) => observations,
    cell: ({ observations }) => whole(observations),
  },
];

function number(title: string, of: (row: LeaderView) => number): Column<LeaderView> {
  return { title, isNumeric: true, value: of, cell: (row) => decimal(of(row), 3) };
}
