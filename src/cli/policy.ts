import { Command } from 'commander';
import {
  PolicyServiceClient,
  type GetActivePolicyResponse,
  type PolicyVersion,
} from '../gen/sextant/v1/policy.js';
import { PromotionServiceClient } from '../gen/sextant/v1/promotion.js';
import { readConfig, refuse, withConfigOptions, type ConfigFlags } from './config-options.js';
import { columns, isoTime, jsonText, shortVersion, whoText } from './plain-output.js';
import { faultLines, readCandidate } from './policy/candidate-files.js';
import { activeText, diffText } from './policy/policy-text.js';
import { shadowCommand } from './policy/shadow-commands.js';
import { unpinStopped } from './policy/unpin-stopped.js';
import { writeVersion } from './policy/write-version.js';
import { promotionLine } from './promote/promotion-text.js';
import { calling, withAnswerOptions, withClient, type AnswerFlags } from './server-connection.js';

interface ChangeFlags extends AnswerFlags {
  readonly expect?: string;
  readonly reason?: string;
}

const PAGE_SIZE = 1_000;

/** `sextant policy`: which version is in force, which were, and going back. */
export function policyCommand(): Command {
  return new Command('policy')
    .description('Look at policy versions and decide which is in force. Calls a running server.')
    .addCommand(statusCommand(), { isDefault: true })
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(diffCommand())
    .addCommand(activateCommand())
    .addCommand(rollbackCommand())
    .addCommand(unpinCommand())
    .addCommand(validateCommand())
    .addCommand(shadowCommand());
}

const changing = (command: Command): Command =>
  withAnswerOptions(command)
    .option('--expect <version>', 'refuse where another version is in force by now')
    .option('--reason <text>', 'why, for the audit log');

/** The contract's words for what a change was given. */
const changeOf = ({ expect = '', reason = '' }: ChangeFlags) => ({ expectedActiveVersion: expect, reason });

const print = (flags: AnswerFlags, answer: unknown, text: () => string): void =>
  console.log(flags.json ? jsonText(answer) : text());

const printActive = (flags: AnswerFlags, active: GetActivePolicyResponse | undefined): void =>
  print(flags, active, () => activeText(active!));

function statusCommand(): Command {
  const command = new Command('status').description(
    'The version in force, what pins it, what waits. Role read.',
  );
  return withAnswerOptions(command).action((flags: AnswerFlags) =>
    calling(() =>
      withClient(PolicyServiceClient, flags, async (call) =>
        printActive(flags, await call('getActivePolicy', {})),
      ),
    ),
  );
}

function listCommand(): Command {
  const command = new Command('list').description('Versions that are kept, the latest first. Role read.');
  return withAnswerOptions(command).action((flags: AnswerFlags) =>
    calling(() =>
      withClient(PolicyServiceClient, flags, async (call) => {
        const versions: PolicyVersion[] = [];
        let pageToken = '';
        do {
          const page = await call('listPolicyVersions', { pageSize: PAGE_SIZE, pageToken });
          versions.push(...page.versions);
          pageToken = page.nextPageToken;
        } while (pageToken !== '');
        print(flags, versions, () => listText(versions));
      }),
    ),
  );
}

function listText(versions: readonly PolicyVersion[]): string {
  const rows = versions.map(({ version, activateTime, activatedBy, activationCount, active, pinned }) => [
    shortVersion(version),
    isoTime(activateTime),
    whoText(activatedBy),
    String(activationCount),
    pinned ? 'in force, pinned' : active ? 'in force' : '',
  ]);
  return columns([['version', 'last activated', 'by', 'times', ''], ...rows]);
}

function showCommand(): Command {
  const command = new Command('show')
    .description('One kept version: its files, or their content. Role admin.')
    .argument('<version>', 'the version, or its first 8 or more digits')
    .option('--file <file>', 'print the content of this file')
    .option('--out <folder>', 'write the files into this folder, which must be empty or new');
  return withAnswerOptions(command).action(
    (version: string, flags: AnswerFlags & { file?: string; out?: string }) =>
      calling(() =>
        withClient(PolicyServiceClient, flags, async (call) => {
          const files = flags.file === undefined ? [] : [flags.file];
          const answer = await call('getPolicyVersion', { version, files });
          if (flags.out !== undefined) await writeVersion(flags.out, answer.files);
          else if (flags.file !== undefined) process.stdout.write(answer.files[0]!.content);
          else print(flags, answer, () => showText(answer.version!));
          if (flags.out === undefined && flags.file === undefined && !flags.json)
            await printPromotions(version, flags);
        }),
      ),
  );
}

