import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { SextantError } from '../core/errors.js';
import {
  evaluateLog,
  nothingToEvaluate,
  type EvaluatedLog,
  type EvaluationOptions,
} from '../runtime/evaluation/evaluate-log.js';
import { openLevelStore } from '../store/level/open-level-store.js';
import { surroundingsOf, type LogFilter } from '../runtime/evaluation/log-replay.js';
import type { Store } from '../store/ports.js';
import { StoreError } from '../store/store-error.js';
import { readConfig, refuse, withConfigOptions, type ConfigFlags } from './config-options.js';
import { evaluationText } from './evaluate-report.js';
import { FaultyPolicy, namedPolicy } from './evaluated-policy.js';
import { actionsOf, feedbackMetadata } from './export/actions.js';
import { createTable, TABLE_FORMATS } from './export/table-file.js';
import { TERM_COLUMNS, termRow } from './export/term-rows.js';
import { logFilterOf, withLogOptions, type LogFlags } from './log-options.js';

type EvaluateFlags = ConfigFlags &
  LogFlags & {
    readonly policy?: string;
    readonly store?: string;
    readonly terms?: string;
    readonly json?: boolean;
  };

/** `sextant evaluate`: what another policy would have earned on the decisions of a log. */
export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .summary('what another policy would have earned on logged decisions')
    .description(
      'Estimate quality and cost of a policy on the decisions that a store has logged, from their propensities. ' +
        'Opens a stopped store, or a copy of one; the server must not run on it.',
    )
    .option(
      '--policy <name>',
      'the policy to evaluate: a folder, a version that the store keeps by 8 or more digits, or linear, beta, greedy, epsilon-greedy, ucb, uniform or fixed:MODEL on the configured folder; that folder where absent',
    )
    .option('--store <folder>', "the store's folder; the configured one where absent")
    .option('--terms <file>', 'write what the estimates are made of, a row per decision: .parquet or .ndjson')
    .option('--json', 'print JSON');
  return withConfigOptions(withLogOptions(command)).action(evaluate);
}

async function evaluate(flags: EvaluateFlags): Promise<void> {
  const config = readConfig(flags);
  if (!config.ok) refuse(config.faults);
  const { rules, store: stored } = config.value;
  try {
    const store = await openLevelStore(flags.store ?? stored.path, { createIfMissing: false });
    try {
      const named = { documents: store.documents, configured: rules.path };
      const policy = await namedPolicy(flags.policy ?? rules.path, named);
      const terms = flags.terms === undefined ? undefined : await openTerms(flags.terms, store);
      const surroundings = await surroundingsOf(store.documents);
      const filter = logFilterOf(flags);
      const log = await evaluateLog(
        store,
        { policy, surroundings },
        { filter, ...(terms && { onDecision: terms.add }) },
      );
      terms?.close();
      process.exitCode = print(log, filter, flags.json === true);
    } finally {
      await store.close();
    }
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof FaultyPolicy) for (const line of error.lines) console.error(line);
    else if (error instanceof StoreError || error instanceof SextantError)
      console.error(`${error.code}: ${error.message}`);
    else if (error instanceof RangeError) console.error(error.message);
    else throw error;
  }
}

/** A table of what the estimates are made of. @throws RangeError where it cannot be written. */
async function openTerms(
  path: string,
  { documents }: Store,
): Promise<{ add: NonNullable<EvaluationOptions['onDecision']>; close: () => void }> {
  const format = TABLE_FORMATS.find((known) => path.endsWith(`.${known}`));
  if (format === undefined) throw new RangeError(`${path} must end in .${TABLE_FORMATS.join(' or .')}`);
  if (existsSync(path)) throw new RangeError(`${path} is there already: name another file, or remove it`);
  const actions = await actionsOf(documents);
  const table = createTable(path, format, TERM_COLUMNS);
  return {
    add: (recorded, replayed) => table.add(termRow(recorded, replayed, actions)),
    close: () => table.close(feedbackMetadata(actions, table.rows)),
  };
}

/** @returns the exit code: 0 with a figure to go by, 3 where the log does not carry one, 2 where it has no decision. */
function print(log: EvaluatedLog, filter: LogFilter, json: boolean): number {
  const nothing = nothingToEvaluate(log, filter);
  if (nothing !== undefined) {
    console.error(nothing);
    return 2;
  }
  console.log(json ? JSON.stringify(log, null, 2) : evaluationText(log));
  return log.quality.support.objections.length > 0 ? 3 : 0;
}
