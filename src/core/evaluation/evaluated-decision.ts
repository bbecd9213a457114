import { heavyChoices } from './heavy-choices.js';

/** One logged decision as off-policy estimators see it. Arrays are by candidate. */
export interface EvaluatedDecision {
  /** Probabilities that the choice was drawn with. */
  readonly logged: ArrayLike<number>;
  /** Probabilities of the policy under evaluation, among the logged candidates; they sum to 1 − `outside`. */
  readonly target: ArrayLike<number>;
  /** Probability of the policy under evaluation on models that were no candidates: nothing is known of them. */
  readonly outside: number;
  /** What was expected of each candidate before the decision. */
  readonly predicted: ArrayLike<number>;
  /** The candidate that was chosen. */
  readonly chosen: number;
  /** What came of it; absent where nothing was reported: that is missing, and not zero. */
  readonly reward?: number;
}

/** π(a)/p(a) of the choice; 0 where it could not have been drawn, which no log says. */
function importanceWeight({ logged, target, chosen }: EvaluatedDecision): number {
  const p = logged[chosen]!;
  return p > 0 ? target[chosen]! / p : 0;
}

/** Probability of the policy under evaluation on what the logging policy never picks. */
function unsupported({ logged, target, outside }: EvaluatedDecision): number {
  let mass = outside;
  for (let k = 0; k < target.length; k++) if (logged[k]! === 0) mass += target[k]!;
  return mass;
}

/** Σ π_k·q̂_k over candidates that were known of. */
function predictedValue({ target, predicted }: EvaluatedDecision): number {
  let value = 0;
  for (let k = 0; k < target.length; k++) value += target[k]! * predicted[k]!;
  return value;
}

/** One decision as estimators need it, however many candidates it had. */
export interface WeighedDecision {
  /** π(a)/p(a). */
  readonly weight: number;
  /** The largest weight that any draw could have had: known before the draw. */
  readonly largestWeight: number;
  /** As `unsupported` has it. */
  readonly unsupported: number;
  /** Choices of great weight, as `heavyChoices` has them. */
  readonly heavy: readonly number[];
  /** Σ π_k·q̂_k, and q̂ of the choice. */
  readonly predictedValue: number;
  readonly predictedChosen: number;
  readonly reward?: number;
}

export function weighed(decision: EvaluatedDecision): WeighedDecision {
  const { logged, target, predicted, chosen, reward } = decision;
  let largestWeight = 0;
  for (let k = 0; k < target.length; k++) {
    if (logged[k]! > 0) largestWeight = Math.max(largestWeight, target[k]! / logged[k]!);
  }
  return {
    weight: importanceWeight(decision),
    largestWeight,
    unsupported: unsupported(decision),
    heavy: heavyChoices(decision),
    predictedValue: predictedValue(decision),
    predictedChosen: predicted[chosen]!,
    ...(reward !== undefined && { reward }),
  };
}
