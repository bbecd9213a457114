import type { LeaderView } from '../../../src/admin/views.js';
import { decimal, percent, usdNumber } from '../format.js';
import { shortName } from '../sentence.js';
import { Picture } from './picture.js';
import { costs, numbers, type Column } from './table.js';

interface ScatterProps {
  readonly leaders: readonly LeaderView[];
  /** By model, of the request that is asked about. */
  readonly propensities: ReadonlyMap<string, number>;
  readonly useCase: string;
}

const WIDTH_MOST = 1100;
const HEIGHT = 340;
const LEFT = 44;
const FLOOR = HEIGHT - 30;
const CAPTION = 'Cost and quality';

interface Priced extends LeaderView {
  readonly costNanoUsd: number;
}

/** Of the last 30 days where that has an interval, else what was learned. */
const costOf = ({ spanCost, costNanoUsd }: LeaderView): number | null => spanCost?.mean ?? costNanoUsd;

const isPriced = (row: LeaderView): row is Priced => row.costNanoUsd !== null && row.costNanoUsd > 0;

/** Those that no other is better and not dearer than, by their means; cheapest first. */
export function paretoLine<T extends { costNanoUsd: number; quality: { mean: number } }>(
  rows: readonly T[],
): T[] {
  let best = -Infinity;
  return [...rows]
    .sort((a, b) => a.costNanoUsd - b.costNanoUsd || b.quality.mean - a.quality.mean)
    .filter(({ quality: { mean } }) => mean > best && ((best = mean), true));
}

/** Models by mean cost and quality, with the line of those that are worth their money. */
export function Scatter({ leaders, propensities, useCase }: ScatterProps) {
  const rows = leaders.map((row) => ({ ...row, costNanoUsd: costOf(row) }));
  const priced = rows.filter(isPriced);
  const unpriced = rows.length - priced.length;
  return (
    <Picture
      caption={CAPTION}
      fileName={`sextant-cost-quality-${useCase}`}
      columns={columnsOf(paretoLine(priced), propensities)}
      rows={rows}
      keyOf={({ model }) => model}
      isFaded={({ dominatedBy }) => dominatedBy !== null}
      whenEmpty={`Nothing was decided or reported for ${useCase} in your tenant.`}
      widthMost={WIDTH_MOST}
      canDraw={priced.length > 0}
      hint={HINT + (unpriced > 0 ? ` ${unpriced} without reported cost are in the table.` : '')}
    >
      {(width) => <Points priced={priced} propensities={propensities} width={width} />}
    </Picture>
  );
}

const HINT =
  'Quality with its 95 % credible interval over the whole use case, against the mean cost of the last 30 days with its ' +
  '95 % interval, on a logarithmic scale; where fewer than two calls told their cost, what was learned. The line joins those that none is better and cheaper than. Grey: another costs no more and is ' +
  'better with 95 % probability. Full: how likely the weights above choose it.';

interface PointsProps {
  readonly priced: readonly Priced[];
  readonly propensities: ReadonlyMap<string, number>;
  readonly width: number;
}

