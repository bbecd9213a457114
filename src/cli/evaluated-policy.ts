import { checkPolicy } from '../config/load-policy.js';
import type { PolicyFolder } from '../config/policy-files.js';
import { BANDIT_POLICIES, type BanditPolicy } from '../core/bandit/settings.js';
import type { Policy } from '../core/selection/policy.js';
import { folderNamed } from '../runtime/policy-archive.js';
import type { Store } from '../store/ports.js';
import { candidateKind } from './candidate-kind.js';
import { describeLocated, PolicyLocator } from './located-faults.js';
import { openPolicyFolder } from './open-policy-folder.js';

/** A policy that is named, and faulty. */
export class FaultyPolicy extends Error {
  constructor(readonly lines: readonly string[]) {
    super('faulty policy');
  }
}

/**
 * The policy that is meant by a name: a folder where there is one of this name; a version that the store keeps, by its
 * first 8 or more digits; or a bandit policy of the configured folder's settings, `fixed:MODEL` for a fixed model.
 * @throws FaultyPolicy; RangeError where it is none of these; SextantError UNKNOWN_POLICY; StoreError.
 */
export async function namedPolicy(
  name: string,
  { documents, configured }: Pick<Store, 'documents'> & { readonly configured: string },
): Promise<Policy> {
  const kind = await candidateKind(name);
  if (kind === 'folder') return sound(name, await openPolicyFolder(name));
  if (kind === 'version') return sound(name, await folderNamed(documents, name));
  const [policy = '', fixedModel] = name.split(/:(.*)/s);
  if (!isBanditPolicy(policy) || (fixedModel !== undefined && policy !== 'fixed'))
    throw new RangeError(
      `${name} is neither a folder, nor a version, 8 or more digits, nor one of ${BANDIT_POLICIES.join(', ')}`,
    );
  const base = sound(configured, await openPolicyFolder(configured));
  if (policy === 'fixed' && !base.models.some(({ id }) => id === fixedModel))
    throw new RangeError(`fixed needs one of the models of ${configured}: fixed:${base.models[0]?.id ?? ''}`);
  const { fixedModel: _, ...bandit } = base.bandit;
  const fixed = fixedModel === undefined ? {} : { fixedModel: fixedModel as Policy['models'][number]['id'] };
  return { ...base, bandit: { ...bandit, policy, ...fixed } };
}

const isBanditPolicy = (name: string): name is BanditPolicy =>
  (BANDIT_POLICIES as readonly string[]).includes(name);

/** @throws FaultyPolicy. */
export function sound(name: string, folder: PolicyFolder): Policy {
  const policy = checkPolicy(folder);
  if (policy.ok) return policy.value;
  const locator = new PolicyLocator(folder);
  throw new FaultyPolicy([
    ...policy.faults.map((fault) => describeLocated(locator.locate(fault))),
    `${name} has ${policy.faults.length} fault${policy.faults.length === 1 ? '' : 's'}`,
  ]);
}
