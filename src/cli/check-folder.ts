import { duplicateKeys } from '../config/locate-fault.js';
import { checkPolicy } from '../config/load-policy.js';
import { readPolicyFolder } from '../config/read-policy-folder.js';
import { lintFixtures } from '../core/lint/lint-fixtures.js';
import { lintPolicy } from '../core/lint/lint-policy.js';
import type { Warning } from '../core/lint/warning.js';
import type { Policy } from '../core/selection/policy.js';
import { readFixtures } from './read-fixtures.js';
import { PolicyLocator, type LocatedFault } from './located-faults.js';

export type LocatedWarning = LocatedFault & Warning;

/** All that can be said of a policy folder without serving it. */
export interface CheckedFolder {
  readonly version?: string;
  readonly faults: readonly LocatedFault[];
  readonly warnings: readonly LocatedWarning[];
  /** Absent where there is a fault. */
  readonly policy?: Policy;
}

/** Reads, checks and looks through a policy folder; one that cannot be read is a fault. */
export async function checkFolder(path: string): Promise<CheckedFolder> {
  try {
    const folder = await readPolicyFolder(path);
    const locator = new PolicyLocator(folder);
    const policy = checkPolicy(folder);
    const doubled = folder.files.flatMap(({ file, text }) =>
      duplicateKeys(text).map(({ firstLine, ...place }): LocatedWarning => {
        const reason = `stands in line ${firstLine} already, which is passed over`;
        return { file, code: 'duplicate-key', reason, ...place };
      }),
    );
    const fixtures = policy.ok ? readFixtures(folder, policy.value) : policy;
    const faults = fixtures.ok ? [] : fixtures.faults.map((fault) => locator.locate(fault));
    const linted = [
      ...(policy.ok ? lintPolicy(policy.value) : []),
      ...(policy.ok && fixtures.ok ? lintFixtures(fixtures.value, policy.value.tenants) : []),
    ].map((warning) => locator.locate(warning));
    return {
      version: folder.version,
      faults,
      warnings: [...doubled, ...linted],
      ...(policy.ok && { policy: policy.value }),
    };
  } catch (error) {
    const reason = `cannot be read: ${(error as Error).message}`;
    return { faults: [{ file: path, path: '$', reason }], warnings: [] };
  }
}
