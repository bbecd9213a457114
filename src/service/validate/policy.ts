import { isPolicyFile, tooLarge, type PolicySource } from '../../config/policy-files.js';
import type { PolicyFile } from '../../gen/sextant/v1/policy.js';
import type { PolicyChange } from '../../runtime/policy-keeper.js';
import { actorOf, type Principal } from '../auth.js';
import { LIMITS } from '../limits.js';
import { Violations } from './violations.js';

/** Checks that a text can be a version, or its first digits. */
export function checkVersion(
  path: string,
  version: string,
  { violations, required }: { violations: Violations; required: boolean },
): void {
  if (version === '' && !required) return;
  if (version === '') violations.add(path, 'is required');
  else if (!VERSION.test(version)) {
    violations.add(path, 'must be 8 to 64 hexadecimal digits, as ListPolicyVersions gives them');
  }
}

const VERSION = new RegExp(`^[0-9a-f]{8,${LIMITS.policyVersionMaxChars}}$`);

/** What a caller says of a change. @throws SextantError INVALID_FIELD. */
export function decodeChange(
  request: { readonly expectedActiveVersion: string; readonly reason: string },
  principal: Principal,
  { violations, expects }: { violations: Violations; expects: 'required' | 'optional' },
): PolicyChange {
  const { expectedActiveVersion, reason } = request;
  const required = expects === 'required';
  checkVersion('expected_active_version', expectedActiveVersion, { violations, required });
  violations.text('reason', reason, { maxBytes: LIMITS.reasonMaxBytes, required: false });
  violations.throwIfAny();
  return {
    actor: actorOf(principal),
    reason,
    ...(expectedActiveVersion !== '' && { expectedActiveVersion }),
  };
}

/** Files that a caller sends to be checked. @throws SextantError INVALID_FIELD where they cannot be a policy's. */
export function decodeFiles(files: readonly PolicyFile[]): readonly PolicySource[] {
  const violations = new Violations();
  if (files.length === 0) violations.add('files', 'is required');
  if (files.length > LIMITS.policyFilesMax)
    violations.add('files', `must have at most ${LIMITS.policyFilesMax} entries`);
  const seen = new Set<string>();
  for (const [i, { file }] of files.slice(0, LIMITS.policyFilesMax).entries()) {
    const path = `files[${i}].file`;
    violations.text(path, file, { maxBytes: LIMITS.policyFileNameMaxBytes, required: true });
    if (file !== '' && !isRelative(file))
      violations.add(path, 'must be relative to the policy folder, with forward slashes');
    else if (file !== '' && !isPolicyFile(file))
      violations.add(path, 'must end in .json and be neither hidden nor under schema/');
    if (seen.has(file)) violations.add(path, `"${file}" is there twice`);
    seen.add(file);
  }
  violations.throwIfAny();
  return files.map(({ file, content }) => {
    const unreadable = tooLarge(content.length);
    return { file, bytes: content, ...(unreadable !== undefined && { unreadable }) };
  });
}

const isRelative = (file: string): boolean =>
  !file.includes('\\') && file.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
