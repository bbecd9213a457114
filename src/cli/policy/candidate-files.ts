import type { PolicyFolder } from '../../config/policy-files.js';
import { readPolicyFolder } from '../../config/read-policy-folder.js';
import type { PolicyFault, PolicyFile } from '../../gen/sextant/v1/policy.js';
import { describeLocated, PolicyLocator } from '../located-faults.js';
import { ConnectionError } from '../server-connection.js';

/** A policy folder as it is sent to a server. */
export interface CandidateFiles {
  readonly folder: PolicyFolder;
  readonly files: PolicyFile[];
}

/** @throws ConnectionError where the folder cannot be read, or a file of it. */
export async function readCandidate(path: string): Promise<CandidateFiles> {
  const folder = await readPolicyFolder(path).catch((error: unknown) => {
    throw new ConnectionError(`${path} cannot be read: ${(error as Error).message}`);
  });
  const unread = folder.sources.find(({ unreadable }) => unreadable !== undefined);
  if (unread !== undefined) throw new ConnectionError(`${path}: ${unread.file} ${unread.unreadable}`);
  const files = folder.sources.map(({ file, bytes }) => ({ file, content: Buffer.from(bytes) }));
  return { folder, files };
}

/** A server's faults with the lines that they are in here. */
export function faultLines({ folder }: CandidateFiles, faults: readonly PolicyFault[]): readonly string[] {
  const locator = new PolicyLocator(folder);
  return [
    ...faults.map((fault) => describeLocated(locator.locate(fault))),
    `${faults.length} fault${faults.length === 1 ? '' : 's'}`,
  ];
}
