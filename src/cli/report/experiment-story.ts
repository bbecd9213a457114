import type { GetExperimentResultResponse } from '../../gen/sextant/v1/experiment.js';
import { experimentMetricEnum, experimentStatusEnum } from '../../service/encode/enums.js';
import { percentText } from '../plain-output.js';

/** One experiment in a few sentences. */
export interface ExperimentStory {
  readonly id: string;
  readonly status: string;
  readonly units: number;
  readonly sentences: readonly string[];
  readonly advice: string;
}

export const experimentStories = (results: readonly GetExperimentResultResponse[]): ExperimentStory[] =>
  results.map(storyOf);

function storyOf({ experiment, result }: GetExperimentResultResponse): ExperimentStory {
  const { id, status, endReason, arms } = experiment!;
  const differences = (result?.metrics ?? []).filter(({ readable }) => readable).flatMap(differencesOf);
  const isBroken = result?.sampleRatio?.alarm === true;
  const isRunning = experimentStatusEnum.decode(status) === 'running';
  return {
    id,
    status: `${experimentStatusEnum.decode(status)}${endReason === '' ? '' : `: ${endReason}`}`,
    units: Number((result?.sampleRatio?.units ?? []).reduce((sum, units) => sum + units, 0n)),
    sentences: [
      ...arms.filter(({ stopped }) => stopped).map((arm) => `arm ${arm.id} was stopped: ${arm.stopReason}`),
      ...differences.map(({ text }) => text),
    ],
    advice: adviceOn({
      isBroken,
      isRunning,
      isReadable: differences.length > 0,
      clear: differences.filter(({ isClear }) => isClear).length,
    }),
  };
}

function differencesOf({
  metric,
  arms,
  lowerIsBetter,
}: NonNullable<GetExperimentResultResponse['result']>['metrics'][number]) {
  const name = experimentMetricEnum.decode(metric)!;
  return arms.flatMap(({ arm, comparison }) => {
    const interval = comparison?.liftAlwaysValidInterval;
    if (comparison?.lift === undefined || interval === undefined) return [];
    const isClear = interval.low > 0 || interval.high < 0;
    const isBetter = comparison.lift > 0 !== lowerIsBetter;
    const verdict = isClear ? (isBetter ? 'better' : 'worse') : 'no difference shown';
    const text = `${name} of ${arm}: ${percentText(comparison.lift)} against the control (${percentText(interval.low)} to ${percentText(interval.high)} at any time): ${verdict}`;
    return [{ text, isClear }];
  });
}

function adviceOn(state: {
  isBroken: boolean;
  isRunning: boolean;
  isReadable: boolean;
  clear: number;
}): string {
  if (state.isBroken)
    return 'units did not fall into arms as they were drawn: do not trust the result, and find out why';
  if (!state.isRunning) return 'it has ended';
  if (!state.isReadable) return 'too early to read';
  return state.clear > 0 ? 'a difference is shown: decide, and stop it' : 'go on: nothing is shown yet';
}
