import type { IntervalView } from '../../../src/admin/views.js';
import { decimal } from '../format.js';

/** The part of [0, 1] that a column of intervals is drawn on. */
export interface Scale {
  readonly from: number;
  readonly to: number;
}

/** The narrowest scale of whole tenths that holds all of them. */
export function scaleOf(intervals: readonly IntervalView[]): Scale {
  if (intervals.length === 0) return { from: 0, to: 1 };
  const from = Math.floor(Math.min(...intervals.map(({ low }) => low)) * 10) / 10;
  const to = Math.ceil(Math.max(...intervals.map(({ high }) => high)) * 10) / 10;
  return to > from ? { from, to } : { from: 0, to: 1 };
}

const WIDTH = 120;
const HEIGHT = 16;
const MARGIN = 5;

/** A mean with its 95 % credible interval. */
export function IntervalBar({ interval, scale }: { interval: IntervalView; scale: Scale }) {
  const x = (value: number): number =>
    MARGIN + ((value - scale.from) / (scale.to - scale.from)) * (WIDTH - 2 * MARGIN);
  const { mean, low, high } = interval;
  const middle = HEIGHT / 2;
  return (
    <span
      class="interval"
      title={`${decimal(mean, 3)}, 95 % between ${decimal(low, 3)} and ${decimal(high, 3)}`}
    >
      <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        <line class="track" x1={x(scale.from)} x2={x(scale.to)} y1={middle} y2={middle} />
        <line class="range" x1={x(low)} x2={x(high)} y1={middle} y2={middle} />
        <circle class="mean" cx={x(mean)} cy={middle} r="4" />
      </svg>
      <span>
        <b>{decimal(mean)}</b> <small>{`${decimal(low)}–${decimal(high)}`}</small>
      </span>
    </span>
  );
}

/** A share as a bar with its figure. */
export function ShareBar({ share, label }: { share: number; label: string }) {
  return (
    <span class="share">
      <svg width="56" height="8" viewBox="0 0 56 8" aria-hidden="true">
        <rect class="track" width="56" height="8" rx="2" />
        <rect class="fill" width={56 * Math.min(1, Math.max(0, share))} height="8" rx="2" />
      </svg>
      <span>{label}</span>
    </span>
  );
}
