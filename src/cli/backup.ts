import { Command } from 'commander';
import { AdminServiceClient } from '../gen/sextant/v1/admin.js';
import type { StoreCopy } from '../store/ports.js';
import { StoreError } from '../store/store-error.js';
import { readConfig, refuse, withConfigOptions, type ConfigFlags } from './config-options.js';
import { jsonText } from './plain-output.js';
import {
  calling,
  withAnswerOptions,
  withClient,
  withConnectionOptions,
  type AnswerFlags,
  type ConnectionFlags,
} from './server-connection.js';
import { withStoppedStore } from './stopped-store.js';

const sizeText = ({ entries, bytes, outcomes }: StoreCopy): string =>
  `${outcomes} outcomes, ${entries} entries, ${(bytes / 1e6).toFixed(1)} MB`;

const damagedText = (faults: bigint): string =>
  `warning: the store is damaged in ${faults} place${faults === 1n ? '' : 's'}, and so is this backup: keep older ones, and see the server's log`;

/** `sextant backup`: a copy of a running server's store. */
export function backupCommand(): Command {
  const command = new Command('backup').description(
    "Copy the store of a running server, as it stands, into a folder of its own on the server's disk. Calls a running server; role admin.",
  );
  return withAnswerOptions(command).action((flags: AnswerFlags) =>
    calling(() =>
      withClient(AdminServiceClient, flags, async (call) => {
        const backup = await call('backup', {});
        const copy = {
          entries: Number(backup.entries),
          bytes: Number(backup.sizeBytes),
          outcomes: Number(backup.outcomes),
        };
        console.log(flags.json ? jsonText(backup) : `${backup.path}: ${sizeText(copy)}`);
        if (backup.storeFaults > 0n) console.error(damagedText(backup.storeFaults));
      }),
    ),
  );
}

/** `sextant compact`: gives back disk space of a running server's store. */
export function compactCommand(): Command {
  const command = new Command('compact').description(
    'Give back the disk space of what the store removed or replaced. Calls a running server; role admin.',
  );
  return withConnectionOptions(command).action((flags: ConnectionFlags) =>
    calling(() =>
      withClient(AdminServiceClient, flags, async (call) => {
        await call('compact', {});
        console.log('compacted');
      }),
    ),
  );
}

/** `sextant restore`: a backup as the store of a stopped server. */
export function restoreCommand(): Command {
  const command = new Command('restore')
    .description(
      'Copy a backup to where the server keeps its store, which must not be there. Opens no running store. Exit code 1 where something is in the way, or the backup is damaged.',
    )
    .argument('<backup>', 'folder of the backup');
  return withConfigOptions(command).action(async (backup: string, flags: ConfigFlags) => {
    const config = readConfig(flags);
    if (!config.ok) refuse(config.faults);
    const { path } = config.value.store;
    const copy = await withStoppedStore(backup, async (store) => {
      const { faults } = await store.scrub();
      if (faults.length > 0)
        throw new StoreError('STORE_CORRUPT', `the backup is damaged: ${faults.slice(0, 3).join('; ')}`);
      return store.copyTo(path);
    });
    if (copy !== undefined) console.log(`${path}: ${sizeText(copy)}`);
  });
}
