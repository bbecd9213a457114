import { describeFault } from '../../core/fault.js';
import {
  PolicyChangeKind,
  type DiffPolicyVersionsResponse,
  type GetActivePolicyResponse,
  type PolicyChange,
  type PolicyFileDiff,
} from '../../gen/sextant/v1/policy.js';
import { isoTime, shortVersion, whoText } from '../plain-output.js';

/** What is in force, for people. */
export function activeText(active: GetActivePolicyResponse): string {
  const { version, activateTime, activatedBy, pin, waitingVersion, rejectedVersion, faults } = active;
  const lines = [
    `in force   ${shortVersion(version)} since ${isoTime(activateTime)}, by ${whoText(activatedBy)}`,
    `           ${active.ruleCount} rules, ${active.fileModelCount} models`,
  ];
  if (pin !== undefined) {
    const why = pin.reason === '' ? '' : `: ${pin.reason}`;
    lines.push(`pinned     since ${isoTime(pin.pinTime)}, by ${whoText(pin.pinnedBy)}${why}`);
  }
  if (waitingVersion !== '') {
    lines.push(
      `waiting    ${shortVersion(waitingVersion)}, which the folder holds; unpin to take it in force`,
    );
  }
  if (faults.length > 0) {
    const what =
      rejectedVersion === '' ? 'the folder' : `${shortVersion(rejectedVersion)}, which the folder holds`;
    lines.push(`refused    ${what}:`);
    lines.push(...faults.map((fault) => `           ${describeFault(fault)}`));
  }
  return lines.join('\n');
}

const SIGNS: Readonly<Record<PolicyChangeKind, string>> = {
  [PolicyChangeKind.UNSPECIFIED]: '?',
  [PolicyChangeKind.ADDED]: '+',
  [PolicyChangeKind.REMOVED]: '-',
  [PolicyChangeKind.CHANGED]: '~',
  [PolicyChangeKind.REORDERED]: '↕',
};

/** What differs, for people: `~ cheap-first /rules/3/priority: 10 → 20`. */
export function diffText({ fromVersion, toVersion, files }: DiffPolicyVersionsResponse): string {
  const lines = [`${shortVersion(fromVersion)} → ${shortVersion(toVersion)}`];
  if (files.length === 0) lines.push('no difference');
  for (const file of files) lines.push('', ...fileLines(file));
  return lines.join('\n');
}

function fileLines({ file, kind, changes, omittedChanges }: PolicyFileDiff): readonly string[] {
  const lines = [`${SIGNS[kind]} ${file}`, ...changes.map((change) => `    ${changeText(change)}`)];
  if (changes.length === 0) lines.push('    spaces or the order of members alone');
  if (omittedChanges > 0) lines.push(`    and ${omittedChanges} more`);
  return lines;
}

const VALUE_MAX_CHARS = 100;

function changeText({ kind, pointer, element, beforeJson, afterJson, valueOmitted }: PolicyChange): string {
  const where = [element, pointer].filter((part) => part !== '').join(' ');
  const values = [beforeJson, afterJson].filter((json) => json !== '').map(cut);
  const told = valueOmitted ? [...values, '…'] : values;
  return `${SIGNS[kind]} ${where}${told.length === 0 ? '' : `: ${told.join(' → ')}`}`;
}

const cut = (json: string): string =>
  json.length <= VALUE_MAX_CHARS ? json : `${json.slice(0, VALUE_MAX_CHARS)}…`;
