import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { readConfig, refuse, withConfigOptions, type ConfigFlags } from './config-options.js';
import { exportLog } from './export/export-log.js';
import { TABLE_FORMATS, type TableFormat } from './export/table-file.js';
import { logFilterOf, withLogOptions, type LogFlags } from './log-options.js';
import { withStoppedStore } from './stopped-store.js';

type ExportFlags = ConfigFlags &
  LogFlags & {
    readonly store?: string;
    readonly out: string;
    readonly format: TableFormat;
  };

/** `sextant export`: decisions and outcomes as tables. */
export function exportCommand(): Command {
  const command = new Command('export')
    .description(
      'Write the decisions and outcomes of a store as tables for DuckDB, pandas and off-policy estimators. Opens a stopped store, or a copy of one.',
    )
    .requiredOption('--out <folder>', 'where decisions, outcomes and feedback.json go')
    .addOption(new Option('--format <format>', 'of the tables').choices(TABLE_FORMATS).default('parquet'))
    .option('--store <folder>', "the store's folder; the configured one where absent");
  return withConfigOptions(withLogOptions(command)).action(async (flags: ExportFlags) => {
    const config = readConfig(flags);
    if (!config.ok) refuse(config.faults);
    const { out: folder, format } = flags;
    const taken = [`decisions.${format}`, `outcomes.${format}`, 'feedback.json'].find((name) =>
      existsSync(join(folder, name)),
    );
    if (taken !== undefined) {
      console.error(`${join(folder, taken)} is there already: name another folder, or remove it`);
      process.exitCode = 1;
      return;
    }
    await withStoppedStore(flags.store ?? config.value.store.path, async (store) => {
      const exported = await exportLog(store, { folder, format, filter: logFilterOf(flags) });
      console.log(`${exported.decisions} decisions, ${exported.outcomes} outcomes`);
      for (const file of exported.files) console.log(file);
    });
  });
}
