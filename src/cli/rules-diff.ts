import { Command } from 'commander';
import { readPolicyFolder } from '../config/read-policy-folder.js';
import { SextantError } from '../core/errors.js';
import type { Policy } from '../core/selection/policy.js';
import { folderNamed } from '../runtime/policy-archive.js';
import { openLevelStore } from '../store/level/open-level-store.js';
import { StoreError } from '../store/store-error.js';
import type { Store } from '../store/ports.js';
import { diffOnLog } from '../runtime/evaluation/diff-on-log.js';
import { surroundingsOf } from '../runtime/evaluation/log-replay.js';
import { diffReport, diffReportText } from './diff-report.js';
import { candidateKind, neitherText } from './candidate-kind.js';
import { FaultyPolicy, sound } from './evaluated-policy.js';
import { percentOption } from './percent-option.js';
import { logFilterOf, withLogOptions, type LogFlags } from './log-options.js';

interface RulesDiffFlags extends LogFlags {
  readonly log: string;
  readonly json?: boolean;
  readonly failAbove?: number;
}

/** `sextant rules diff`: what another policy would change on the requests of a log. */
export function rulesDiffCommand(): Command {
  const command = new Command('diff')
    .description(
      'Ask two policies about the requests that a store has logged, and show which would be decided otherwise, for whom, at what expected cost. Opens a stopped store, or a copy of one. Exit code 2 where a policy is faulty, 3 where the log has nothing to compare on.',
    )
    .argument('<from>', 'policy folder, or a version that the store keeps, by 8 or more digits')
    .argument('<to>', 'the policy that it is compared with, likewise')
    .requiredOption('--log <store>', "the store's folder")
    .option(
      '--fail-above <percent>',
      'exit with 1 where more of the requests than this change',
      percentOption('0'),
    )
    .option('--json', 'print the report for machines');
  return withLogOptions(command).action(diff);
}

async function diff(from: string, to: string, flags: RulesDiffFlags): Promise<void> {
  try {
    const store = await openLevelStore(flags.log, { createIfMissing: false });
    try {
      const surroundings = await surroundingsOf(store.documents);
      const policies = { from: await policyOf(from, store), to: await policyOf(to, store), surroundings };
      process.exitCode = print(diffReport(await diffOnLog(store, policies, logFilterOf(flags))), flags);
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof FaultyPolicy) {
      for (const line of error.lines) console.error(line);
      process.exitCode = 2;
    } else if (error instanceof StoreError || error instanceof SextantError) {
      console.error(`${error.code}: ${error.message}`);
      process.exitCode = 1;
    } else if (error instanceof RangeError) {
      console.error(error.message);
      process.exitCode = 1;
    } else throw error;
  }
}

function print(report: ReturnType<typeof diffReport>, { json, failAbove }: RulesDiffFlags): number {
  console.log(json === true ? JSON.stringify(report, null, 2) : diffReportText(report));
  if (report.total.requests === 0) return 3;
  return failAbove !== undefined && report.total.changedShare > failAbove / 100 ? 1 : 0;
}

/** A folder where there is one of this name, else a version that the store keeps. */
async function policyOf(name: string, { documents }: Store): Promise<Policy> {
  const kind = await candidateKind(name);
  if (kind === undefined) throw new RangeError(neitherText(name));
  const folder = kind === 'folder' ? await readPolicyFolder(name) : await folderNamed(documents, name);
  return sound(name, folder);
}
