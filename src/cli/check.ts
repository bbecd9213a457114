import { relative } from 'node:path';
import { Command } from 'commander';
import type { Config } from '../config/config.js';
import { checkFolder, type CheckedFolder, type LocatedWarning } from './check-folder.js';
import { readConfig, withConfigOptions, type ConfigFlags } from './config-options.js';
import { keyFileFaults } from './key-file-faults.js';
import { describeLocated, type LocatedFault } from './located-faults.js';
import { edgeFaults } from '../service/edge/edge-faults.js';
import { packageVersion } from '../package-version.js';
import { sarifLog } from './sarif.js';

interface CheckFlags extends ConfigFlags {
  readonly json?: boolean;
  readonly sarif?: boolean;
  readonly strict?: boolean;
}

/** `sextant check`: every fault of the configuration and of the policy folder, in one run. */
export function checkCommand(): Command {
  const command = new Command('check')
    .description(
      'Check the configuration and the policy folder. Calls no server and opens no store. Exit code 2 where there is a fault, else 0.',
    )
    .argument('[folder]', 'policy folder; the configured one where absent')
    .option('--json', 'print {ok, version, faults, warnings} for machines')
    .option('--sarif', 'print SARIF 2.1.0, as code hosts show beside the lines')
    .option('--strict', 'exit with 2 on a warning too');
  return withConfigOptions(command).action(check);
}

async function check(folder: string | undefined, flags: CheckFlags): Promise<void> {
  const config = readConfig(flags);
  const path = folder ?? (config.ok ? config.value.rules.path : undefined);
  const found: CheckedFolder = path === undefined ? { faults: [], warnings: [] } : await checkFolder(path);
  const { version, warnings } = found;
  const ofConfig: readonly LocatedFault[] = config.ok ? fileFaults(config.value) : config.faults;
  const faults = [...ofConfig, ...found.faults];
  const ok = faults.length === 0 && !(flags.strict === true && warnings.length > 0);
  if (flags.sarif) {
    const inFolder = (file: string): string => relative('', `${path}/${file}`).replaceAll('\\', '/');
    const log = sarifLog(
      [
        ...ofConfig.map((fault) => ({ fault, level: 'error' as const, uri: fault.file })),
        ...found.faults.map((fault) => ({
          fault,
          level: 'error' as const,
          uri: fault.file && inFolder(fault.file),
        })),
        ...warnings.map((fault) => ({ fault, level: 'warning' as const, uri: inFolder(fault.file) })),
      ],
      packageVersion(),
    );
    console.log(JSON.stringify(log, null, 2));
  } else if (flags.json) {
    console.log(JSON.stringify({ ok, version, faults, warnings }, null, 2));
  } else {
    report(faults, warnings);
    if (ok) console.log(`ok: configuration, and policy ${version!.slice(0, 12)} in ${path}`);
  }
  process.exitCode = ok ? 0 : 2;
}

/** What is wrong with the files that the configuration names. */
const fileFaults = (config: Config): LocatedFault[] => [
  ...edgeFaults(config, Date.now()),
  ...keyFileFaults(config),
];

function report(faults: readonly LocatedFault[], warnings: readonly LocatedWarning[]): void {
  const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
  for (const fault of faults) console.error(describeLocated(fault));
  for (const { code, reason, ...rest } of warnings) {
    console.error(describeLocated({ ...rest, reason: `warning: ${reason} [${code}]` }));
  }
  if (warnings.length > 0) console.error(counted(warnings.length, 'warning'));
  if (faults.length > 0) console.error(counted(faults.length, 'fault'));
}
