import type { PolicyServiceServer } from '../gen/sextant/v1/policy.js';
import type { PolicyKeeper } from '../runtime/policy-keeper.js';
import { timestampFromMs } from './encode/time.js';
import { unary, type HandlerContext } from './handler.js';

/** Reads the policy in force. */
export function policyService(context: HandlerContext, policies: PolicyKeeper): PolicyServiceServer {
  return {
    getActivePolicy: unary(context, 'read', () => {
      const { policy, activeSinceMs, rejected } = policies;
      return {
        version: policy.version,
        activateTime: timestampFromMs(activeSinceMs),
        ruleCount: policy.rules.rules.length,
        fileModelCount: policy.models.length,
        rejectedVersion: rejected?.version ?? '',
        faults: (rejected?.faults ?? []).map(({ file, path, reason, suggestion }) => ({
          file: file ?? '',
          path,
          reason,
          suggestion: suggestion ?? '',
        })),
      };
    }),
  };
}
