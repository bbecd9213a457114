import type { ArmId } from '../registry/model.js';
import { importanceWeight, unsupported, type EvaluatedDecision } from './evaluated-decision.js';
import { largestWeight, SWITCH_WEIGHT } from './estimators.js';

/** How far a log carries an evaluation. */
export interface Support {
  readonly decisions: number;
  /** Those whose reward is known. */
  readonly rewarded: number;
  /** (Σw)²/Σw² over them: as many decisions as this would say as much, if they had been the target policy's own. */
  readonly effectiveDecisions: number;
  readonly largestWeight: number;
  /** Share of the target policy's choices that the logging policy never makes. */
  readonly unsupportedShare: number;
  /** Share of rewarded decisions whose weight is above switch-DR's. */
  readonly switchedShare: number;
  /** Why no single figure should be named; empty where one may be. */
  readonly objections: readonly string[];
}

/** Fewer effective decisions, and intervals by the central limit theorem are too short. */
const EFFECTIVE_LEAST = 100;
/** What no log can say of, as a share of choices, beyond which a figure would be a guess. */
const UNSUPPORTED_MOST = 0.02;

export function supportOf(decisions: readonly EvaluatedDecision[]): Support {
  const rewarded = decisions.filter(({ reward }) => reward !== undefined);
  const weights = rewarded.map(importanceWeight);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const squares = weights.reduce((sum, weight) => sum + weight * weight, 0);
  const effective = squares > 0 ? (total * total) / squares : 0;
  const missing = decisions.reduce((sum, decision) => sum + unsupported(decision), 0);
  const unsupportedShare = decisions.length === 0 ? 0 : missing / decisions.length;
  const objections: string[] = [];
  if (effective < EFFECTIVE_LEAST) objections.push(tooFew(effective, rewarded.length));
  if (unsupportedShare > UNSUPPORTED_MOST) {
    const percent = (100 * unsupportedShare).toFixed(1);
    objections.push(`${percent} % of its choices are of models that the log's policy never picks there`);
  }
  return {
    decisions: decisions.length,
    rewarded: rewarded.length,
    effectiveDecisions: effective,
    largestWeight: largestWeight(rewarded),
    unsupportedShare,
    switchedShare:
      weights.length === 0 ? 0 : weights.filter((weight) => weight > SWITCH_WEIGHT).length / weights.length,
    objections,
  };
}

function tooFew(effective: number, rewarded: number): string {
  const worth = `${rewarded} decisions with a reward are worth ${effective.toFixed(0)} of its own`;
  if (effective < 1) return `${worth}; ${EFFECTIVE_LEAST} are needed`;
  const needed = Math.ceil((rewarded * EFFECTIVE_LEAST) / effective);
  return `${worth}; ${EFFECTIVE_LEAST} are needed, which about ${needed} decisions like these would give`;
}

/** Whether one arm is among the reported decisions as often as it was drawn. */
export interface ReportingTest {
  readonly armId: ArmId;
  /** Reported decisions of the arm, and what its probabilities over all reported decisions add up to. */
  readonly reported: number;
  readonly expected: number;
  /** Standard errors between them: beyond ±4 reports are selective, and so is every estimate made of them. */
  readonly z: number;
}

/** Decisions with the arms of their candidates. */
export type ArmedDecision = EvaluatedDecision & { readonly armIds: readonly ArmId[] };

/**
 * Σ(1{A = a} − p_a) over reported decisions, which is a martingale with mean zero where reporting does not depend on
 * the arm.
 */
export function reportingTests(decisions: readonly ArmedDecision[]): ReportingTest[] {
  const sums = new Map<ArmId, { reported: number; expected: number; variance: number }>();
  for (const { armIds, logged, chosen, reward } of decisions) {
    if (reward === undefined) continue;
    armIds.forEach((armId, k) => {
      const p = logged[k]!;
      const sum = sums.get(armId) ?? { reported: 0, expected: 0, variance: 0 };
      sum.reported += k === chosen ? 1 : 0;
      sum.expected += p;
      sum.variance += p * (1 - p);
      sums.set(armId, sum);
    });
  }
  return [...sums].map(([armId, { reported, expected, variance }]) => ({
    armId,
    reported,
    expected,
    z: variance > 0 ? (reported - expected) / Math.sqrt(variance) : 0,
  }));
}
