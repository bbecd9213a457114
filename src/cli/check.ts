import { Command } from 'commander';
import { loadPolicy } from '../config/load-policy.js';
import type { Fault } from '../core/fault.js';
import { readConfig, refuse, withConfigOptions, type ConfigFlags } from './config-options.js';

/** `sextant check`: every fault of the configuration and of the policy folder, in one run. */
export function checkCommand(): Command {
  const command = new Command('check')
    .description('Check the configuration and the policy folder. Calls no server and opens no store.')
    .argument('[folder]', 'policy folder; the configured one where absent')
    .option('--json', 'print {ok, version, faults} for machines');
  return withConfigOptions(command).action(
    async (folder: string | undefined, flags: ConfigFlags & { json?: boolean }) => {
      const config = readConfig(flags);
      const path = folder ?? (config.ok ? config.value.rules.path : undefined);
      const faults: Fault[] = config.ok ? [] : [...config.faults];
      let version: string | undefined;
      if (path !== undefined) {
        const found = await checkFolder(path);
        version = found.version;
        faults.push(...found.faults);
      }
      if (flags.json) console.log(JSON.stringify({ ok: faults.length === 0, version, faults }, null, 2));
      if (flags.json) process.exit(faults.length > 0 ? 2 : 0);
      if (faults.length > 0) refuse(faults);
      console.log(`ok: configuration, and policy ${version!.slice(0, 12)} in ${path}`);
    },
  );
}

async function checkFolder(path: string): Promise<{ version?: string; faults: readonly Fault[] }> {
  try {
    const { version, policy } = await loadPolicy(path);
    return { version, faults: policy.ok ? [] : policy.faults };
  } catch (error) {
    return { faults: [{ file: path, path: '$', reason: `cannot be read: ${(error as Error).message}` }] };
  }
}
