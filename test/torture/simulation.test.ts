import { expect, test } from 'vitest';
import { policyFolder, SOUND } from '../e2e/policy-folder.js';
import { Simulation } from './simulation.js';
import { TortureRun } from './torture-run.js';

const run = new TortureRun({ name: 'simulation', short: 1, full: 4 });
const STEPS = run.isFull ? 1_000_000 : 2_500;
const TROUBLES = run.isFull ? 40 : 2;

test(
  `the core on simulated time, chance and disk keeps its promises, and a seed is a run, ${run.rounds}`,
  async () => {
    const folder = policyFolder(SOUND);
    for (const round of run.left()) {
      const seed = run.seed + BigInt(round);
      const simulate = async (steps: number): Promise<[string, Simulation]> => {
        const simulation = new Simulation(seed, folder);
        await simulation.start();
        await simulation.run(steps, TROUBLES);
        const digest = simulation.digest();
        await simulation.end();
        return [digest, simulation];
      };
      const where = `seed ${seed}`;
      const [digest, { happened }] = await simulate(STEPS).catch((error: unknown) => {
        throw new Error(where, { cause: error });
      });
      const [again] = await simulate(STEPS);
      expect(again, where).toBe(digest);
      // Everything that is meant to happen did.
      for (const what of ['selects', 'reports', 'duplicates', 'clock jumps', 'crash', 'restart'])
        expect(happened[what], `${where}: ${what}`).toBeGreaterThan(0);
      run.add({ steps: STEPS, ...happened });
    }
  },
  run.timeoutMs,
);
