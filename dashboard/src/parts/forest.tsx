import { Measured } from './measured.js';
import type { ArmMetric, Interval, MetricResult } from '../contract.js';
import { metricName, metricNumber } from '../advice.js';
import { cut } from '../sentence.js';

const WIDTH_MOST = 720;
const ROW = 34;

/** Differences to control: the interval at all times thin, that of one look thick, control's line at 0. */
export function Forest({ of }: { of: MetricResult }) {
  return <Measured most={WIDTH_MOST}>{(width) => <Rows of={of} width={width} />}</Measured>;
}

function Rows({ of, width }: { of: MetricResult; width: number }) {
  const label = Math.min(130, width * 0.3);
  const arms = of.arms.filter(({ comparison }) => comparison !== undefined);
  if (arms.length === 0) return null;
  const ends = arms.flatMap(({ comparison }) => {
    const { low, high } = comparison!.alwaysValidInterval ?? comparison!.fixedInterval;
    return [low, high];
  });
  const reach = Math.max(...ends.map(Math.abs)) * 1.15 || 1;
  const x = (value: number): number => label + ((value + reach) / (2 * reach)) * (width - label - 10);
  const height = ROW * arms.length + 26;
  const figure = (value: number): string => metricNumber(of.metric, value);
  return (
    <svg
      class="forest"
      width={width}
      height={height}
      role="img"
      aria-label={`Differences in ${metricName(of.metric)} to control, with intervals; the table has the figures.`}
    >
      <line class="zero" x1={x(0)} x2={x(0)} y1="0" y2={height - 20} />
      {arms.map((arm, i) => (
        <ForestRow key={arm.arm} arm={arm} x={x} y={ROW * i + ROW / 2} />
      ))}
      {[-reach / 1.15, 0, reach / 1.15].map((value) => (
        <text
          key={value}
          x={value > 0 ? width : x(value)}
          y={height - 5}
          text-anchor={value > 0 ? 'end' : 'middle'}
        >
          {figure(value)}
        </text>
      ))}
    </svg>
  );
}

function ForestRow({ arm, x, y }: { arm: ArmMetric; x: (value: number) => number; y: number }) {
  const { difference, fixedInterval, alwaysValidInterval } = arm.comparison!;
  const line = (name: string, { low, high }: Interval) => (
    <line class={name} x1={x(low)} x2={x(high)} y1={y} y2={y} />
  );
  return (
    <g>
      <text class="name" x="0" y={y + 4}>
        {cut(arm.arm, 18)}
      </text>
      {alwaysValidInterval && line('always', alwaysValidInterval)}
      {line('once', fixedInterval)}
      <circle class="mean" cx={x(difference)} cy={y} r="5" />
    </g>
  );
}
