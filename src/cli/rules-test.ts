import { Command } from 'commander';
import { checkPolicy } from '../config/load-policy.js';
import type { PolicyFolder } from '../config/policy-files.js';
import { compareOutcome } from '../core/fixture/compare-outcome.js';
import { CoverageGauge, type Coverage } from '../core/fixture/coverage.js';
import { runFixture } from '../core/fixture/run-fixture.js';
import type { Fault } from '../core/fault.js';
import type { Policy } from '../core/selection/policy.js';
import { readConfig, refuse, withConfigOptions, type ConfigFlags } from './config-options.js';
import { freshSnapshot } from './fresh-snapshot.js';
import { describeLocated, PolicyLocator, type LocatedFault } from './located-faults.js';
import { openPolicyFolder } from './open-policy-folder.js';
import { readFixtures } from './read-fixtures.js';
import { coverageLines, resultLines, type FixtureResult } from './rules-test-report.js';

interface RulesTestFlags extends ConfigFlags {
  readonly json?: boolean;
  readonly requireCoverage?: boolean;
}

/** `sextant rules test`: runs the fixtures of a policy folder through its rules. */
export function rulesTestCommand(): Command {
  const command = new Command('test')
    .description(
      'Run tests/*.json of a policy folder through the rules, and say what they leave untested. Calls no server and opens no store. Exit code 1 where a fixture fails, 2 where the folder is faulty.',
    )
    .argument('[folder]', 'policy folder; the configured one where absent')
    .option('--json', 'print {ok, version, fixtures, coverage, faults} for machines')
    .option('--require-coverage', 'exit with 1 also where a rule never fired');
  return withConfigOptions(command).action(test);
}

async function test(given: string | undefined, flags: RulesTestFlags): Promise<void> {
  const folder = await openFolder(given, flags);
  const locator = new PolicyLocator(folder);
  const policy = checkPolicy(folder);
  const run = policy.ok ? runFixtures(folder, policy.value, locator) : policy;
  if (!run.ok) {
    const faults = run.faults.map((fault) => locator.locate(fault));
    if (flags.json) console.log(JSON.stringify({ ok: false, version: folder.version, faults }, null, 2));
    else refuseLocated(faults);
    process.exit(2);
  }
  const { results, coverage } = run;
  const failed = results.some(({ differences }) => differences.length > 0);
  const ok = !failed && !(flags.requireCoverage === true && coverage.neverFired.length > 0);
  if (flags.json) {
    console.log(JSON.stringify({ ok, version: folder.version, fixtures: results, coverage }, null, 2));
  } else {
    for (const line of [...resultLines(results), ...coverageLines(coverage, locator)]) console.log(line);
  }
  process.exitCode = ok ? 0 : 1;
}

async function openFolder(given: string | undefined, flags: ConfigFlags): Promise<PolicyFolder> {
  let path = given;
  if (path === undefined) {
    const config = readConfig(flags);
    if (!config.ok) refuse(config.faults);
    path = config.value.rules.path;
  }
  return openPolicyFolder(path);
}

function refuseLocated(faults: readonly LocatedFault[]): void {
  for (const fault of faults) console.error(describeLocated(fault));
  console.error(`${faults.length} fault${faults.length === 1 ? '' : 's'}: no fixture was run`);
}

type Run =
  | { readonly ok: true; readonly results: readonly FixtureResult[]; readonly coverage: Coverage }
  | { readonly ok: false; readonly faults: readonly Fault[] };

function runFixtures(folder: PolicyFolder, policy: Policy, locator: PolicyLocator): Run {
  const parsed = readFixtures(folder, policy);
  if (!parsed.ok) return parsed;
  const snapshot = freshSnapshot(policy);
  const gauge = new CoverageGauge();
  const results = parsed.value.map((fixture): FixtureResult => {
    const outcome = runFixture(fixture, snapshot);
    gauge.add(outcome);
    const { file, path } = fixture.place;
    const differences = compareOutcome(fixture.expect, outcome).map((difference) => ({
      ...difference,
      ...locator.position(file, `${path}.${difference.path}`)!,
    }));
    return { name: fixture.name, file, ok: differences.length === 0, differences };
  });
  return { ok: true, results, coverage: gauge.of(policy.rules) };
}
