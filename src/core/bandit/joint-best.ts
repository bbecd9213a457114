import { cdfAt, type Marginal } from './marginal.js';
import { normalMarginal } from './normal-marginal.js';
import { normalQuantile } from './normal-quantile.js';
import { probabilityOfBest } from './probability-of-best.js';

/** An arm whose utility moves with that of the others of its group. */
export interface JointArm {
  readonly marginal: Marginal;
  /** Arms of one group depend on each other; groups are independent. */
  readonly group: string;
  /** Part of the variance that is the group's, in [0, 1]. */
  readonly share: number;
}

export interface JointBest {
  /** Probability of each arm to have the highest utility; they sum to one. */
  readonly best: Float64Array;
  /** Mean of the highest utility. */
  readonly expectedMax: number;
}

/** Places per arm that are integrated over, and in all, as for independent arms. */
const PLACES_PER_ARM = 48;
const PLACES_MAX = 320;
/** An arm keeps this much of its variance for itself: without any, the integral over the group has steps. */
const OWN_SHARE_LEAST = 0.05;
/** Standard deviations of what a group shares that are integrated over: the rest has a probability of 6e-5. */
const SHARED_SPAN_SD = 4;
/** Distance of its values, in deviations of what an arm keeps for itself: the rule is off by about e^(−2π²/1.3²). */
const SHARED_STEP = 1.3;

/**
 * The probability of each arm to have the highest utility, where arms of one group share a part of their doubt. Given
 * what its group shares, z ~ N(0, 1), an arm is independent of the others: P(u ≤ t | z) = Φ((Φ⁻¹(F(t)) − √ρ·z)/√(1−ρ)).
 * So p = ∫ Π G_h(t) · Σ_z w(z) · Π c_j(t, z) dc_k(t, z), over the other groups h, with G_h = Σ_z w(z)·Π c(t, z), and the
 * other arms j of the group. For normal utilities this is the joint normal with covariance √(ρ_j·ρ_k)·σ_j·σ_k.
 *
 * The trapezoidal rule both over t, at the arms' own places, and over z, where it converges geometrically.
 *
 * Source: one-factor Gaussian copula, Vasicek, The distribution of loan portfolio value (2002).
 *
 * @param arms at least one.
 */
export function jointBest(arms: readonly JointArm[]): JointBest {
  const floor = Math.max(...arms.map(({ marginal }) => marginal.low));
  const live = arms.map((_, k) => k).filter((k) => arms[k]!.marginal.high > floor);
  const matters = groupsThatMatter(arms);
  const groups = groupsOf(arms, live, matters);
  const best = new Float64Array(arms.length);
  const places = placesOf(
    arms,
    live.filter((k) => matters.has(arms[k]!.group)),
    floor,
  );
  let expectedMax = floor;
  let previousAll = 0;
  for (const [g, place] of places.entries()) {
    for (const group of groups) group.moveTo(place);
    // Π over the other groups as what is before times what is after, since a factor may be zero.
    let before = 1;
    for (const group of groups) {
      group.others = before;
      before *= group.cdf;
    }
    let after = 1;
    for (let i = groups.length - 1; i >= 0; i--) {
      const group = groups[i]!;
      group.others *= after;
      after *= group.cdf;
      group.add(best, g > 0);
    }
    if (g > 0) expectedMax += (1 - (before + previousAll) / 2) * (place - places[g - 1]!);
    previousAll = before;
  }
  const total = best.reduce((sum, p) => sum + p, 0);
  return { best: best.map((p) => p / total), expectedMax };
}

const STANDARD = normalMarginal(0, 1);

/** The arms of one group at one place, for every value of what they share. */
class Group {
  /** P(all of the group ≤ place). */
  cdf = 0;
  /** The same of all other groups together. */
  others = 1;
  private readonly nodes: Float64Array;
  private readonly weights: Float64Array;
  /** By arm and node: P(arm ≤ place | node), and the product of the group's other arms'. */
  private conditional: Float64Array;
  private previousConditional: Float64Array;
  private readonly inner: Float64Array;
  private readonly previousDensity: Float64Array;

  constructor(
    private readonly arms: readonly JointArm[],
    private readonly members: readonly number[],
  ) {
    const { nodes, weights } = nodesFor(members.map((k) => shareOf(arms[k]!, members.length)));
    this.nodes = nodes;
    this.weights = weights;
    const size = members.length * nodes.length;
    this.conditional = new Float64Array(size);
    this.previousConditional = new Float64Array(size);
    this.inner = new Float64Array(size);
    this.previousDensity = new Float64Array(size);
  }

