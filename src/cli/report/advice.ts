import type { ModelPosterior } from '../../gen/sextant/v1/insight.js';
import { againstBefore, driftName } from '../drift-text.js';
import { percentText } from '../plain-output.js';
import { distance, type Performance } from './performance.js';
import type { ModelPerformance, UseCaseReport } from './use-case-report.js';

/** Below it a use case learns from few of its requests. */
const JUDGED_LEAST = 0.05;
/** Below it spend and failures are known of too few. */
const REPORTED_LEAST = 0.9;
const SUCCESS_LEAST = 0.97;
/** Of a use case: less is exploration. */
const SHARE_WORTH_TELLING = 0.1;
/** Decisions below which shares say little. */
const DECISIONS_LEAST = 50;
/** Standard errors that a change has to lie from none. */
const CHANGE_Z = 3;
const NEWCOMER_OBSERVATIONS = 20;

/** What to look at, in words; each sentence names the figure that it comes from. */
export function adviceOf(
  report: Omit<UseCaseReport, 'advice'>,
  posteriors: readonly ModelPosterior[],
): readonly string[] {
  const { performance, before } = report;
  const advice = [
    ...onReports(performance),
    ...onSuccess(report.models),
    ...(before ? onChange(performance, before) : []),
    ...onDominated(report.models),
    ...onSavings(report),
    ...report.drift.map(
      ({ model, metric, shift }) =>
        `the ${driftName(metric)} of ${model} is ${againstBefore(metric, shift)} what it was: see whether the provider changed it`,
    ),
    ...report.reportRates.map(
      ({ model, decisions, reported, expectedReported, z }) =>
        `the quality of ${model} is reported for ${percentText(reported)} of ${decisions} decisions, where the others lead to expect ${percentText(expectedReported)} (z ${z.toFixed(1)}): its mean may be off, look for what goes unreported`,
    ),
    ...onNewcomers(posteriors),
  ];
  return advice.length > 0 ? advice : ['nothing that asks for action'];
}

function onReports({ decisions, requests, judged, calls }: Performance): string[] {
  const advice: string[] = [];
  if (decisions >= DECISIONS_LEAST && requests < REPORTED_LEAST * decisions)
    advice.push(
      `only ${percentText(requests / decisions)} of decisions were reported on: the rest teaches nothing and is not charged`,
    );
  if (calls >= DECISIONS_LEAST && judged < JUDGED_LEAST * calls)
    advice.push(
      judged === 0
        ? 'no quality is reported: choices follow cost and success alone'
        : `only ${percentText(judged / calls)} of calls have a quality: more of them would teach faster`,
    );
  return advice;
}

const onSuccess = (models: readonly ModelPerformance[]): string[] =>
  models
    .filter(
      ({ success, calls }) =>
        calls >= DECISIONS_LEAST && success !== undefined && success.high < SUCCESS_LEAST,
    )
    .map(
      ({ model, success }) =>
        `${percentText(1 - success!.value)} of calls to ${model} fail: look at their statuses`,
    );

function onChange(now: Performance, before: Performance): string[] {
  const advice: string[] = [];
  if (now.quality && before.quality && distance(now.quality, before.quality) < -CHANGE_Z)
    advice.push(
      `quality fell from ${before.quality.value.toFixed(3)} to ${now.quality.value.toFixed(3)} since the span before`,
    );
  const [cost, earlier] = [now.costUsdPerCall, before.costUsdPerCall];
  if (cost && earlier && cost.value > 1.2 * earlier.value && distance(cost, earlier) > CHANGE_Z)
    advice.push(`a call costs ${percentText(cost.value / earlier.value - 1)} more than in the span before`);
  return advice;
}

const isDoubtful = ({ always }: Pick<ModelPerformance, 'always'>): boolean =>
  always.quality.objection !== undefined || always.costUsd.objection !== undefined;

/** Models that are worse and dearer than another, beyond doubt, and still take a good share. */
function onDominated(models: readonly ModelPerformance[]): string[] {
  return models
    .filter(({ share }) => share >= SHARE_WORTH_TELLING)
    .flatMap((one) => {
      const [quality, cost] = [one.always.quality.mean, one.always.costUsd.mean];
      const better = models.find(({ model, always }) => {
        const [q, c] = [always.quality.mean, always.costUsd.mean];
        const isSure = !isDoubtful(one) && !isDoubtful({ always });
        return (
          isSure &&
          model !== one.model &&
          quality &&
          cost &&
          q &&
          c &&
          q.low > quality.high &&
          c.high < cost.low
        );
      });
      return better
        ? [
            `${one.model} takes ${percentText(one.share)}, though ${better.model} is better and cheaper on these requests`,
          ]
        : [];
    });
}

function onSavings({ savings }: Pick<UseCaseReport, 'savings'>): string[] {
  const best = savings.find(({ against }) => against === 'best fixed');
  if (best === undefined) return [];
  const { model, quality, costUsd, objections } = best;
  if (objections.length === 0 && quality && quality.high < 0 && costUsd && costUsd.high < 0)
    return [`"always ${model}" would have been better and cheaper: look at priors, floors and weights`];
  return [];
}

function onNewcomers(posteriors: readonly ModelPosterior[]): string[] {
  const seen = new Map<string, number>();
  for (const { model, quality } of posteriors)
    seen.set(model, (seen.get(model) ?? 0) + (quality?.observations ?? 0));
  const thin = [...seen]
    .filter(([, count]) => count > 0 && count < NEWCOMER_OBSERVATIONS)
    .map(([model]) => model);
  return thin.length === 0
    ? []
    : [
        `little is known yet of ${thin.sort().join(', ')}: each has fewer than ${NEWCOMER_OBSERVATIONS} judged calls`,
      ];
}
