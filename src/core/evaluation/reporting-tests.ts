import type { ArmId } from '../registry/model.js';

/** Whether one arm is among the reported decisions as often as it was drawn. */
export interface ReportingTest {
  readonly armId: ArmId;
  /** Decisions for the arm, and those of them that are reported. */
  readonly decisions: number;
  readonly reported: number;
  /** What the arm's probabilities over all reported decisions add up to. */
  readonly expected: number;
  /** Standard errors between them: beyond ±4 reports are selective, and so is every estimate made of them. */
  readonly z: number;
}

/** A decision as it is counted: arrays are by candidate. */
interface CountedDecision {
  readonly armIds: readonly ArmId[];
  readonly logged: ArrayLike<number>;
  readonly chosen: number;
  readonly isReported: boolean;
}

interface ArmSums {
  decisions: number;
  reported: number;
  expected: number;
  variance: number;
}

/**
 * Σ(1{A = a} − p_a) over reported decisions, which is a martingale with mean zero where reporting does not depend on
 * the arm.
 */
export class ReportingTally {
  private readonly sums = new Map<ArmId, ArmSums>();

  add({ armIds, logged, chosen, isReported }: CountedDecision): void {
    armIds.forEach((armId, k) => {
      const sum = this.sums.get(armId) ?? { decisions: 0, reported: 0, expected: 0, variance: 0 };
      this.sums.set(armId, sum);
      if (k === chosen) sum.decisions += 1;
      if (!isReported) return;
      const p = logged[k]!;
      if (k === chosen) sum.reported += 1;
      sum.expected += p;
      sum.variance += p * (1 - p);
    });
  }

  tests(): ReportingTest[] {
    return [...this.sums].map(([armId, { variance, ...sums }]) => ({
      armId,
      ...sums,
      z: variance > 0 ? (sums.reported - sums.expected) / Math.sqrt(variance) : 0,
    }));
  }
}
