import type { Marginal } from './marginal.js';

/** Places per arm that are integrated over, and in all: enough for a total variation of 0.002. */
const PLACES_PER_ARM = 48;
const PLACES_MAX = 320;
/** Fewer than this an arm are so far apart that where they start matters. */
const PLACES_SPARSE = 24;

/**
 * The probability of each independent arm to have the highest utility: p_k = ∫ Π_{j≠k} F_j(u) dF_k(u), by the
 * trapezoidal rule over the arms' own places, which lie close where an arm is sure and wide where it is not.
 *
 * What Thompson sampling does on average, without the noise of sampling (Scott, A modern Bayesian look at the
 * multi-armed bandit, 2010, §2).
 *
 * @param marginals one per arm, at least one.
 * @returns probabilities that sum to one.
 */
export function probabilityOfBest(marginals: readonly Marginal[]): Float64Array {
  const best = new Float64Array(marginals.length);
  // Below the highest lower end some arm is certain to be above: nothing is best there.
  let floor = -Infinity;
  let ceiling = -Infinity;
  for (const { low, high } of marginals) {
    if (low > floor) floor = low;
    if (high > ceiling) ceiling = high;
  }
  if (room.arms < marginals.length) room = new Room(marginals.length);
  const { live } = room;
  let n = 0;
  for (let k = 0; k < marginals.length; k++) if (marginals[k]!.high > floor) live[n++] = k;
  if (n < 2) shareHighest(marginals, ceiling, best);
  else integrate(marginals, n, floor, best);
  return best;
}

/** All of the probability on the arms that reach highest, evenly: utilities without variance, or one above all others. */
function shareHighest(marginals: readonly Marginal[], ceiling: number, best: Float64Array): void {
  let ties = 0;
  for (const { high } of marginals) if (high === ceiling) ties++;
  for (let k = 0; k < best.length; k++) best[k] = marginals[k]!.high === ceiling ? 1 / ties : 0;
}

/** Room that one call leaves to the next: calls do not nest, and what is in it does not outlive them. By live arm. */
class Room {
  /** The position of the arm in what was asked. */
  readonly live: Int32Array;
  /** Where its table starts, and its cells to a unit of utility. */
  readonly lows: Float64Array;
  readonly cellsPerUnit: Float64Array;
  readonly tables: Float64Array[] = [];
  /** At a place: F_i, and Π F_j of the arms before it; then F_i and Π_{j≠i} F_j of the place before. */
  readonly cdf: Float64Array;
  readonly before: Float64Array;
  readonly lastCdf: Float64Array;
  readonly lastOthers: Float64Array;
  /** Twice what was integrated so far. */
  readonly mass: Float64Array;

  constructor(readonly arms: number) {
    this.live = new Int32Array(arms);
    this.lows = new Float64Array(arms);
    this.cellsPerUnit = new Float64Array(arms);
    this.cdf = new Float64Array(arms);
    this.before = new Float64Array(arms);
    this.lastCdf = new Float64Array(arms);
    this.lastOthers = new Float64Array(arms);
    this.mass = new Float64Array(arms);
  }
}

let room = new Room(0);
let places = new Float64Array(0);

function integrate(marginals: readonly Marginal[], n: number, floor: number, best: Float64Array): void {
  const count = layPlaces(marginals, n, floor);
  const { live, lows, cellsPerUnit, tables, mass } = room;
  for (let i = 0; i < n; i++) {
    const { low, high, cdf } = marginals[live[i]!]!;
    lows[i] = low;
    cellsPerUnit[i] = (cdf.length - 1) / (high - low);
    tables[i] = cdf;
  }
  sweep(n, places, count);
  let total = 0;
  for (let i = 0; i < n; i++) total += mass[i]!;
  for (let i = 0; i < n; i++) best[live[i]!] = mass[i]! / total;
}

/** Slice by slice, between one place and the next, each live arm's mass. */
function sweep(n: number, places: Float64Array, count: number): void {
  // Taken out of the room once: this is most of what a choice among many arms takes.
  const { lows, cellsPerUnit, tables, cdf, before, lastCdf, lastOthers, mass } = room;
  mass.fill(0);
  for (let g = 0; g < count; g++) {
    const u = places[g]!;
    let product = 1;
    for (let i = 0; i < n; i++) {
      const f = probabilityBelow(tables[i]!, (u - lows[i]!) * cellsPerUnit[i]!);
      cdf[i] = f;
      before[i] = product;
      product *= f;
    }
    // Π_{j≠i} F_j as what is before i times what is after it, since an F may be zero.
    let after = 1;
    for (let i = n - 1; i >= 0; i--) {
      const f = cdf[i]!;
      const others = before[i]! * after;
      after *= f;
      if (g > 0) mass[i]! += (f - lastCdf[i]!) * (others + lastOthers[i]!);
      lastCdf[i] = f;
      lastOthers[i] = others;
    }
  }
}

/** As `cdfAt` of marginal.ts has it, `at` so many cells from the start of the table; it is asked thousands of times a decision. */
function probabilityBelow(table: Float64Array, at: number): number {
  if (at <= 0) return 0;
  if (at >= table.length - 1) return 1;
  const cell = at | 0;
  const left = table[cell]!;
  return left + (at - cell) * (table[cell + 1]! - left);
}

/** The floor and every live arm's places above it, ascending. @returns how many. */
function layPlaces(marginals: readonly Marginal[], n: number, floor: number): number {
  const cells = Math.max(2, Math.min(PLACES_PER_ARM, Math.floor(PLACES_MAX / n)));
  // Where arms have few places each, they start at different ones: similar arms together still cover the range closely.
  const turn = cells < PLACES_SPARSE ? 1 / n : 0;
  if (places.length < n * (cells + 1) + 1) places = new Float64Array(n * (cells + 1) + 1);
  let count = 1;
  places[0] = floor;
  for (let i = 0; i < n; i++) {
    const { low, high } = marginals[room.live[i]!]!;
    const step = (high - low) / cells;
    const first = low + step * turn * i;
    const below = Math.min(cells, Math.max(0, Math.floor((floor - first) / step) + 1));
    // Merged in from the back: both are ascending.
    let write = count + cells - below;
    let read = count - 1;
    count = write + 1;
    for (let j = cells; j >= below; j--) {
      const u = j === cells ? high : Math.max(floor, first + step * j);
      while (places[read]! > u) places[write--] = places[read--]!;
      places[write--] = u;
    }
  }
  return count;
}
