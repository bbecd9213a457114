import type { Config } from '../../config/config.js';
import { faultsOfFiles } from '../../config/setting-error.js';
import type { Fault } from '../../core/fault.js';
import { keyPairOf, readTlsFiles } from './key-pair.js';
import { readKeys } from './open-identities.js';

/** What is wrong with the files that the configuration of the edge names. */
export function edgeFaults({ server, auth }: Config, nowMs: number): Fault[] {
  const { tls } = server;
  const file = auth.jwt?.jwksFile;
  return [
    ...(tls === undefined ? [] : faultsOfFiles(() => keyPairOf(tls, readTlsFiles(tls), nowMs))),
    ...(file === undefined ? [] : faultsOfFiles(() => readKeys(file))),
  ];
}
