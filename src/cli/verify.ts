import { Command } from 'commander';
import { contextLayoutOf, type Policy } from '../core/selection/policy.js';
import { checkFolder } from '../config/load-policy.js';
import { pinnedFolder } from '../runtime/policy-archive.js';
import { recover, foldWhole } from '../runtime/learner.js';
import { verifyExperiments, type VerifiedExperiment } from '../runtime/experiments/verify-experiments.js';
import { compareStates } from '../core/learning/compare-states.js';
import type { Store } from '../store/ports.js';
import { readConfig, refuse, withConfigOptions, type ConfigFlags } from './config-options.js';
import { openPolicyFolder } from './open-policy-folder.js';
import { withStoppedStore } from './stopped-store.js';

/** `sextant verify`: reads everything, folds the whole log, and compares with the snapshot and the log's tail. */
export function verifyCommand(): Command {
  const command = new Command('verify').description(
    'Hold the whole store against its checksums, fold the outcome log and compare with snapshot and tail. Opens a stopped store; the server must not run.',
  );
  return withConfigOptions(command).action(async (flags: ConfigFlags) => {
    const config = readConfig(flags);
    if (!config.ok) refuse(config.faults);
    await withStoppedStore(config.value.store.path, async (store) => {
      const pinned = await pinnedFolder(store.documents);
      const { policy } = checkFolder(pinned ?? (await openPolicyFolder(config.value.rules.path)));
      if (!policy.ok) refuse(policy.faults);
      if (pinned) console.log(`policy      ${pinned.version.slice(0, 12)}, which is pinned`);
      process.exitCode = await verify(store, policy.value);
    });
  });
}

async function verify(store: Store, policy: Policy): Promise<number> {
  const read = await store.scrub();
  console.log(`entries     ${read.entries} (${(read.bytes / 1e6).toFixed(1)} MB)`);
  for (const fault of read.faults) console.log(`damaged     ${fault}`);
  if (read.damagedSnapshots > 0)
    console.log(`snapshots   ${read.damagedSnapshots} damaged, which is harmless`);
  if (read.faultCount > 0) {
    console.log(`DAMAGED: ${read.faultCount} faults`);
    return 1;
  }
  const isFoldEqual = await verifyFold(store, policy);
  const areExperimentsEqual = await verifiedExperiments(store, policy);
  return isFoldEqual && areExperimentsEqual ? 0 : 1;
}

/** What is said of arms' own beliefs where an experiment's sums are equal. */
const BELIEFS: Readonly<Record<VerifiedExperiment['beliefs'], string>> = {
  equal: ', beliefs of its arms too',
  differ: '',
  none: '',
  unknown: '; beliefs of its arms may have begun with outcomes that have left the log',
};

/** Whether what is kept of each experiment is what the log says of it. */
async function verifiedExperiments(store: Store, policy: Policy): Promise<boolean> {
  const verified = await verifyExperiments(store, policy);
  for (const { id, units, differences, isPartOnly, beliefs } of verified) {
    const said = isPartOnly
      ? 'its beginning has left the log: nothing to hold it against'
      : differences.length === 0
        ? `equal${BELIEFS[beliefs]}`
        : `NOT EQUAL: ${differences.join('; ')}`;
    console.log(`experiment  ${id}, ${units} units: ${said}`);
  }
  return verified.every(({ differences }) => differences.length === 0);
}

async function verifyFold({ outcomes, snapshots }: Store, policy: Policy): Promise<boolean> {
  const { halfLives } = policy.bandit;
  const layout = contextLayoutOf(policy);
  const recovered = await recover(outcomes, snapshots, halfLives, layout);
  const startedAt = process.hrtime.bigint();
  const folded = await foldWhole(outcomes, halfLives, layout);
  const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
  const count = outcomes.head() - outcomes.base();
  const differences = compareStates(recovered.state, folded);
  console.log(`outcomes    ${count} (${Math.round(count / seconds)} a second)`);
  if (outcomes.base() > 0) console.log(`base        of the ${outcomes.base()} before them`);
  console.log(`snapshot    at ${recovered.fromSequence}, tail of ${recovered.foldedOutcomes}`);
  for (const difference of differences.slice(0, 20)) console.log(`differs     ${difference}`);
  console.log(differences.length === 0 ? 'equal' : `NOT EQUAL: ${differences.length} differences`);
  return differences.length === 0;
}
