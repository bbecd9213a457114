import { Command, InvalidArgumentError } from 'commander';
import { AUDIT_ACTIONS, type AuditAction } from '../core/audit/audit-entry.js';
import type { Timestamp } from '../gen/google/protobuf/timestamp.js';
import { AuditServiceClient, type AuditEntry } from '../gen/sextant/v1/audit.js';
import { timestampFromMs } from '../service/encode/time.js';
import { columns, isoTime, jsonText, shortVersion, whoText } from './plain-output.js';
import { calling, withClient, withConnectionOptions, type ConnectionFlags } from './server-connection.js';
import { timeOption } from './time-option.js';

interface AuditFlags extends ConnectionFlags {
  readonly limit: number;
  readonly action?: readonly AuditAction[];
  readonly target?: string;
  readonly since?: Timestamp;
  readonly until?: Timestamp;
  readonly json?: boolean;
}

const PAGE_MAX = 1_000;

/** `sextant audit`: who changed what. */
export function auditCommand(): Command {
  const command = new Command('audit')
    .description('Who changed models and policy, the newest first. Calls a running server; role admin.')
    .option('-n, --limit <count>', 'how many entries', count, 20)
    .option(
      '--action <words>',
      `only these, comma-separated: ${AUDIT_ACTIONS.map(dashed).join(', ')}`,
      actions,
    )
    .option('--target <name>', 'only this model id or whole policy version')
    .option('--since <time>', 'only entries at or after this time, such as 2026-11-25T08:00Z', timestamp)
    .option('--until <time>', 'only entries before this time', timestamp)
    .option('--json', 'print the entries for machines');
  return withConnectionOptions(command).action((flags: AuditFlags) =>
    calling(() =>
      withClient(AuditServiceClient, flags, async (call) => {
        const entries: AuditEntry[] = [];
        let pageToken = '';
        do {
          const page = await call('listAuditEntries', {
            pageSize: Math.min(flags.limit - entries.length, PAGE_MAX),
            pageToken,
            actions: (flags.action ?? []).map((action) => AUDIT_ACTIONS.indexOf(action) + 1),
            target: flags.target ?? '',
            startTime: flags.since,
            endTime: flags.until,
          });
          entries.push(...page.entries);
          pageToken = page.nextPageToken;
        } while (pageToken !== '' && entries.length < flags.limit);
        console.log(flags.json ? jsonText(entries.map(worded)) : listText(entries));
      }),
    ),
  );
}

/** The action as a word in place of its number. */
const worded = (entry: AuditEntry) => ({ ...entry, action: AUDIT_ACTIONS[entry.action - 1] ?? 'unknown' });

function listText(entries: readonly AuditEntry[]): string {
  const rows = entries.map(({ sequence, time: at, principal, action, target, reason }) => {
    const word = AUDIT_ACTIONS[action - 1] ?? 'unknown';
    const what = word.startsWith('policy ') ? shortVersion(target) : target;
    return [String(sequence), isoTime(at), whoText(principal), word, what, reason];
  });
  return columns([['#', 'time', 'who', 'what', 'target', 'reason'], ...rows]);
}

const dashed = (action: AuditAction): string => action.replaceAll(' ', '-');

function actions(value: string): readonly AuditAction[] {
  return value.split(',').map((word) => {
    const action = AUDIT_ACTIONS.find((known) => dashed(known) === word.trim());
    if (action === undefined) {
      throw new InvalidArgumentError(`"${word}" is not one of ${AUDIT_ACTIONS.map(dashed).join(', ')}.`);
    }
    return action;
  });
}

function count(value: string): number {
  if (!/^[1-9]\d{0,5}$/.test(value)) throw new InvalidArgumentError('write a whole number from 1 on.');
  return Number(value);
}

function timestamp(value: string): Timestamp {
  return timestampFromMs(timeOption(value));
}
