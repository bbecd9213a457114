import type {
  CheckEvidence,
  EvaluatedReward,
  EvaluationEvidence,
  Nothing,
  ReplayEvidence,
} from './evidence.js';
import type { EvaluationSettings, PromotionSettings } from './settings.js';
import { figuresOf, percent, signed, type Verdict } from './verdict.js';

/** Passed without a fault. */
export function judgeCheck({ faults, rules, models }: CheckEvidence): Verdict {
  const figures = { faults: faults.length, rules, models };
  if (faults.length > 0) return { result: 'failed', findings: faults, figures };
  return { result: 'passed', findings: [`no faults: ${rules} rules, ${models} models`], figures };
}

/** Passed where no more requests go elsewhere, or are refused, than is allowed. */
export function judgeReplay(evidence: ReplayEvidence | Nothing, settings: PromotionSettings): Verdict {
  if ('nothing' in evidence) return thin([evidence.nothing], settings);
  const { requests, changedShare, refused, admitted, quality, costUsd, hours } = evidence;
  if (requests === 0) return thin([`no request was logged in the last ${hours} hours`], settings);
  const { maxChangedShare, maxRefusedShare } = settings.replay;
  const findings = [
    `${percent(changedShare)} of ${requests} logged requests go elsewhere, ${refused} are refused`,
  ];
  if (quality && costUsd)
    findings.push(
      `expected quality ${quality.before.toFixed(4)} → ${quality.after.toFixed(4)}, ` +
        `expected cost ${usd(costUsd.before)} → ${usd(costUsd.after)} USD a request`,
    );
  const faults = [
    ...(changedShare > maxChangedShare
      ? [`more go elsewhere than replay.maxChangedShare, ${percent(maxChangedShare)}`]
      : []),
    ...(refused / requests > maxRefusedShare
      ? [`more are refused than replay.maxRefusedShare, ${percent(maxRefusedShare)}`]
      : []),
  ];
  return {
    result: faults.length > 0 ? 'failed' : 'passed',
    findings: [...findings, ...faults],
    figures: figuresOf({
      requests,
      hours,
      changedShare,
      refused,
      admitted,
      qualityBefore: quality?.before,
      qualityAfter: quality?.after,
      costUsdBefore: costUsd?.before,
      costUsdAfter: costUsd?.after,
    }),
  };
}

/**
 * Passed where the doubly robust difference's 95 % interval, for every reward that has a margin and that the log carries,
 * does not reach further to the bad side than the margin.
 */
export function judgeEvaluation(
  evidence: EvaluationEvidence | Nothing,
  settings: PromotionSettings,
): Verdict {
  if ('nothing' in evidence) return thin([evidence.nothing], settings);
  const { rewards, decisions } = evidence;
  const judged = rewards.map((reward) => judgeReward(reward, settings.evaluation));
  const findings = judged.map(({ finding }) => finding);
  const figures = figuresOf({ decisions }, ...rewards.map(rewardFigures));
  if (judged.some(({ result }) => result === 'failed')) return { result: 'failed', findings, figures };
  const asked = judged.filter(({ isAsked }) => isAsked);
  const isThin = asked.some(({ result }) => result === 'thin');
  if (isThin && settings.onThinEvidence === 'fail') return { ...thin(findings, settings), figures };
  if (asked.every(({ result }) => result === 'thin')) return { ...thin(findings, settings), figures };
  return { result: 'passed', findings, figures };
}

interface JudgedReward {
  readonly result: 'passed' | 'failed' | 'thin';
  readonly finding: string;
  /** Whether the reward has a margin. */
  readonly isAsked: boolean;
}

function judgeReward(
  { name, objections, lift }: EvaluatedReward,
  settings: EvaluationSettings,
): JudgedReward {
  const margin = settings[`${name}Margin`];
  const isAsked = margin !== undefined;
  if (lift === undefined || objections.length > 0) {
    const why = objections[0] ?? 'no decision has it';
    return { result: 'thin', finding: `${name}: support is thin: ${why}`, isAsked };
  }
  const { value, interval, logged } = lift;
  const show = (of: number): string => signed(of, name === 'cost' ? 6 : 4);
  const difference = `${name}: ${show(value)} [${show(interval.low)}, ${show(interval.high)}] against the log's ${logged.toFixed(name === 'cost' ? 6 : 4)}`;
  if (!isAsked) return { result: 'passed', finding: difference, isAsked };
  const allowed = name === 'cost' ? margin * logged : margin;
  const harm = name === 'cost' ? interval.high : -interval.low;
  if (harm <= allowed) return { result: 'passed', finding: difference, isAsked };
  const bound = `evaluation.${name}Margin, ${margin}${name === 'cost' ? ' of the logged cost' : ''}`;
  return { result: 'failed', finding: `${difference}: it may be worse by more than ${bound}`, isAsked };
}

const rewardFigures = ({ name, rewarded, effectiveDecisions, lift }: EvaluatedReward) => ({
  [`${name}Rewarded`]: rewarded,
  [`${name}EffectiveDecisions`]: effectiveDecisions,
  [`${name}Difference`]: lift?.value,
  [`${name}DifferenceLow`]: lift?.interval.low,
  [`${name}DifferenceHigh`]: lift?.interval.high,
  [`${name}Logged`]: lift?.logged,
});

const usd = (value: number): string => value.toFixed(6);

function thin(findings: readonly string[], { onThinEvidence }: PromotionSettings): Verdict {
  return onThinEvidence === 'skip'
    ? { result: 'skipped', findings, figures: {} }
    : { result: 'failed', findings: [...findings, 'onThinEvidence says that this fails'], figures: {} };
}
