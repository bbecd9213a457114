import type { AdminServiceServer } from '../gen/sextant/v1/admin.js';
import type { Backups } from '../runtime/backups.js';
import type { Environment } from '../runtime/environment.js';
import type { Scrubber } from '../runtime/scrubber.js';
import { durationFromMs, timestampFromMs } from './encode/time.js';
import { unary, type HandlerContext } from './handler.js';

export interface AdminServiceParts {
  readonly backups: Backups;
  readonly environment: Environment;
  readonly scrubber: Pick<Scrubber, 'faultCount'>;
}

/** Looks after the store. */
export function adminService(
  context: HandlerContext,
  { backups, environment, scrubber }: AdminServiceParts,
): AdminServiceServer {
  return {
    backup: unary(
      context,
      'admin',
      async () => {
        const { name, path, createTimeMs, tookMs, outcomes, entries, bytes } = await backups.create();
        return {
          name,
          path,
          createTime: timestampFromMs(createTimeMs),
          duration: durationFromMs(tookMs),
          outcomes: BigInt(outcomes),
          entries: BigInt(entries),
          sizeBytes: BigInt(bytes),
          storeFaults: BigInt(scrubber.faultCount),
        };
      },
      { hasDeadline: false },
    ),

    compact: unary(
      context,
      'admin',
      async () => {
        const startMs = environment.nowMs();
        await backups.compact();
        return { duration: durationFromMs(environment.nowMs() - startMs) };
      },
      { hasDeadline: false },
    ),
  };
}
