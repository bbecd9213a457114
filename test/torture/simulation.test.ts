import { expect, test } from 'vitest';
import { policyFolder, SOUND } from '../e2e/policy-folder.js';
import { Simulation, type Happened } from './simulation.js';
import { TortureRun } from './torture-run.js';

const run = new TortureRun({ name: 'simulation', short: 1, full: 4 });
const STEPS = run.isFull ? 1_000_000 : 2_500;
/** Run a second time: that a seed is a run shows in these. */
const STEPS_AGAIN = run.isFull ? 50_000 : STEPS;
const MODEL_CHANGES = run.isFull ? 200 : 5;
const TROUBLES_SHARE = (run.isFull ? 40 : 2) / STEPS;

test(
  `the core on simulated time, chance and disk keeps its promises, and a seed is a run, ${run.rounds}`,
  async () => {
    const folder = policyFolder(SOUND);
    for (const round of run.left()) {
      const seed = run.seed + BigInt(round);
      const where = `seed ${seed}`;
      /** @returns what was decided and acknowledged in the first steps, and what happened in all. */
      const simulate = async (steps: number): Promise<[string, Happened]> => {
        const simulation = new Simulation(seed, folder, MODEL_CHANGES / STEPS);
        await simulation.start();
        await simulation.run(STEPS_AGAIN, TROUBLES_SHARE);
        const digest = simulation.digest();
        for (let done = STEPS_AGAIN; done < steps; done += STEPS_AGAIN) {
          await simulation.run(STEPS_AGAIN, TROUBLES_SHARE);
          if (run.isFull) console.log(`${where}: ${done + STEPS_AGAIN} steps`);
        }
        await simulation.end();
        return [digest, simulation.happened];
      };
      const [digest, happened] = await simulate(STEPS).catch((error: unknown) => {
        throw new Error(where, { cause: error });
      });
      const [again] = await simulate(STEPS_AGAIN);
      expect(again, where).toBe(digest);
      // Everything that is meant to happen did.
      for (const what of ['selects', 'reports', 'duplicates', 'clock jumps', 'crash', 'restart'])
        expect(happened[what], `${where}: ${what}`).toBeGreaterThan(0);
      run.add({ steps: STEPS, ...happened });
    }
  },
  run.timeoutMs,
);
