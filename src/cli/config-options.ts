import { readFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import type { Config } from '../config/config.js';
import { loadConfig } from '../config/load-config.js';
import { flagOf, SETTINGS } from '../config/settings.js';
import type { Checked } from '../core/fault.js';
import { describeLocated, type LocatedFault } from './located-faults.js';

/** Flags as commander gives them: `config`, and one by path for each setting that was given. */
export type ConfigFlags = Readonly<Record<string, unknown>> & { readonly config?: string };

/** Adds `--config FILE` and a flag for each setting, such as `--server.port`. */
export function withConfigOptions(command: Command): Command {
  command.option('-c, --config <file>', 'YAML configuration file (or SEXTANT_CONFIG)');
  for (const { path, schema } of SETTINGS) {
    command.addOption(new Option(`${flagOf(path)} <value>`, schema.description ?? ''));
  }
  return command;
}

/** The configuration that the flags, the environment and the file give together. */
export function readConfig(given: ConfigFlags): Checked<Config> {
  const { env } = process;
  const name = given.config ?? env['SEXTANT_CONFIG'];
  const flags = Object.fromEntries(SETTINGS.map(({ path }) => [path, given[path]]));
  if (name === undefined) return loadConfig({ env, flags });
  try {
    return loadConfig({ file: { name, text: readFileSync(name, 'utf8') }, env, flags });
  } catch (error) {
    return {
      ok: false,
      faults: [{ file: name, path: '$', reason: `cannot be read: ${(error as Error).message}` }],
    };
  }
}

/** Prints every fault and ends the command with exit code 2, as for any input that is refused. */
export function refuse(faults: readonly LocatedFault[]): never {
  for (const fault of faults) console.error(describeLocated(fault));
  console.error(`${faults.length} fault${faults.length === 1 ? '' : 's'}`);
  process.exit(2);
}
