import type { ArmMetric, ExperimentResult, Guardrail, Interval, MetricResult } from './contract.js';

export type Tone = 'good' | 'warn' | 'bad' | 'plain';

export interface Advice {
  readonly tone: Tone;
  readonly text: string;
}

export const metricName = (metric: string): string => metric.replace('EXPERIMENT_METRIC_', '').toLowerCase();

const UNITS: Readonly<Record<string, { readonly scale: number; readonly unit: string }>> = {
  cost: { scale: 1e-9, unit: ' USD' },
  latency: { scale: 1, unit: ' ms' },
};

/** A figure of a metric in its unit, with three digits. */
export const metricFigure = (metric: string, value: number): string =>
  `${metricNumber(metric, value)}${UNITS[metricName(metric)]?.unit ?? ''}`;

/** The same without the unit, for where it is said beside. */
export const metricNumber = (metric: string, value: number): string =>
  String(Number((value * (UNITS[metricName(metric)]?.scale ?? 1)).toPrecision(3)));

/** `Cost, USD`. */
export function metricTitle(metric: string): string {
  const name = metricName(metric);
  const unit = UNITS[name]?.unit.trim();
  return `${name[0]!.toUpperCase()}${name.slice(1)}${unit === undefined ? '' : `, ${unit}`}`;
}

/** What to make of a result, the gravest first. Of decisions in words, only the intervals at all times count. */
export function adviceOn(result: ExperimentResult, guardrails: readonly Guardrail[]): Advice[] {
  const { sampleRatio, metrics, minimumUnits, policyVersions } = result;
  const [primary] = metrics;
  const said: Advice[] = [];
  if (sampleRatio.alarm) {
    said.push({
      tone: 'bad',
      text: 'Units did not fall into arms as they were drawn: do not trust what follows, and look for reports that one arm loses.',
    });
  }
  for (const guardrail of guardrails) said.push(...guardrailAdvice(guardrail, metrics));
  if (primary !== undefined) {
    if (primary.readable) said.push(...primary.arms.flatMap((arm) => armAdvice(primary, arm)));
    else
      said.push({
        tone: 'plain',
        text: `Too early: nothing is read before every arm has ${minimumUnits} units; the least has ${fewest(primary)}.`,
      });
  }
  if (policyVersions.length > 1) {
    said.push({ tone: 'warn', text: 'The policy changed while it ran: arms were compared under several.' });
  }
  return said;
}

const fewest = ({ arms }: MetricResult): number => Math.min(...arms.map(({ units }) => Number(units)));

function armAdvice({ metric, lowerIsBetter }: MetricResult, { arm, comparison }: ArmMetric): Advice[] {
  const always = comparison?.alwaysValidInterval;
  if (comparison === undefined || always === undefined) return [];
  const name = metricName(metric);
  const excludes = ({ low, high }: Interval): boolean => low > 0 || high < 0;
  if (excludes(always)) {
    const isBetter = always.low > 0 !== lowerIsBetter;
    const least = Math.min(Math.abs(always.low), Math.abs(always.high));
    const by = `by ${metricFigure(metric, Math.abs(comparison.difference))}, at least ${metricFigure(metric, least)}, however often one looks`;
    return [
      {
        tone: isBetter ? 'good' : 'bad',
        text: `${arm} is ${isBetter ? 'better' : 'worse'} than control in ${name} ${by}. ${isBetter ? 'It can be stopped in its favour where guardrails agree.' : 'Keep control.'}`,
      },
    ];
  }
  const reach = `from ${metricFigure(metric, always.low)} to ${metricFigure(metric, always.high)}`;
  const once = excludes(comparison.fixedInterval)
    ? ' One look at a time fixed before would call it; who looks often must not.'
    : '';
  return [
    {
      tone: 'plain',
      text: `${arm}: no difference in ${name} is shown yet; it may be ${reach}. Let it run.${once}`,
    },
  ];
}

export type GuardrailState = 'tripped' | 'safe' | 'open';

/** Harm is positive where worse. Tripped: surely more than allowed. Safe: surely less. Both at all times at once. */
export function guardrailState(
  guardrail: Guardrail,
  { lowerIsBetter }: MetricResult,
  arm: ArmMetric,
): GuardrailState {
  const { comparison } = arm;
  const interval = guardrail.relative ? comparison?.liftAlwaysValidInterval : comparison?.alwaysValidInterval;
  if (interval === undefined) return 'open';
  const [least, most] = lowerIsBetter ? [interval.low, interval.high] : [-interval.high, -interval.low];
  if (least > guardrail.worseBy) return 'tripped';
  return most <= guardrail.worseBy ? 'safe' : 'open';
}

function guardrailAdvice(guardrail: Guardrail, metrics: readonly MetricResult[]): Advice[] {
  const metric = metrics.find((one) => metricName(one.metric) === guardrail.metric);
  if (metric === undefined) return [];
  return metric.arms
    .filter((arm) => guardrailState(guardrail, metric, arm) === 'tripped')
    .map(({ arm }) => ({
      tone: 'bad',
      text: `${arm} is surely worse in ${guardrail.metric} than its guardrail of ${guardrail.worseBy} allows.`,
    }));
}
