import type { ArmId } from '../registry/model.js';

/** Decisions of one arm in one span of time, and how many of them had a quality reported. */
interface Tally {
  decisions: number;
  reported: number;
}

/** Those that asked for a quality and those that did not: the first are answered more often, whatever the arm. */
type SpanTallies = readonly [asked: Map<ArmId, Tally>, unasked: Map<ArmId, Tally>];

/** How often an arm's decisions had a quality reported, beside what the other arms' rates lead to expect. */
export interface ReportRate {
  readonly armId: ArmId;
  readonly decisions: number;
  readonly reported: number;
  /** Reports if every arm were reported on alike, span by span. */
  readonly expectedReported: number;
  /** Decisions that asked for a quality, and how many of them got one. */
  readonly requested: number;
  readonly answered: number;
  /** Standard errors between `reported` and `expectedReported`. */
  readonly z: number;
  /** Whether the difference is beyond chance and large enough to matter. */
  readonly differs: boolean;
}

/** Standard errors that count as more than chance; with fifty arms a false alarm in three hundred looks. */
const DIFFERENCE_Z = 4;
/** Smaller differences of rates, though certain, move no mean by much. */
const DIFFERENCE_LEAST = 0.05;

/**
 * Counts decisions and reported qualities by arm in spans of decision time. A bandit learns from what is reported: where
 * one arm's bad answers go unreported, its mean is too high, and nothing in the outcomes shows it.
 *
 * Spans too young for their reports to have come are left out of comparisons, and old ones are dropped.
 */
export class ReportRates {
  private readonly spans = new Map<number, SpanTallies>();

  constructor(
    private readonly spanMs: number,
    private readonly spansKept: number,
  ) {}

  decided(armId: ArmId, requested: boolean, timeMs: number): void {
    const number = this.spanOf(timeMs);
    let span = this.spans.get(number);
    if (span === undefined) {
      this.spans.set(number, (span = [new Map<ArmId, Tally>(), new Map<ArmId, Tally>()]));
      for (const old of this.spans.keys()) if (old <= number - this.spansKept) this.spans.delete(old);
    }
    const tallies = span[requested ? 0 : 1];
    const tally = tallies.get(armId);
    if (tally === undefined) tallies.set(armId, { decisions: 1, reported: 0 });
    else tally.decisions += 1;
  }

  /** A quality came for a decision; one that was not counted is passed over. */
  reported(armId: ArmId, requested: boolean, decisionTimeMs: number): void {
    const tally = this.spans.get(this.spanOf(decisionTimeMs))?.[requested ? 0 : 1].get(armId);
    if (tally !== undefined) tally.reported = Math.min(tally.reported + 1, tally.decisions);
  }

  /**
   * Every arm's rate against the others', stratified by span and by whether a quality was asked for.
   *
   * Formula: E = Σ n·R/N, V = Σ n(N − n)·R(N − R)/(N²(N − 1)), z = (O − E)/√V.
   * Source: Mantel & Haenszel (JNCI 1959); the hypergeometric variance of a stratum.
   */
  rates(nowMs: number): ReportRate[] {
    const sums = new Map<ArmId, Sums>();
    const youngest = this.spanOf(nowMs) - 1;
    for (const [number, span] of this.spans) {
      if (number >= youngest) continue;
      span.forEach((tallies, stratum) => addStratum(sums, tallies, stratum === 0));
    }
    return [...sums].map(([armId, sum]) => rateOf(armId, sum));
  }

  private spanOf(timeMs: number): number {
    return Math.floor(timeMs / this.spanMs);
  }
}

interface Sums {
  decisions: number;
  reported: number;
  expected: number;
  variance: number;
  requested: number;
  answered: number;
}

function addStratum(sums: Map<ArmId, Sums>, tallies: ReadonlyMap<ArmId, Tally>, asked: boolean): void {
  let all = 0;
  let allReported = 0;
  for (const { decisions, reported } of tallies.values()) {
    all += decisions;
    allReported += reported;
  }
  for (const [armId, { decisions, reported }] of tallies) {
    let sum = sums.get(armId);
    if (sum === undefined) {
      sums.set(
        armId,
        (sum = { decisions: 0, reported: 0, expected: 0, variance: 0, requested: 0, answered: 0 }),
      );
    }
    sum.decisions += decisions;
    sum.reported += reported;
    sum.expected += (decisions * allReported) / all;
    if (all > 1) {
      const spread = decisions * (all - decisions) * allReported * (all - allReported);
      sum.variance += spread / (all * all * (all - 1));
    }
    if (!asked) continue;
    sum.requested += decisions;
    sum.answered += reported;
  }
}

function rateOf(
  armId: ArmId,
  { decisions, reported, expected, variance, requested, answered }: Sums,
): ReportRate {
  const z = variance > 0 ? (reported - expected) / Math.sqrt(variance) : 0;
  const difference = Math.abs(reported - expected) / decisions;
  return {
    armId,
    decisions,
    reported,
    expectedReported: expected,
    requested,
    answered,
    z,
    differs: Math.abs(z) >= DIFFERENCE_Z && difference >= DIFFERENCE_LEAST,
  };
}
