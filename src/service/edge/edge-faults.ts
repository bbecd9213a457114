import type { Config } from '../../config/config.js';
import type { Fault } from '../../core/fault.js';
import { keyPairOf, pathsOf, readFiles } from './key-pair.js';
import { keysOf } from './open-identities.js';

/** What is wrong with the files that the configuration of the edge names. */
export function edgeFaults({ server, auth }: Config, nowMs: number): Fault[] {
  const { tls } = server;
  const { jwt } = auth;
  const faults: Fault[] = [];
  const within = (path: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      faults.push({ path, reason: (error as Error).message });
    }
  };
  if (tls !== undefined) within('server.tls', () => void keyPairOf(tls, readFiles(pathsOf(tls)), nowMs));
  const file = jwt?.jwksFile;
  if (file !== undefined) within('auth.jwt.jwksFile', () => void keysOf(file, readFiles([file])[0]!));
  return faults;
}
