import type { SpendView } from '../../../src/admin/views.js';
import { percent, usd } from '../format.js';
import { describeSpend } from '../sentence.js';

/** One account: what is spent and held of its limit, and how much of the period is over. */
export function SpendMeter({ spend, nowMs }: { spend: SpendView; nowMs: number }) {
  const { account, useCase, period, averageNanoUsdPerRequest, lambda } = spend;
  return (
    <div class="meter">
      <div class="meter-head">
        <b>{account}</b>
        <span>{useCase ?? 'every use case'}</span>
        {averageNanoUsdPerRequest !== null && (
          <span>
            {usd(averageNanoUsdPerRequest)} a request, λ {lambda.toFixed(3)}
          </span>
        )}
      </div>
      {period !== null && <Meter period={period} nowMs={nowMs} />}
      <p class="hint">{describeSpend(spend, nowMs)}</p>
    </div>
  );
}

function Meter({ period, nowMs }: { period: NonNullable<SpendView['period']>; nowMs: number }) {
  const { limitNanoUsd, spentNanoUsd, reservedNanoUsd, startMs, endMs, every, exhaustedAtMs } = period;
  const part = (value: number): number =>
    100 * Math.min(1, Math.max(0, limitNanoUsd > 0 ? value / limitNanoUsd : 1));
  const spent = part(spentNanoUsd);
  const held = Math.min(100 - spent, part(reservedNanoUsd));
  const over = 100 * Math.min(1, Math.max(0, (nowMs - startMs) / (endMs - startMs)));
  const text = `${usd(spentNanoUsd)} of ${usd(limitNanoUsd)} a ${every}, ${percent(spentNanoUsd / limitNanoUsd)}`;
  return (
    <>
      <svg
        class={`meter-bar ${exhaustedAtMs === null ? '' : 'hot'}`}
        viewBox="0 0 100 10"
        preserveAspectRatio="none"
        role="img"
        aria-label={`${text}; ${percent(over / 100)} of the ${every} is over`}
      >
        <rect class="track" width="100" height="10" />
        <rect class="fill" width={spent} height="10" />
        <rect class="held" x={spent} width={held} height="10" />
        <line class="now" x1={over} x2={over} y1="0" y2="10" vector-effect="non-scaling-stroke" />
      </svg>
      <p class="meter-text">
        {text}
        {reservedNanoUsd > 0 && <>; {usd(reservedNanoUsd)} held for decisions in flight</>}
        <span class="hint"> The mark is the time of the {every}.</span>
      </p>
    </>
  );
}
