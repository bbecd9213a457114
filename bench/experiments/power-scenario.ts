import {
  alwaysValidMultiplier,
  mixtureRhoSquared,
} from '../../src/core/experiment/statistics/confidence-sequence.js';
import { fixedPower } from '../../src/core/experiment/statistics/power.js';
import { gaussian } from './gaussian.js';
import { crossingProbability } from './crossing.js';
import { atOnce, twoArms, type Scenario } from './simulate.js';

/** Users an arm at the end, and requests that each makes at once when it comes. */
export const POWER_USERS = 600;
const REQUESTS_PER_USER = 3;
const BETWEEN_SD = 0.1;
const WITHIN_SD = 0.15;
/** Of a user's mean: √(between² + within²/requests). */
const USER_SD = Math.sqrt(BETWEEN_SD ** 2 + WITHIN_SD ** 2 / REQUESTS_PER_USER);
const FIRST_LOOK = 100;

const definition = twoArms({ minimumUnits: FIRST_LOOK, plannedUnits: POWER_USERS });

/** Users come one after the other and never again; treatment is better by a known difference. */
export const powerScenario = (difference: number): Scenario => ({
  name: 'power',
  title: 'a known lift',
  definition,
  phases: atOnce(definition),
  requests: function* (rng) {
    for (let user = 0; user < 2 * POWER_USERS; user++) {
      const level = 0.5 + BETWEEN_SD * gaussian(rng);
      for (let i = 0; i < REQUESTS_PER_USER; i++) {
        yield { user, value: (arm) => level + arm * difference + WITHIN_SD * gaussian(rng) };
      }
    }
  },
});

/** Power of one look at the end. */
export const theoreticalFixed = (difference: number): number =>
  fixedPower(
    { unitSd: USER_SD, unitsOfControl: POWER_USERS, unitsOfArm: POWER_USERS, alpha: definition.alpha },
    difference,
  );

/** Probability that the always-valid interval leaves out zero at some time, were all sizes as planned. */
export function theoreticalAlwaysValid(difference: number): number {
  const { alpha } = definition;
  const rhoSquared = mixtureRhoSquared(POWER_USERS, alpha);
  return crossingProbability({
    drift: difference / (USER_SD * Math.SQRT2),
    steps: POWER_USERS,
    firstLook: FIRST_LOOK,
    boundary: (n) => alwaysValidMultiplier(n, rhoSquared, alpha) * Math.sqrt(n),
  });
}
