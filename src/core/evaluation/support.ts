import { largestWeight, SWITCH_WEIGHT } from './estimators.js';
import type { WeighedDecision } from './evaluated-decision.js';
import { heavyMasses } from './heavy-choices.js';
import { weightHistogram, type WeightBucket } from './weight-histogram.js';

/** How far a log carries an evaluation. */
export interface Support {
  readonly decisions: number;
  /** Those whose reward is known. */
  readonly rewarded: number;
  /** (Σw)²/Σw² over them: as many decisions as this would say as much, if they had been the target policy's own. */
  readonly effectiveDecisions: number;
  /** The largest that any draw could have had. */
  readonly largestWeight: number;
  /** Share of the target policy's choices that the logging policy never makes. */
  readonly unsupportedShare: number;
  /** Share of them that it makes so seldom that a log of this length need not have any: see `RARE_DRAWS`. */
  readonly seldomShare: number;
  /** Share of rewarded decisions whose weight is above switch-DR's. */
  readonly switchedShare: number;
  /** About how many decisions with a reward would do, if more come like these; absent where no number would. */
  readonly neededRewarded?: number;
  /** Of rewarded decisions. */
  readonly weights: readonly WeightBucket[];
  /** Why no single figure should be named; empty where one may be. */
  readonly objections: readonly string[];
}

/** Fewer effective decisions, and intervals by the central limit theorem are too short. */
const EFFECTIVE_LEAST = 100;
/** What no log can say of, as a share of choices, beyond which a figure would be a guess. */
const UNSUPPORTED_MOST = 0.02;
/**
 * A choice is seldom made where its weight is above the number of decisions over this: of a share s of such choices fewer
 * than RARE_DRAWS·s draws are to be expected in the whole log. Where it has none, weights that were drawn show nothing of
 * it, intervals leave it out, and the prediction stands for it alone.
 */
const RARE_DRAWS = 10;

export function supportOf(decisions: readonly WeighedDecision[]): Support {
  const rewarded = decisions.filter(({ reward }) => reward !== undefined);
  const sum = (
    read: (decision: WeighedDecision) => number,
    of: readonly WeighedDecision[] = rewarded,
  ): number => of.reduce((total, decision) => total + read(decision), 0);
  const squares = sum(({ weight }) => weight * weight);
  const effective = squares > 0 ? sum(({ weight }) => weight) ** 2 / squares : 0;
  const unsupportedShare =
    decisions.length === 0 ? 0 : sum(({ unsupported }) => unsupported, decisions) / decisions.length;
  const isSupported = unsupportedShare <= UNSUPPORTED_MOST;
  const seldom = seldomMade(rewarded, Math.max(0, UNSUPPORTED_MOST - unsupportedShare));
  const needed =
    effective >= 1 && isSupported
      ? Math.max(
          rewarded.length,
          Math.ceil((rewarded.length * EFFECTIVE_LEAST) / effective),
          seldom.neededRewarded,
        )
      : undefined;
  const objections: string[] = [];
  if (effective < EFFECTIVE_LEAST) objections.push(tooFew(effective, rewarded.length, needed));
  if (!isSupported) objections.push(neverPicked(unsupportedShare));
  else if (rewarded.length < seldom.neededRewarded) objections.push(seldomPicked(seldom));
  return {
    decisions: decisions.length,
    rewarded: rewarded.length,
    effectiveDecisions: effective,
    largestWeight: largestWeight(rewarded),
    unsupportedShare,
    seldomShare: seldom.share,
    switchedShare:
      rewarded.length === 0
        ? 0
        : rewarded.filter(({ weight }) => weight > SWITCH_WEIGHT).length / rewarded.length,
    ...(needed !== undefined && { neededRewarded: needed }),
    weights: weightHistogram(rewarded),
    objections,
  };
}

function tooFew(effective: number, rewarded: number, needed: number | undefined): string {
  const worth = `${rewarded} decisions with a reward are worth ${effective.toFixed(0)} of its own; ${EFFECTIVE_LEAST} are needed`;
  return needed === undefined ? worth : `${worth}, which about ${needed} decisions like these would give`;
}

interface Seldom {
  readonly share: number;
  /** Decisions from which on no more than is allowed is made seldom; 0 where nothing is. */
  readonly neededRewarded: number;
}

/** @param allowed share of choices that may be made seldom. */
function seldomMade(rewarded: readonly WeighedDecision[], allowed: number): Seldom {
  const masses = heavyMasses(rewarded);
  const above = (least: number): number =>
    masses.filter(({ from }) => from >= least).reduce((sum, { mass }) => sum + mass, 0) / rewarded.length;
  const share = masses.length === 0 ? 0 : above(rewarded.length / RARE_DRAWS);
  if (share <= allowed) return { share, neededRewarded: 0 };
  // A log that is long enough for the heaviest place that has more than is allowed tries all lighter ones often enough, too.
  const heaviest = masses.findLast(({ from }) => above(from) > allowed)!;
  return { share, neededRewarded: RARE_DRAWS * 2 * heaviest.from };
}

const seldomPicked = ({ share, neededRewarded }: Seldom): string =>
  `${(100 * share).toFixed(1)} % of its choices are made so seldom by the log's policy that this log need not have any; about ${neededRewarded} decisions with a reward are needed, or a floor`;

const neverPicked = (share: number): string =>
  `${(100 * share).toFixed(1)} % of its choices are of models that the log's policy never picks there, which more of such a log would not change: give them a floor first`;