/** What a version had to pass; all of it is told by `sextant promote --status`. */
function printPromotions(version: string, flags: AnswerFlags): Promise<void> {
  return withClient(PromotionServiceClient, flags, async (call) => {
    const { promotions } = await call('listPromotions', { version, pageSize: 0, pageToken: '' });
    for (const promotion of promotions) console.log(promotionLine(promotion));
  });
}

function showText({ version, files, ...known }: PolicyVersion): string {
  const rows = files.map(({ file, sizeBytes, sha256 }) => [file, String(sizeBytes), shortVersion(sha256)]);
  return [
    `version    ${version}`,
    `first      ${isoTime(known.firstActivateTime)}`,
    `last       ${isoTime(known.activateTime)} by ${whoText(known.activatedBy)}`,
    columns([['file', 'bytes', 'sha256'], ...rows]),
  ].join('\n');
}

function diffCommand(): Command {
  const command = new Command('diff')
    .description('What differs between two kept versions, rule by rule. Role admin.')
    .argument('<from>', 'version before')
    .argument('[to]', 'version after; the one in force where absent');
  return withAnswerOptions(command).action(
    (fromVersion: string, to: string | undefined, flags: AnswerFlags) =>
      calling(() =>
        withClient(PolicyServiceClient, flags, async (call) => {
          const answer = await call('diffPolicyVersions', { fromVersion, toVersion: to ?? '' });
          print(flags, answer, () => diffText(answer));
        }),
      ),
  );
}

function activateCommand(): Command {
  const command = new Command('activate')
    .description('Take a kept version in force and pin it. Role admin.')
    .argument('<version>', 'the version, or its first 8 or more digits');
  return changing(command).action((version: string, flags: ChangeFlags) =>
    calling(() =>
      withClient(PolicyServiceClient, flags, async (call) => {
        const answer = await call('activatePolicyVersion', { version, ...changeOf(flags) });
        printActive(flags, answer.active);
      }),
    ),
  );
}

function rollbackCommand(): Command {
  const command = new Command('rollback').description(
    'Take the version before the present one in force and pin it. Roles admin and, without --expect, read.',
  );
  return changing(command).action((flags: ChangeFlags) =>
    calling(() =>
      withClient(PolicyServiceClient, flags, async (call) => {
        const expect = flags.expect ?? (await call('getActivePolicy', {})).version;
        const answer = await call('rollBackPolicy', changeOf({ ...flags, expect }));
        printActive(flags, answer.active);
      }),
    ),
  );
}

function unpinCommand(): Command {
  const command = new Command('unpin')
    .description("Let go of the pin: the folder's content takes hold. Role admin.")
    .option('--stopped', 'open the store of a stopped server instead, and take nothing in force');
  return withConfigOptions(changing(command)).action(
    async (flags: ChangeFlags & ConfigFlags & { stopped?: boolean }) => {
      if (!flags.stopped) {
        return calling(() =>
          withClient(PolicyServiceClient, flags, async (call) =>
            printActive(flags, (await call('unpinPolicy', changeOf(flags))).active),
          ),
        );
      }
      const config = readConfig(flags);
      if (!config.ok) refuse(config.faults);
      process.exitCode = await unpinStopped(config.value, flags.reason ?? '');
    },
  );
}

function validateCommand(): Command {
  const command = new Command('validate')
    .description('Check a policy folder as the server would, and change nothing. Role admin.')
    .argument('<folder>', 'policy folder');
  return withAnswerOptions(command).action((folder: string, flags: AnswerFlags) =>
    calling(() =>
      withClient(PolicyServiceClient, flags, async (call) => {
        const read = await readCandidate(folder);
        const answer = await call('validatePolicy', { files: read.files });
        if (!answer.valid) process.exitCode = 2;
        print(flags, answer, () =>
          answer.valid
            ? `ok: policy ${shortVersion(answer.version)}`
            : faultLines(read, answer.faults).join('\n'),
        );
      }),
    ),
  );
}