function Points({ priced, propensities, width }: PointsProps) {
  const costs = priced.flatMap(({ costNanoUsd, spanCost }) =>
    [costNanoUsd, positive(spanCost?.low, costNanoUsd), spanCost?.high ?? costNanoUsd].map(Math.log),
  );
  const [low, high] = [Math.min(...costs) - 0.3, Math.max(...costs) + 0.3];
  const bottom = Math.floor(Math.min(...priced.map(({ quality }) => quality.low)) * 20) / 20;
  const top = Math.ceil(Math.max(...priced.map(({ quality }) => quality.high)) * 20) / 20;
  const x = (nanoUsd: number): number =>
    LEFT + ((Math.log(nanoUsd) - low) / (high - low)) * (width - LEFT - 10);
  const y = (quality: number): number => FLOOR - ((quality - bottom) / (top - bottom || 1)) * (FLOOR - 10);
  const line = paretoLine(priced).map(({ costNanoUsd, quality }) => `${x(costNanoUsd)},${y(quality.mean)}`);
  return (
    <svg
      class="plot scatter"
      width={width}
      height={HEIGHT}
      role="img"
      aria-label="Models by cost and quality; the table has the figures."
    >
      {[0, 0.25, 0.5, 0.75, 1].map((share) => {
        const value = bottom + share * (top - bottom);
        return (
          <g key={share}>
            <line class="base" x1={LEFT} x2={width} y1={y(value)} y2={y(value)} />
            <text x="0" y={y(value) + 4}>
              {decimal(value)}
            </text>
          </g>
        );
      })}
      {decadesOf(low, high).map((nanoUsd) => (
        <text key={nanoUsd} x={x(nanoUsd)} y={HEIGHT - 8} text-anchor="middle">
          {usdNumber(nanoUsd)} USD
        </text>
      ))}
      <polyline class="pareto" points={line.join(' ')} />
      {[...priced]
        .sort((a, b) => a.costNanoUsd - b.costNanoUsd)
        .map((row, i) => (
          <Point
            key={row.model}
            row={row}
            x={x}
            isLeft={x(row.costNanoUsd) > width * 0.6}
            isBelow={i % 2 === 1}
            y={y}
            propensity={propensities.get(row.model) ?? 0}
          />
        ))}
    </svg>
  );
}

/** A logarithmic scale ends somewhere: an interval that reaches 0 is drawn to a tenth of its mean. */
const positive = (low: number | undefined, mean: number): number => Math.max(low ?? mean, mean / 10);

/** Powers of ten between two logarithms of nano-USD; the ends where there is none. */
function decadesOf(low: number, high: number): number[] {
  const first = Math.ceil(low / Math.LN10);
  const last = Math.floor(high / Math.LN10);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => 10 ** (first + i));
}

interface PointProps {
  readonly row: Priced;
  readonly x: (nanoUsd: number) => number;
  /** Whether its name stands to the left, where the right has no room. */
  readonly isLeft: boolean;
  /** By turns, so that neighbours’ names keep apart. */
  readonly isBelow: boolean;
  readonly y: (quality: number) => number;
  readonly propensity: number;
}

function Point({ row, x, isLeft, isBelow, y, propensity }: PointProps) {
  const { model, quality, costNanoUsd, spanCost, dominatedBy } = row;
  const cx = x(costNanoUsd);
  return (
    <g class={dominatedBy === null ? undefined : 'dominated'}>
      <line class="range" x1={cx} x2={cx} y1={y(quality.low)} y2={y(quality.high)} />
      {spanCost !== null && (
        <line
          class="range"
          x1={x(positive(spanCost.low, costNanoUsd))}
          x2={x(spanCost.high)}
          y1={y(quality.mean)}
          y2={y(quality.mean)}
        />
      )}
      <circle class="ring" cx={cx} cy={y(quality.mean)} r="6" />
      <circle class="mean" cx={cx} cy={y(quality.mean)} r={6 * Math.sqrt(propensity)} />
      <text
        class="name"
        x={isLeft ? cx - 10 : cx + 10}
        y={y(quality.mean) + (isBelow ? 19 : -9)}
        text-anchor={isLeft ? 'end' : 'start'}
      >
        {shortName(model)}
      </text>
    </g>
  );
}

const figure = (quality: number): string => decimal(quality, 3);

const columnsOf = (
  line: readonly LeaderView[],
  propensities: ReadonlyMap<string, number>,
): Column<LeaderView>[] => [
  { title: 'Model', value: ({ model }) => model },
  costs('Cost, USD a call', ({ costNanoUsd }) => costNanoUsd),
  costs('Cost, 2.5 %', ({ spanCost }) => spanCost?.low),
  costs('Cost, 97.5 %', ({ spanCost }) => spanCost?.high),
  numbers('Quality', ({ quality }) => quality.mean, figure),
  numbers('Quality, 2.5 %', ({ quality }) => quality.low, figure),
  numbers('Quality, 97.5 %', ({ quality }) => quality.high, figure),
  numbers('Chosen with', ({ model }) => propensities.get(model) ?? 0, percent),
  { title: 'On the line', value: (row) => (line.includes(row) ? 'yes' : 'no') },
  { title: 'Dominated by', value: ({ dominatedBy }) => dominatedBy },
];
