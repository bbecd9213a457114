import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { table } from '../src/cli/demo/table.js';
import { rngFromSeed } from '../src/core/random.js';
import { powerScenario, theoreticalAlwaysValid, theoreticalFixed } from './experiments/power-scenario.js';
import { AA_SCENARIOS, LEARNING_SCENARIO } from './experiments/scenarios.js';
import { peek, type Peeked, type Scenario } from './experiments/simulate.js';
import { projectRoot } from './quality/project-root.js';

const flag = (name: string, byDefault: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? byDefault : Number(process.argv[at + 1]);
};
const EXPERIMENTS = flag('experiments', 2_000);
const SEED = flag('seed', 1);
/** Differences whose theoretical power is around a half and above. */
const DIFFERENCES = [0.02, 0.026];

const seedOf = (scenario: number, run: number): bigint =>
  (BigInt(SEED) << 48n) | (BigInt(scenario) << 32n) | BigInt(run);

const figures: Record<string, number> = { experiments: EXPERIMENTS, seed: SEED };

function play(scenario: Scenario, index: number): Peeked[] {
  return Array.from({ length: EXPERIMENTS }, (_, run) => peek(scenario, rngFromSeed(seedOf(index, run))));
}

const share = (runs: readonly Peeked[], is: (run: Peeked) => boolean): number =>
  runs.filter(is).length / runs.length;
const percent = (value: number): string => `${(100 * value).toFixed(2)} %`;

const aaRows = [...AA_SCENARIOS, LEARNING_SCENARIO].map((scenario, index) => {
  const runs = play(scenario, index);
  const found = {
    always_valid_error: share(runs, (run) => run.alwaysValid),
    fixed_error_at_end: share(runs, (run) => run.fixedAtEnd),
    fixed_error_peeked: share(runs, (run) => run.fixedPeeked),
    sample_ratio_alarms: share(runs, (run) => run.sampleRatioAlarm),
  };
  for (const [name, value] of Object.entries(found)) figures[`aa_${scenario.name}_${name}`] = value;
  return [scenario.title, ...Object.values(found).map(percent)];
});

const powerRows = DIFFERENCES.map((difference, index) => {
  const runs = play(powerScenario(difference), 100 + index);
  const found = {
    always_valid: share(runs, (run) => run.alwaysValid),
    always_valid_theory: theoreticalAlwaysValid(difference),
    fixed: share(runs, (run) => run.fixedAtEnd),
    fixed_theory: theoreticalFixed(difference),
  };
  const name = `power_${String(difference).replace('.', '_')}`;
  for (const [key, value] of Object.entries(found)) figures[`${name}_${key}`] = value;
  return [String(difference), ...Object.values(found).map(percent)];
});

console.log(`${EXPERIMENTS} experiments a row, each looked at after every report, α = 0.05\n`);
console.log(
  table(['A/A', 'always-valid', 'fixed, one look', 'fixed, every step', 'sample-ratio alarms'], aaRows),
);
console.log('');
console.log(table(['difference', 'always-valid power', 'theory', 'fixed, one look', 'theory'], powerRows));
const out = join(projectRoot(), 'bench/out');
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'experiments.json'), `${JSON.stringify(figures, null, 2)}\n`);
