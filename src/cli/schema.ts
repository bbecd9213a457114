import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { namedSchemas } from '../config/named-schemas.js';
import { checkFolder } from './check-folder.js';
import { readConfig, refuse, withConfigOptions, type ConfigFlags } from './config-options.js';

/** `sextant schema`: JSON Schemas with the names of a policy, so that an editor completes them. */
export function schemaCommand(): Command {
  const command = new Command('schema')
    .summary("write JSON Schemas with a policy's names, for completion in an editor")
    .description(
      "Write the policy folder's schema/ anew, with its models, tags, capabilities, rules and conditions as " +
        'suggestions. Files that hold a "$schema" line are then completed and checked while they are written.',
    )
    .argument('[folder]', 'policy folder; the configured one where absent')
    .addHelpText('after', '\nExit code: 0 written, 2 the folder is faulty: nothing is written.');
  return withConfigOptions(command).action(async (given: string | undefined, flags: ConfigFlags) => {
    const config = readConfig(flags);
    if (given === undefined && !config.ok) refuse(config.faults);
    const folder = given ?? (config.ok ? config.value.rules.path : '');
    const { policy, faults } = await checkFolder(folder);
    if (policy === undefined) return refuse(faults);
    const schemas = namedSchemas(policy);
    await mkdir(join(folder, 'schema'), { recursive: true });
    for (const [file, text] of schemas) {
      const path = join(folder, 'schema', file);
      // An editor that reads in between sees the old schema or the new one.
      await writeFile(`${path}.next`, text);
      await rename(`${path}.next`, path);
    }
    console.log(`${schemas.size} schemas in ${join(folder, 'schema')}`);
  });
}
