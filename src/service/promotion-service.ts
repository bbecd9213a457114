import { policyFolderOf } from '../config/policy-files.js';
import type { PromotionServiceServer } from '../gen/sextant/v1/promotion.js';
import { SextantError } from '../core/errors.js';
import { isVersion } from '../runtime/policy-archive.js';
import type { Runtime } from '../runtime/runtime.js';
import { actorOf, type Principal } from './auth.js';
import { encodePromotion } from './encode/promotion.js';
import { unary, type HandlerContext } from './handler.js';
import { LIMITS } from './limits.js';
import { pageSize, pageToken, readPageToken } from './page.js';
import { checkVersion } from './validate/policy.js';
import { decodeReason, decodeStartPromotion } from './validate/promotion.js';
import { Violations } from './validate/violations.js';

const PAGE = { max: LIMITS.pageSizeMax, byDefault: LIMITS.pageSizeDefault };

/** Takes candidates into force by way of their gates. */
export function promotionService(
  context: HandlerContext,
  { promotions, policies }: Pick<Runtime, 'promotions' | 'policies'>,
): PromotionServiceServer {
  return {
    startPromotion: unary(context, 'admin', async (request, principal) => {
      const asked = decodeStartPromotion(request, principal, policies.policy.promotion);
      const { candidate, settings, change } = asked;
      expectActive(change.expectedActiveVersion, policies.policy.version);
      const folder =
        candidate.kind === 'version'
          ? await policies.folder(candidate.version)
          : policyFolderOf(candidate.sources);
      const { actor, reason } = change;
      const begun = await promotions.begin({
        candidate: folder,
        settings,
        isRehearsal: request.dryRun,
        actor,
        reason,
      });
      return { promotion: encodePromotion(begun, principal.tenant) };
    }),

    getPromotion: unary(context, 'read', ({ number }, { tenant }) => ({
      promotion: encodePromotion(promotions.promotion(number === 0 ? undefined : number), tenant),
    })),

    listPromotions: unary(context, 'read', (request, { tenant }) => {
      const violations = new Violations();
      checkVersion('version', request.version, { violations, required: false });
      const size = pageSize(request.pageSize, PAGE, violations);
      const after = readPageToken(request.pageToken, violations);
      violations.throwIfAny();
      const { version } = request;
      const all = promotions.all.filter(
        ({ candidateVersion }) => version === '' || isVersion(candidateVersion, version),
      );
      const rows = all.filter(({ number }) => after === '' || number < Number(after));
      const page = rows.slice(0, size);
      return {
        promotions: page.map((state) => encodePromotion(state, tenant)),
        nextPageToken: page.length < rows.length ? pageToken(String(page.at(-1)!.number)) : '',
      };
    }),

    abortPromotion: unary(context, 'admin', async ({ number, reason }, principal: Principal) => {
      const of = number === 0 ? undefined : number;
      const ended = await promotions.abort(of, actorOf(principal), decodeReason(reason));
      return { promotion: encodePromotion(ended, principal.tenant) };
    }),
  };
}

function expectActive(expected: string | undefined, version: string): void {
  if (expected === undefined || isVersion(version, expected)) return;
  throw new SextantError('POLICY_CHANGED', `the version in force is ${version.slice(0, 12)} by now`);
}
