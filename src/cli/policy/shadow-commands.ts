import { Command } from 'commander';
import { PolicyServiceClient } from '../../gen/sextant/v1/policy.js';
import { candidateKind, neitherText } from '../candidate-kind.js';
import { percentOption } from '../percent-option.js';
import { jsonText, shortVersion } from '../plain-output.js';
import {
  calling,
  ConnectionError,
  withClient,
  withAnswerOptions,
  type AnswerFlags,
} from '../server-connection.js';
import { faultLines, readCandidate } from './candidate-files.js';
import { shadowText } from './shadow-text.js';

interface ShadowChangeFlags extends AnswerFlags {
  readonly reason?: string;
}

/** `sextant policy shadow`: a candidate beside the policy in force. */
export function shadowCommand(): Command {
  return new Command('shadow')
    .description('Run a candidate beside the policy in force, and see what it would have done.')
    .addCommand(statusCommand(), { isDefault: true })
    .addCommand(startCommand())
    .addCommand(stopCommand());
}

function statusCommand(): Command {
  const command = new Command('status').description('What the candidate would have done so far. Role read.');
  return withAnswerOptions(command).action((flags: AnswerFlags) =>
    calling(() =>
      withClient(PolicyServiceClient, flags, async (call) => {
        const answer = await call('getShadow', {});
        console.log(flags.json ? jsonText(answer) : shadowText(answer));
      }),
    ),
  );
}

function startCommand(): Command {
  const command = new Command('start')
    .description('Run a candidate; it replaces one that runs already. Role admin.')
    .argument('<candidate>', 'policy folder, or a kept version by its first 8 or more digits')
    .option('--percent <number>', 'share of requests that it is asked about', percentOption('above 0'), 100)
    .option('--reason <text>', 'why, for the audit log');
  return withAnswerOptions(command).action(
    (candidate: string, flags: ShadowChangeFlags & { percent: number }) =>
      calling(() =>
        withClient(PolicyServiceClient, flags, async (call) => {
          const kind = await candidateKind(candidate);
          if (kind === undefined) throw new ConnectionError(neitherText(candidate));
          const named = kind === 'folder' ? await readCandidate(candidate) : undefined;
          if (named !== undefined) {
            const { valid, faults } = await call('validatePolicy', { files: named.files });
            if (!valid) return refuseLines(faultLines(named, faults));
          }
          const request = {
            version: named === undefined ? candidate : '',
            files: named?.files ?? [],
            fraction: flags.percent / 100,
            reason: flags.reason ?? '',
          };
          const { shadow } = await call('startShadow', request);
          console.log(
            flags.json
              ? jsonText(shadow)
              : `${shortVersion(shadow!.version)} runs beside ${shortVersion(shadow!.activeVersion)}`,
          );
        }),
      ),
  );
}

function stopCommand(): Command {
  const command = new Command('stop')
    .description('End the run; what was counted is gone. Role admin.')
    .option('--reason <text>', 'why, for the audit log');
  return withAnswerOptions(command).action((flags: ShadowChangeFlags) =>
    calling(() =>
      withClient(PolicyServiceClient, flags, async (call) => {
        await call('stopShadow', { reason: flags.reason ?? '' });
        console.log(flags.json ? '{}' : 'no candidate runs any more');
      }),
    ),
  );
}

function refuseLines(lines: readonly string[]): void {
  for (const line of lines) console.error(line);
  process.exitCode = 2;
}
