/** What was done, in the order of sextant.v1.AuditAction; `model`, `prompt`, `policy`, `shadow`, `experiment` or `promotion` is what its target is. */
export const AUDIT_ACTIONS = [
  'model created',
  'model updated',
  'model deleted',
  'policy loaded',
  'policy activated',
  'policy rolled back',
  'policy unpinned',
  'prompt created',
  'prompt approved',
  'prompt retired',
  'prompt deleted',
  'shadow started',
  'shadow stopped',
  'experiment started',
  'experiment ramped',
  'experiment stopped',
  'promotion started',
  'promotion advanced',
  'promotion ended',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** Who changed something: a token's principal, or the server itself, which has no tenant. */
export interface Actor {
  readonly name: string;
  readonly tenant: string;
  readonly roles: readonly string[];
}

/** The server, when it follows its policy folder. */
export const POLICY_FOLDER: Actor = { name: 'policy-folder', tenant: '', roles: [] };
/** The server, when it retires a prompt variant that outcomes speak against. */
export const PROMPT_REVIEW: Actor = { name: 'prompt-review', tenant: '', roles: [] };
/** Whoever runs a command on a stopped store: the machine lets them, no token does. */
export const OPERATOR: Actor = { name: 'operator', tenant: '', roles: [] };

/** Tenants do not see each other; what the server did concerns all. */
export const isVisibleTo = (actor: Actor, tenant: string): boolean =>
  actor.tenant === tenant || actor.tenant === '';

/** A value before or after a change, as JSON; `omittedBytes` is its length where it was too long to keep. */
export interface AuditValue {
  readonly json: string;
  readonly omittedBytes: number;
}

export interface AuditEntry {
  readonly sequence: number;
  readonly timeMs: number;
  readonly actor: Actor;
  readonly action: AuditAction;
  /** Model id, prompt id or policy version. */
  readonly target: string;
  readonly before?: AuditValue;
  readonly after?: AuditValue;
  /** The policy in force once this was done. */
  readonly policyVersion: string;
  readonly reason: string;
}

/** The longest value that an entry keeps: some hundred times a usual model. */
export const AUDIT_VALUE_MAX_BYTES = 16_384;

/** A value as an entry keeps it: whole, or only its length. */
export function auditValue(value: unknown): AuditValue {
  const json = JSON.stringify(value);
  const bytes = Buffer.byteLength(json);
  return bytes > AUDIT_VALUE_MAX_BYTES ? { json: '', omittedBytes: bytes } : { json, omittedBytes: 0 };
}
