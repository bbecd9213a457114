import type { Fault } from '../fault.js';

export const WARNING_CODES = {
  'never-holds': 'A condition that can never hold.',
  'always-holds': 'A condition that always holds, and so says nothing.',
  'no-model-left': 'A rule that leaves no model of the registry.',
  contradiction: 'Two rules that leave no model where both fire.',
  unreachable: 'A rule that never has a say, since another comes first wherever it fires.',
  'matches-no-model': 'A pattern, tag or other word that no model of the registry has.',
  'matches-no-tenant': 'A tenant that tenants.json does not list.',
  'unused-condition': 'A named condition that no rule refers to.',
  units: 'A figure that is likely in another unit.',
  'duplicate-key': 'A key that stands twice in one object: the first is passed over.',
} as const;
/** A reader fixes a screenful at a time; the rest is counted. */
export const WARNINGS_MAX = 200;

export type WarningCode = keyof typeof WARNING_CODES;

/** Something that is allowed, and most likely not meant. It keeps no policy from taking effect. */
export interface Warning extends Fault {
  readonly file: string;
  readonly code: WarningCode;
}
