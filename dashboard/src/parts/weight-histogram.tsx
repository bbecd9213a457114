import type { WeightBucket } from '../contract.js';
import { percent, whole } from '../format.js';
import { Picture } from './picture.js';
import { numbers, type Column } from './table.js';

const WIDTH_MOST = 900;
const HEIGHT = 160;
const FLOOR = HEIGHT - 22;

interface WeightHistogramProps {
  readonly title: string;
  readonly buckets: readonly WeightBucket[];
}

interface Bar {
  readonly from: string;
  readonly to: string;
  readonly decisions: number;
  readonly weight: number;
  readonly share: number;
  readonly weightShare: number;
}

/** How many decisions have which importance weight, and how much of the estimate rests on them. */
export function WeightHistogram({ title, buckets }: WeightHistogramProps) {
  const bars = barsOf(buckets);
  return (
    <Picture
      caption={`${title}: importance weights`}
      fileName={`sextant-evaluation-weights-${title.toLowerCase().replace(/\W+/g, '-')}`}
      columns={COLUMNS}
      rows={bars}
      keyOf={({ from }) => from}
      whenEmpty="No decision of the log has this reward."
      widthMost={WIDTH_MOST}
      canDraw={bars.length > 0}
      hint="By powers of two: the policy’s probability of what was chosen over the log’s. Full: share of decisions. Pale: share of all weight, so of what the estimate rests on. Near 1 the log is like the policy’s own."
    >
      {(width) => <Bars bars={bars} width={width} />}
    </Picture>
  );
}

function barsOf(buckets: readonly WeightBucket[]): Bar[] {
  const counts = buckets.map(({ decisions }) => Number(decisions));
  const all = counts.reduce((sum, count) => sum + count, 0) || 1;
  const weight = buckets.reduce((sum, bucket) => sum + bucket.weight, 0) || 1;
  return buckets.map((bucket, i) => ({
    from: boundOf(bucket.from),
    to: boundOf(Number(bucket.to)),
    decisions: counts[i]!,
    weight: bucket.weight,
    share: counts[i]! / all,
    weightShare: bucket.weight / weight,
  }));
}

/** 1/8, 4, ∞. */
function boundOf(bound: number): string {
  if (bound === Infinity) return '∞';
  return bound > 0 && bound < 1 ? `1/${1 / bound}` : String(bound);
}

function Bars({ bars, width }: { bars: readonly Bar[]; width: number }) {
  const step = width / bars.length;
  const most = Math.max(...bars.map(({ share, weightShare }) => Math.max(share, weightShare)));
  const every = Math.ceil(48 / step);
  return (
    <svg
      class="plot weights"
      width={width}
      height={HEIGHT}
      role="img"
      aria-label="Decisions by importance weight; the table has the figures."
    >
      {bars.map(({ from, to, decisions, share, weightShare }, i) => (
        <g key={from}>
          {[share, weightShare].map((part, k) => (
            <rect
              key={k}
              class={k === 0 ? 'decisions' : 'weight'}
              x={i * step + (k + 0.25) * step * 0.4}
              y={FLOOR - (part / most) * (FLOOR - 8)}
              width={step * 0.4}
              height={(part / most) * (FLOOR - 8)}
            >
              <title>{`${from} to ${to}: ${whole(decisions)} decisions, ${percent(weightShare)} of the weight`}</title>
            </rect>
          ))}
          {i % every === 0 && (
            <text x={i * step + 2} y={HEIGHT - 6}>
              {from}
            </text>
          )}
        </g>
      ))}
      <line class="base" x1="0" x2={width} y1={FLOOR} y2={FLOOR} />
    </svg>
  );
}

const COLUMNS: readonly Column<Bar>[] = [
  { title: 'From', value: ({ from }) => from },
  { title: 'Below', value: ({ to }) => to },
  numbers('Decisions', ({ decisions }) => decisions, whole),
  numbers('Of decisions', ({ share }) => share, percent),
  numbers(
    'Sum of weights',
    ({ weight }) => weight,
    (weight) => String(Number(weight.toPrecision(4))),
  ),
  numbers('Of all weight', ({ weightShare }) => weightShare, percent),
];
