import type { PolicySource } from '../../config/policy-files.js';
import type { StartShadowRequest, StopShadowRequest } from '../../gen/sextant/v1/policy.js';
import { LIMITS } from '../limits.js';
import { checkVersion, decodeFiles } from './policy.js';
import { Violations } from './violations.js';

/** What a caller asks to be run. */
export interface RequestedShadow {
  readonly candidate:
    | { readonly kind: 'version'; readonly version: string }
    | { readonly kind: 'files'; readonly sources: readonly PolicySource[] };
  readonly fraction: number;
  readonly reason: string;
}

/** @throws SextantError INVALID_FIELD. */
export function decodeStartShadow({ version, files, ...rest }: StartShadowRequest): RequestedShadow {
  const violations = new Violations();
  const { fraction = 1, reason } = rest;
  if (version !== '' && files.length > 0) violations.add('files', 'goes without version');
  if (version === '' && files.length === 0) violations.add('version', 'is required, or files are');
  checkVersion('version', version, { violations, required: false });
  if (!(fraction > 0 && fraction <= 1)) violations.add('fraction', 'must be above 0 and at most 1');
  checkReason(reason, violations);
  violations.throwIfAny();
  const candidate =
    version === ''
      ? { kind: 'files' as const, sources: decodeFiles(files) }
      : { kind: 'version' as const, version };
  return { candidate, fraction, reason };
}

/** @returns the reason. @throws SextantError INVALID_FIELD. */
export function decodeStopShadow({ reason }: StopShadowRequest): string {
  const violations = new Violations();
  checkReason(reason, violations);
  violations.throwIfAny();
  return reason;
}

function checkReason(reason: string, violations: Violations): void {
  violations.text('reason', reason, { maxBytes: LIMITS.reasonMaxBytes, required: false });
}
