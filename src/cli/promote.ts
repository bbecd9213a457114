import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { PolicyServiceClient } from '../gen/sextant/v1/policy.js';
import { PromotionServiceClient, type Promotion } from '../gen/sextant/v1/promotion.js';
import { candidateKind, neitherText } from './candidate-kind.js';
import { jsonText } from './plain-output.js';
import { faultLines, readCandidate, type CandidateFiles } from './policy/candidate-files.js';
import { follow } from './promote/follow.js';
import {
  endText,
  promotionJson,
  promotionsText,
  promotionText,
  statusName,
} from './promote/promotion-text.js';
import {
  calling,
  ConnectionError,
  withAnswerOptions,
  withClient,
  type AnswerFlags,
  type Call,
} from './server-connection.js';

interface PromoteFlags extends AnswerFlags {
  readonly dryRun?: boolean;
  readonly detach?: boolean;
  readonly settings?: string;
  readonly reason?: string;
  readonly expect?: string;
  readonly status?: boolean;
  readonly list?: boolean;
  readonly abort?: boolean;
}

/** The candidate is not in force: it was refused, came back, was aborted or overtaken. */
const EXIT_NOT_PROMOTED = 3;
const PAGE_SIZE = 1_000;

/** `sextant promote`: a candidate's way into force, or back. */
export function promoteCommand(): Command {
  const command = new Command('promote')
    .description(
      'Take a candidate into force by way of check, replay, evaluation, shadow and canary, or back by itself. ' +
        'The server goes on with it when this command has ended. Roles admin and read.',
    )
    .argument(
      '[candidate]',
      'policy folder, or a version; with --status and --abort also the number of a promotion',
    )
    .option('--dry-run', 'only check, replay and evaluation: nothing runs beside the policy in force')
    .option('--detach', 'start it, and do not wait for its end')
    .option('--settings <file>', 'members of promotion.json that are others for this promotion')
    .option('--expect <version>', 'refuse where another version is in force by now')
    .option('--reason <text>', 'why, for the audit log')
    .option('--status', 'what a promotion has found: the latest, or those of a version')
    .option('--list', 'every promotion that is kept')
    .option('--abort', 'end the promotion that runs');
  return withAnswerOptions(command).action((candidate: string | undefined, flags: PromoteFlags) =>
    calling(() => run(candidate, flags)),
  );
}

async function run(candidate: string | undefined, flags: PromoteFlags): Promise<void> {
  const asked = [flags.status, flags.list, flags.abort].filter(Boolean).length;
  if (asked > 1) throw new ConnectionError('give one of --status, --list and --abort');
  if (flags.status || flags.list) return show(candidate, flags);
  if (flags.abort) return abort(candidate, flags);
  if (candidate === undefined) throw new ConnectionError('give a policy folder or a version to promote');
  return promote(candidate, flags);
}

async function promote(candidate: string, flags: PromoteFlags): Promise<void> {
  const kind = await candidateKind(candidate);
  if (kind === undefined) throw new ConnectionError(neitherText(candidate));
  const named = kind === 'folder' ? await readCandidate(candidate) : undefined;
  const settings = flags.settings === undefined ? undefined : readSettings(flags.settings);
  await withClient(PromotionServiceClient, flags, async (call) => {
    const { promotion } = await call('startPromotion', {
      version: named === undefined ? candidate : '',
      files: named?.files ?? [],
      settings,
      dryRun: flags.dryRun ?? false,
      reason: flags.reason ?? '',
      expectedActiveVersion: flags.expect ?? '',
    });
    const say = (line: string): void => {
      if (!flags.json) console.log(line);
    };
    if (named !== undefined) await locate(named, promotion!, flags);
    if (flags.detach) {
      print(promotion!, flags, () => promotionText(promotion!));
      exitAs(promotion!);
      return;
    }
    say(`promotion ${promotion!.number} of ${promotion!.candidateVersion.slice(0, 12)}`);
    const ended = await follow(call, promotion!, say);
    print(ended, flags, () => endText(ended));
    exitAs(ended);
  });
}

/** Faults of the files with the lines that they are in here. */
async function locate(named: CandidateFiles, { gates }: Promotion, flags: PromoteFlags): Promise<void> {
  if (gates.length !== 1 || gates[0]!.endTime === undefined) return;
  await withClient(PolicyServiceClient, flags, async (call) => {
    const { valid, faults } = await call('validatePolicy', { files: named.files });
    if (!valid) for (const line of faultLines(named, faults)) console.error(line);
  });
}

function exitAs(promotion: Promotion): void {
  if (!['running', 'full', 'rehearsed'].includes(statusName(promotion))) process.exitCode = EXIT_NOT_PROMOTED;
}

async function show(candidate: string | undefined, flags: PromoteFlags): Promise<void> {
  await withClient(PromotionServiceClient, flags, async (call) => {
    if (flags.list) {
      const all = await listed(call, candidate ?? '');
      console.log(flags.json ? jsonText(all.map(promotionJson)) : promotionsText(all));
      return;
    }
    const found =
      candidate === undefined || isNumber(candidate)
        ? [(await call('getPromotion', { number: Number(candidate ?? 0) })).promotion!]
        : await listed(call, candidate);
    if (flags.json) console.log(jsonText(found.map(promotionJson)));
    else if (found.length === 0) console.log(`${candidate} was never promoted`);
    else console.log(found.map(promotionText).join('\n\n'));
  });
}

async function listed(call: Call<PromotionServiceClient>, version: string): Promise<Promotion[]> {
  const all: Promotion[] = [];
  let pageToken = '';
  do {
    const page = await call('listPromotions', { version, pageSize: PAGE_SIZE, pageToken });
    all.push(...page.promotions);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return all;
}

async function abort(candidate: string | undefined, flags: PromoteFlags): Promise<void> {
  if (candidate !== undefined && !isNumber(candidate))
    throw new ConnectionError('--abort takes the number of a promotion, or nothing');
  await withClient(PromotionServiceClient, flags, async (call) => {
    const request = { number: Number(candidate ?? 0), reason: flags.reason ?? '' };
    const { promotion } = await call('abortPromotion', request);
    print(promotion!, flags, () => endText(promotion!));
  });
}

/** Versions have 8 digits at least. */
const isNumber = (text: string): boolean => /^\d{1,7}$/.test(text);

const print = (promotion: Promotion, { json }: AnswerFlags, text: () => string): void =>
  console.log(json ? jsonText(promotionJson(promotion)) : text());

function readSettings(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch (cause) {
    throw new ConnectionError(`${file} cannot be read as JSON: ${(cause as Error).message}`, { cause });
  }
}
