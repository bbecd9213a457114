import { PROPENSITY_ONE } from '../bandit/propensity.js';
import type { Weights } from '../bandit/settings.js';
import type { PolicyAnswer } from './policy-answer.js';

/**
 * What another policy changes about a request, the gravest that applies: it refuses it, or no longer does; other models
 * are candidates; they are chosen with other probabilities; nothing.
 */
export const DIFFERENCES = ['refused', 'admitted', 'candidates', 'shares', 'none'] as const;
export type Difference = (typeof DIFFERENCES)[number];

/** Probability that moves from one arm to another. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly share: number;
}

export interface AnswerComparison {
  readonly difference: Difference;
  /**
   * Total variation between the two choices, in [0, 1]: the share of such requests that have to go elsewhere. 1 where one
   * policy alone refuses.
   */
  readonly changedShare: number;
  /** They sum to `changedShare`; none where a policy refuses. */
  readonly moves: readonly Move[];
  /** Candidates before and no longer. */
  readonly gone: readonly string[];
  /** Candidates now and not before. */
  readonly come: readonly string[];
  readonly otherWeights: boolean;
}

/** Less is not told apart from rounding, and from beliefs that were worked out at another moment. */
const SHARE_TOLD = 0.01;
const WEIGHT_TOLD = 1e-6;

export function compareAnswers(before: PolicyAnswer, after: PolicyAnswer): AnswerComparison {
  const sharesBefore = sharesOf(before);
  const sharesAfter = sharesOf(after);
  const gone = [...sharesBefore.keys()].filter((arm) => !sharesAfter.has(arm));
  const come = [...sharesAfter.keys()].filter((arm) => !sharesBefore.has(arm));
  const otherWeights = differ(before.weights, after.weights);
  const [refusedBefore, refusedAfter] = [sharesBefore.size === 0, sharesAfter.size === 0];
  if (refusedBefore || refusedAfter) {
    const same = refusedBefore && refusedAfter;
    const difference = same ? 'none' : refusedAfter ? 'refused' : 'admitted';
    return { difference, changedShare: same ? 0 : 1, moves: [], gone, come, otherWeights };
  }
  const moves = movesBetween(sharesBefore, sharesAfter);
  const changedShare = moves.reduce((sum, { share }) => sum + share, 0);
  const difference =
    gone.length + come.length > 0 ? 'candidates' : changedShare >= SHARE_TOLD ? 'shares' : 'none';
  return { difference, changedShare, moves, gone, come, otherWeights };
}

const sharesOf = ({ candidates }: PolicyAnswer): Map<string, number> =>
  new Map(candidates.map(({ arm, propensityQ16 }) => [arm, propensityQ16 / PROPENSITY_ONE]));

/** What arms lose, dealt to those that gain in proportion to what each gains. */
function movesBetween(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Move[] {
  const gains = [...after].flatMap(([to, share]) => {
    const gain = share - (before.get(to) ?? 0);
    return gain > 0 ? [{ to, gain }] : [];
  });
  const gained = gains.reduce((sum, { gain }) => sum + gain, 0);
  return [...before].flatMap(([from, share]) => {
    const loss = share - (after.get(from) ?? 0);
    return loss > 0 ? gains.map(({ to, gain }) => ({ from, to, share: (loss * gain) / gained })) : [];
  });
}

const differ = (a: Weights, b: Weights): boolean =>
  Math.abs(a.quality - b.quality) > WEIGHT_TOLD ||
  Math.abs(a.cost - b.cost) > WEIGHT_TOLD ||
  Math.abs(a.latency - b.latency) > WEIGHT_TOLD;
