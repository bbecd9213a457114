import type { CanaryEvidence, CanaryMetric, ShadowEvidence } from './evidence.js';
import type { CanarySettings, ShadowSettings } from './settings.js';
import { figuresOf, percent, signed, type Verdict } from './verdict.js';

const MS_PER_HOUR = 3_600_000;

/** Passed once the candidate was asked about enough requests, refused few of them, and was quick. */
export function judgeShadow(
  { isLive, requests, refused, skipped, changedShare, decideMsP99 }: ShadowEvidence,
  settings: ShadowSettings,
  elapsedMs: number,
): Verdict {
  const { decisions, maxRefusedShare, maxDecideMs, maximumHours } = settings;
  const figures = figuresOf({ requests, refused, skipped, changedShare, decideMsP99 });
  const seen = isLive ? `${requests} of ${decisions} requests` : 'it learns what was learned before it';
  if (!isLive || requests < decisions) {
    if (elapsedMs < maximumHours * MS_PER_HOUR) return { result: 'wait', findings: [seen], figures };
    return { result: 'failed', findings: [seen, `shadow.maximumHours, ${maximumHours}, are over`], figures };
  }
  const slow = decideMsP99 ?? 0;
  const findings = [
    `asked about ${requests} requests: ${percent(changedShare)} go elsewhere, ${refused} are refused`,
    `99 of 100 decisions took at most ${slow.toFixed(2)} ms`,
    ...(refused / requests > maxRefusedShare
      ? [`more are refused than shadow.maxRefusedShare, ${percent(maxRefusedShare)}`]
      : []),
    ...(slow > maxDecideMs ? [`that is more than shadow.maxDecideMs, ${maxDecideMs}`] : []),
  ];
  return { result: findings.length > 2 ? 'failed' : 'passed', findings, figures };
}

/** Where a canary stands. */
export interface CanaryProgress {
  /** Number of its step, from 0. */
  readonly step: number;
  readonly stepElapsedMs: number;
  readonly elapsedMs: number;
}

/**
 * Failed once the candidate has run into a guardrail, one side loses units, somebody ended it, or its time is over;
 * a step further, and at the last passed, once each side has its units, the step its time, and, at the last, every
 * metric of `mustShow` is surely not worse by more than its guardrail allows.
 */
export function judgeCanary(
  evidence: CanaryEvidence,
  settings: CanarySettings,
  { step, stepElapsedMs, elapsedMs }: CanaryProgress,
): Verdict {
  const { units, metrics, sampleRatioAlarm, sampleRatioPValue, ended } = evidence;
  const { shares, minimumUnits, minimumHours, maximumHours, mustShow } = settings;
  const share = shares[step]!;
  const counts = { step: step + 1, share, unitsControl: units.control, unitsCandidate: units.candidate };
  const figures = figuresOf({ ...counts, sampleRatioPValue }, ...metrics.map(metricFigures));
  const counted = `${percent(share)} of requests: ${units.candidate} units with it, ${units.control} without`;
  const told = [counted, ...metrics.map(metricText)];
  const failed = (...reasons: string[]): Verdict => ({
    result: 'failed',
    findings: [...told, ...reasons],
    figures,
  });
  if (ended !== undefined) return failed(`ended by ${ended.by}: ${ended.reason || 'no reason was given'}`);
  const harmful = metrics.filter(({ harm, worseBy }) => harm !== undefined && harm.low > worseBy);
  if (harmful.length > 0) return failed(...harmful.map(harmText));
  if (sampleRatioAlarm)
    return failed(
      `one side loses units or reports: sample ratio p = ${sampleRatioPValue.toPrecision(2)} at any time`,
    );
  const missing: string[] = [];
  if (Math.min(units.control, units.candidate) < minimumUnits)
    missing.push(`each side needs ${minimumUnits} units`);
  if (stepElapsedMs < minimumHours * MS_PER_HOUR) missing.push(`this step takes ${minimumHours} hours`);
  if (step === shares.length - 1) missing.push(...unshown(metrics, mustShow));
  if (missing.length === 0)
    return { result: step < shares.length - 1 ? 'step' : 'passed', findings: told, figures };
  if (elapsedMs >= maximumHours * MS_PER_HOUR)
    return failed(...missing, `canary.maximumHours, ${maximumHours}, are over`);
  return { result: 'wait', findings: [...told, ...missing], figures };
}

function unshown(metrics: readonly CanaryMetric[], mustShow: CanarySettings['mustShow']): string[] {
  return metrics
    .filter(({ metric, harm, worseBy }) => mustShow.includes(metric) && !(harm && harm.high <= worseBy))
    .map(
      ({ metric, worseBy, relative }) =>
        `${metric} is not yet shown to be at most ${worseBy}${relative ? ' of what it was' : ''} worse`,
    );
}

const harmText = ({ metric, harm, worseBy, relative }: CanaryMetric): string =>
  `${metric} is worse by ${harm!.low.toPrecision(3)} at least, more than ${worseBy}${relative ? ' of what it was' : ''}`;

function metricText({ metric, controlMean, candidateMean, harm, relative }: CanaryMetric): string {
  if (controlMean === undefined || candidateMean === undefined)
    return `${metric}: not reported on both sides`;
  const digits = metric === 'cost' ? 6 : 4;
  const means = `${metric}: ${controlMean.toFixed(digits)} → ${candidateMean.toFixed(digits)}`;
  if (harm === undefined) return means;
  const show = (value: number): string => signed(value, relative ? 3 : digits);
  return `${means}, worse by [${show(harm.low)}, ${show(harm.high)}]${relative ? ' of what it was' : ''} at any time`;
}

const metricFigures = ({ metric, controlMean, candidateMean, harm }: CanaryMetric) => ({
  [`${metric}Control`]: controlMean,
  [`${metric}Candidate`]: candidateMean,
  [`${metric}HarmLow`]: harm?.low,
  [`${metric}HarmHigh`]: harm?.high,
});
