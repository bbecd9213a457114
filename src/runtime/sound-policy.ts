import type { LoadedPolicy } from '../config/load-policy.js';
import type { PolicySource } from '../config/policy-files.js';
import { SextantError } from '../core/errors.js';
import { describeFault, type Checked, type Fault } from '../core/fault.js';
import type { Policy } from '../core/selection/policy.js';

/** A version that was checked and found good, on this server as it is. */
export interface SoundPolicy {
  readonly policy: Policy;
  readonly sources: readonly PolicySource[];
}

export type Examined = Checked<SoundPolicy>;

/** A checked version, where nothing on this server stands against it. */
export function examine(
  { sources, policy }: Pick<LoadedPolicy, 'sources' | 'policy'>,
  objections: (policy: Policy) => readonly Fault[],
): Examined {
  if (!policy.ok) return policy;
  const faults = objections(policy.value);
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: { policy: policy.value, sources } };
}

const SHOWN_FAULTS = 3;

/** @throws SextantError POLICY_REFUSED with the faults. */
export function soundOrThrow(version: string, examined: Examined): SoundPolicy {
  if (examined.ok) return examined.value;
  const { faults } = examined;
  const shown = faults.slice(0, SHOWN_FAULTS).map(describeFault).join('; ');
  const count = `${faults.length} fault${faults.length === 1 ? '' : 's'}`;
  throw new SextantError('POLICY_REFUSED', `${version.slice(0, 12)} has ${count}: ${shown}`, {
    obstacles: faults.map(({ file, path, reason }) => ({
      kind: 'POLICY_FAULT',
      subject: file === undefined ? path : `${file} ${path}`,
      reason,
    })),
  });
}
