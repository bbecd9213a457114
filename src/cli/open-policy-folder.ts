import type { PolicyFolder } from '../config/policy-files.js';
import { readPolicyFolder } from '../config/read-policy-folder.js';
import { refuse } from './config-options.js';

/** Reads a policy folder; where it cannot be read, says so and ends the command with exit code 2. */
export async function openPolicyFolder(path: string): Promise<PolicyFolder> {
  try {
    return await readPolicyFolder(path);
  } catch (error) {
    return refuse([{ file: path, path: '$', reason: `cannot be read: ${(error as Error).message}` }]);
  }
}
