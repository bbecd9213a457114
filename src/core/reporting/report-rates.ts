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
  /** Reports if it were reported on as the others are, span by span. */
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

  /** Every arm's rate against those of the others, stratified by span and by whether a quality was asked for. */
  rates(nowMs: number): ReportRate[] {
    const youngest = this.spanOf(nowMs) - 1;
    const strata = [...this.spans].flatMap(([number, [asked, unasked]]): Stratum[] =>
      number >= youngest
        ? []
        : [
            { tallies: asked, asked: true },
            { tallies: unasked, asked: false },
          ],
    );
    return ratesApart(strata);
  }

  private spanOf(timeMs: number): number {
    return Math.floor(timeMs / this.spanMs);
  }
}

interface Stratum {
  readonly tallies: ReadonlyMap<ArmId, Tally>;
  readonly asked: boolean;
}

/**
 * Compares each arm with the others. The arm that differs most is then taken out of what the rest is compared with, and
 * so on: an arm with most of the traffic would make all others differ. Of the last two nobody can tell which is the odd
 * one.
 */
function ratesApart(strata: readonly Stratum[]): ReportRate[] {
  const odd = new Set<ArmId>();
  for (;;) {
    const rates = ratesBeside(strata, odd);
    const even = rates.filter(({ armId }) => !odd.has(armId));
    const differing = even.filter(({ differs }) => differs);
    if (differing.length === 0 || even.length <= 2) return rates;
    odd.add(differing.reduce((most, rate) => (Math.abs(rate.z) > Math.abs(most.z) ? rate : most)).armId);
  }
}

/** Every arm's rate against all others but the odd ones. */
function ratesBeside(strata: readonly Stratum[], odd: ReadonlySet<ArmId>): ReportRate[] {
  const sums = new Map<ArmId, Sums>();
  for (const { tallies, asked } of strata) {
    const even = { decisions: 0, reported: 0 };
    for (const [armId, tally] of tallies) if (!odd.has(armId)) addTally(even, tally);
    for (const [armId, tally] of tallies) {
      const sum = sums.get(armId) ?? newSums();
      sums.set(armId, sum);
      const all = { ...even };
      if (odd.has(armId)) addTally(all, tally);
      addStratum(sum, tally, all);
      if (!asked) continue;
      sum.requested += tally.decisions;
      sum.answered += tally.reported;
    }
  }
  return [...sums].map(([armId, sum]) => rateOf(armId, sum));
}

function addTally(to: Tally, { decisions, reported }: Tally): void {
  to.decisions += decisions;
  to.reported += reported;
}

interface Sums {
  decisions: number;
  reported: number;
  /** Σ(O − E). */
  excess: number;
  /** Σ n(N − n)/N: the decisions that `excess` is a difference of rates of. */
  compared: number;
  variance: number;
  requested: number;
  answered: number;
}

const newSums = (): Sums => ({
  decisions: 0,
  reported: 0,
  excess: 0,
  compared: 0,
  variance: 0,
  requested: 0,
  answered: 0,
});

/**
 * One stratum of an arm: n decisions and r reports of N and R, its own among them.
 *
 * Formula: O − E = r − nR/N, V = Σ n(N − n)·R(N − R)/(N²(N − 1)), z = Σ(O − E)/√V.
 * Source: Mantel & Haenszel (JNCI 1959); the hypergeometric variance of a stratum.
 */
function addStratum(sum: Sums, { decisions, reported }: Tally, all: Tally): void {
  addTally(sum, { decisions, reported });
  sum.excess += reported - (decisions * all.reported) / all.decisions;
  sum.compared += (decisions * (all.decisions - decisions)) / all.decisions;
  if (all.decisions <= 1) return;
  const spread = decisions * (all.decisions - decisions) * all.reported * (all.decisions - all.reported);
  sum.variance += spread / (all.decisions * all.decisions * (all.decisions - 1));
}

/**
 * The rate of the arm less that of the others, whatever share of the decisions was its own.
 *
 * Formula: Σ(r − nR/N) / Σ(n(N − n)/N).
 * Source: Greenland & Robins (Biometrics 1985), the Mantel–Haenszel difference of risks.
 */
const differenceOf = ({ excess, compared }: Sums): number => (compared > 0 ? excess / compared : 0);

function rateOf(armId: ArmId, sum: Sums): ReportRate {
  const { decisions, reported, excess, variance, requested, answered } = sum;
  const z = variance > 0 ? excess / Math.sqrt(variance) : 0;
  const difference = differenceOf(sum);
  return {
    armId,
    decisions,
    reported,
    expectedReported: Math.min(Math.max(reported - decisions * difference, 0), decisions),
    requested,
    answered,
    z,
    differs: Math.abs(z) >= DIFFERENCE_Z && Math.abs(difference) >= DIFFERENCE_LEAST,
  };
}