  moveTo(place: number): void {
    [this.conditional, this.previousConditional] = [this.previousConditional, this.conditional];
    const { arms, members, nodes, weights, conditional, inner } = this;
    const count = nodes.length;
    for (const [m, k] of members.entries()) {
      const f = cdfAt(arms[k]!.marginal, place);
      const share = shareOf(arms[k]!, members.length);
      if (share === 0 || f === 0 || f === 1) conditional.fill(f, m * count, (m + 1) * count);
      else {
        const own = Math.sqrt(1 - share);
        const at = normalQuantile(f) / own;
        const slope = Math.sqrt(share) / own;
        for (let z = 0; z < count; z++) {
          conditional[m * count + z] = cdfAt(STANDARD, at - slope * nodes[z]!);
        }
      }
    }
    this.cdf = 0;
    for (let z = 0; z < count; z++) {
      let product = 1;
      for (let m = 0; m < members.length; m++) {
        inner[m * count + z] = product;
        product *= conditional[m * count + z]!;
      }
      this.cdf += weights[z]! * product;
      product = 1;
      for (let m = members.length - 1; m >= 0; m--) {
        inner[m * count + z]! *= product;
        product *= conditional[m * count + z]!;
      }
    }
  }

  /** Adds what lies between the place before and this one; nothing at the first. */
  add(best: Float64Array, isBetween: boolean): void {
    const { members, nodes, weights, conditional, previousConditional, inner, previousDensity, others } =
      this;
    const count = nodes.length;
    for (const [m, k] of members.entries()) {
      for (let z = 0; z < count; z++) {
        const i = m * count + z;
        const density = others * inner[i]!;
        if (isBetween) {
          const step = conditional[i]! - previousConditional[i]!;
          best[k]! += weights[z]! * step * (density + previousDensity[i]!);
        }
        previousDensity[i] = density;
      }
    }
  }
}

/** Alone in its group, an arm shares nothing. */
const shareOf = ({ share }: JointArm, members: number): number =>
  members === 1 ? 0 : Math.min(Math.max(share, 0), 1 - OWN_SHARE_LEAST);

/** Below this probability, a group is integrated over as if its arms were independent. */
const NEGLIGIBLE = 1e-4;

/** Groups that may have the best arm; independent arms overstate a group, so that none of them is missed. */
function groupsThatMatter(arms: readonly JointArm[]): ReadonlySet<string> {
  const alone = probabilityOfBest(arms.map(({ marginal }) => marginal));
  const totals = new Map<string, number>();
  for (const [k, { group }] of arms.entries()) totals.set(group, (totals.get(group) ?? 0) + alone[k]!);
  return new Set([...totals].filter(([, total]) => total >= NEGLIGIBLE).map(([group]) => group));
}

function groupsOf(arms: readonly JointArm[], live: readonly number[], matters: ReadonlySet<string>): Group[] {
  const members = new Map<string, number[]>();
  const alone: number[][] = [];
  for (const k of live) {
    const { group } = arms[k]!;
    const others = members.get(group);
    if (!matters.has(group)) alone.push([k]);
    else if (others === undefined) members.set(group, [k]);
    else others.push(k);
  }
  return [...members.values(), ...alone].map((indexes) => new Group(arms, indexes));
}

/** Values of N(0, 1) and their weights: the closer, the sharper the arms answer to what they share. */
function nodesFor(shares: readonly number[]): { nodes: Float64Array; weights: Float64Array } {
  const most = Math.max(...shares);
  if (most === 0) return { nodes: Float64Array.of(0), weights: Float64Array.of(1) };
  const step = SHARED_STEP * Math.sqrt(1 - most);
  const count = 2 * Math.ceil(SHARED_SPAN_SD / step) + 1;
  const nodes = Float64Array.from({ length: count }, (_, i) => (i - (count - 1) / 2) * step);
  const densities = nodes.map((z) => Math.exp(-0.5 * z * z));
  const total = densities.reduce((sum, density) => sum + density, 0);
  return { nodes, weights: densities.map((density) => density / total) };
}

/** The floor and the arms' places above it, ascending. */
function placesOf(arms: readonly JointArm[], live: readonly number[], floor: number): Float64Array {
  const cells = Math.max(2, Math.min(PLACES_PER_ARM, Math.floor(PLACES_MAX / live.length)));
  const places = [floor];
  for (const [i, k] of live.entries()) {
    const { low, high } = arms[k]!.marginal;
    const step = (high - low) / cells;
    // Similar arms start at different places, so that together they cover the range closely.
    const turn = i / live.length;
    for (let j = 0; j <= cells; j++) {
      const place = j === cells ? high : low + step * (j + turn);
      if (place > floor) places.push(place);
    }
  }
  const sorted = Float64Array.from(places).sort();
  const each = Math.ceil(sorted.length / (PLACES_MAX + 1));
  return each === 1 ? sorted : sorted.filter((_, i) => i % each === 0 || i === sorted.length - 1);
}
