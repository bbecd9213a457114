import { gaussian } from './gaussian.js';
import type { Rng } from '../../src/core/random.js';
import { atOnce, twoArms, type Scenario, type SimulatedRequest } from './simulate.js';

/** Requests of one A/A experiment, and users who make them. */
const REQUESTS = 4_000;
const USERS = 1_000;

const clamped = (value: number): number => Math.min(1, Math.max(0, value));

/** Users come back: a few often, most seldom (Zipf-like shares, exponent 0.7). */
function userDraw(): (rng: Rng) => number {
  const cumulative = new Float64Array(USERS);
  let total = 0;
  for (let u = 0; u < USERS; u++) cumulative[u] = total += (u + 1) ** -0.7;
  return (rng) => {
    const wanted = rng() * total;
    let [low, high] = [0, USERS - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** Requests of users whose own level is drawn once and stays. */
function* clustered(
  rng: Rng,
  value: (level: number, rng: Rng, request: number, arm: number) => number,
): Iterable<SimulatedRequest> {
  const drawUser = userDraw();
  const levels = Float64Array.from({ length: USERS }, () => gaussian(rng));
  for (let request = 0; request < REQUESTS; request++) {
    const user = drawUser(rng);
    yield { user, value: (arm) => value(levels[user]!, rng, request, arm) };
  }
}

const judged = twoArms();
const succeeded = twoArms({ plannedUnits: 500 });
const slow = twoArms({ metrics: [{ metric: 'latency', cap: 60_000 }] });
const ramped = twoArms();

/** Two arms that are the same, in whatever way traffic comes. */
export const AA_SCENARIOS: readonly Scenario[] = [
  {
    name: 'quality',
    title: 'judged quality, users differ',
    definition: judged,
    phases: atOnce(judged),
    requests: (rng) => clustered(rng, (level) => clamped(0.7 + 0.12 * level + 0.15 * gaussian(rng))),
  },
  {
    name: 'binary',
    title: 'right or wrong, users differ',
    definition: succeeded,
    phases: atOnce(succeeded),
    requests: (rng) => clustered(rng, (level) => Number(rng() < 1 / (1 + Math.exp(-1.2 - level)))),
  },
  {
    name: 'latency',
    title: 'latency with a heavy tail, capped, users differ',
    definition: slow,
    phases: atOnce(slow),
    requests: (rng) => clustered(rng, (level) => 2_000 * Math.exp(0.4 * level + 0.7 * gaussian(rng))),
  },
  {
    name: 'ramp',
    title: 'treatment ramped from 5 % while quality drifts',
    definition: ramped,
    phases: [
      { fromRequest: 0, shares: [0.5, 0.05] },
      { fromRequest: REQUESTS / 4, shares: [0.5, 0.25] },
      { fromRequest: REQUESTS / 2, shares: [0.5, 0.5] },
    ],
    requests: (rng) =>
      clustered(rng, (level, _, request) =>
        clamped(0.6 + (0.2 * request) / REQUESTS + 0.12 * level + 0.15 * gaussian(rng)),
      ),
  },
];

const TRUTH = [0.55, 0.65, 0.75];
const EPSILON = 0.1;

/** One arm's own learner: mostly the best so far of three models, sometimes any. */
class Learner {
  private readonly wins = [1, 1, 1];
  private readonly pulls = [2, 2, 2];

  private get best(): number {
    const means = this.wins.map((wins, k) => wins / this.pulls[k]!);
    return means.indexOf(Math.max(...means));
  }

  /** Mean quality of its next choice, of any user. */
  get expected(): number {
    return (1 - EPSILON) * TRUTH[this.best]! + (EPSILON * TRUTH.reduce((a, b) => a + b, 0)) / TRUTH.length;
  }

  answer(level: number, rng: Rng): number {
    const chosen = rng() < EPSILON ? Math.floor(rng() * TRUTH.length) : this.best;
    const quality = Number(rng() < clamped(TRUTH[chosen]! + 0.06 * level));
    this.pulls[chosen]! += 1;
    this.wins[chosen]! += quality;
    return quality;
  }
}

/**
 * Arms that learn for themselves, so that they differ by what they happened to see: the interval is about the running
 * conditional means, and errs where it leaves out their difference.
 */
export const LEARNING_SCENARIO: Scenario = {
  name: 'learning',
  title: 'both arms learn, each for itself',
  definition: judged,
  phases: atOnce(judged),
  requests: function* (rng) {
    const learners = [new Learner(), new Learner()];
    for (const request of clustered(rng, (level, _, __, arm) => learners[arm]!.answer(level, rng))) {
      yield { ...request, expected: (arm) => learners[arm]!.expected };
    }
  },
};
