import { policyFolderOf } from '../config/policy-files.js';
import type { PolicyServiceServer } from '../gen/sextant/v1/policy.js';
import type { PolicyKeeper } from '../runtime/policy-keeper.js';
import type { ShadowKeeper } from '../runtime/shadow/shadow-keeper.js';
import { actorOf } from './auth.js';
import { encodeShadow, encodeTally } from './encode/shadow.js';
import { unary, type HandlerContext } from './handler.js';
import { decodeStartShadow, decodeStopShadow } from './validate/shadow.js';

/** The calls of PolicyService that run a candidate beside the policy in force. */
export function shadowCalls(
  context: HandlerContext,
  policies: PolicyKeeper,
  shadow: ShadowKeeper,
): Pick<PolicyServiceServer, 'startShadow' | 'stopShadow' | 'getShadow'> {
  return {
    startShadow: unary(context, 'admin', async (request, principal) => {
      const { candidate, fraction, reason } = decodeStartShadow(request);
      const { sources } =
        candidate.kind === 'version'
          ? await policies.folder(candidate.version)
          : policyFolderOf(candidate.sources);
      await shadow.start(sources, fraction, { actor: actorOf(principal), reason });
      return { shadow: encodeShadow(shadow.view, principal.tenant) };
    }),

    stopShadow: unary(context, 'admin', async (request, principal) => {
      await shadow.stop({ actor: actorOf(principal), reason: decodeStopShadow(request) });
      return {};
    }),

    getShadow: unary(context, 'read', async (_request, { tenant }) => {
      const report = await shadow.report(tenant);
      return { shadow: encodeShadow(shadow.view, tenant), ...encodeTally(report) };
    }),
  };
}
