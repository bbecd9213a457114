import { Command } from 'commander';
import { loadPolicy } from '../config/load-policy.js';
import { openLevelStore } from '../store/level/open-level-store.js';
import { StoreError } from '../store/store-error.js';
import { readConfig, refuse, withConfigOptions, type ConfigFlags } from './config-options.js';
import { evaluateLog, type EvaluatedLog } from './evaluate-log.js';
import { evaluationReport, evaluationText } from './evaluate-report.js';
import { logFilterOf, withLogOptions, type LogFlags } from './log-options.js';

type EvaluateFlags = ConfigFlags &
  LogFlags & {
    readonly policy?: string;
    readonly store?: string;
    readonly json?: boolean;
  };

/** `sextant evaluate`: what another policy would have earned on the decisions of a log. */
export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .summary('what another policy would have earned on logged decisions')
    .description(
      'Estimate quality and cost of a policy folder on the decisions that a store has logged, from their propensities. ' +
        'Opens a stopped store, or a copy of one; the server must not run on it.',
    )
    .option('--policy <folder>', 'the policy folder to evaluate; the configured one where absent')
    .option('--store <folder>', "the store's folder; the configured one where absent")
    .option('--json', 'print JSON');
  return withConfigOptions(withLogOptions(command)).action(async (flags: EvaluateFlags) => {
    const config = readConfig(flags);
    if (!config.ok) refuse(config.faults);
    const { policy } = await loadPolicy(flags.policy ?? config.value.rules.path);
    if (!policy.ok) refuse(policy.faults);
    try {
      const store = await openLevelStore(flags.store ?? config.value.store.path, { createIfMissing: false });
      try {
        const log = await evaluateLog(store, policy.value, logFilterOf(flags));
        process.exitCode = print(log, flags.json === true);
      } finally {
        await store.close();
      }
    } catch (error) {
      if (!(error instanceof StoreError || error instanceof RangeError)) throw error;
      console.error(error instanceof StoreError ? `${error.code}: ${error.message}` : error.message);
      process.exitCode = 1;
    }
  });
}

/** @returns the exit code: 0 with a figure to go by, 3 where the log does not carry one, 2 where it has no decision. */
function print(log: EvaluatedLog, json: boolean): number {
  const { decisions, tooOld, otherContext, refused } = log;
  if (decisions.length === 0) {
    console.error(
      `there is no decision to evaluate on: ${tooOld} were logged before what was asked was kept, ${otherContext} have contexts that this policy cannot read, ${refused} requests it would refuse`,
    );
    return 2;
  }
  const report = evaluationReport(log);
  console.log(json ? JSON.stringify(report, null, 2) : evaluationText(report));
  return report.quality.support.objections.length > 0 ? 3 : 0;
}
