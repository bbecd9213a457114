import type { AdminServiceServer } from '../gen/sextant/v1/admin.js';
import type { Backups } from '../runtime/backups.js';
import type { Environment } from '../runtime/environment.js';
import { durationFromMs, timestampFromMs } from './encode/time.js';
import { unary, type HandlerContext } from './handler.js';

/** Looks after the store. */
export function adminService(
  context: HandlerContext,
  { backups, environment }: { readonly backups: Backups; readonly environment: Environment },
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
