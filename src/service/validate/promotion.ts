import { POLICY_CHECKS } from '../../config/policy-schemas.js';
import type { PolicySource } from '../../config/policy-files.js';
import { parsePromotion } from '../../core/promotion/parse-settings.js';
import type { PromotionSettings } from '../../core/promotion/settings.js';
import type { StartPromotionRequest } from '../../gen/sextant/v1/promotion.js';
import type { PolicyChange } from '../../runtime/policy-keeper.js';
import type { Principal } from '../auth.js';
import { LIMITS } from '../limits.js';
import { checkVersion, decodeChange, decodeFiles } from './policy.js';
import { Violations } from './violations.js';

/** What a caller asks to be promoted. */
export interface AskedPromotion {
  readonly candidate:
    | { readonly kind: 'version'; readonly version: string }
    | { readonly kind: 'files'; readonly sources: readonly PolicySource[] };
  readonly settings: PromotionSettings;
  readonly change: PolicyChange;
}

/** @param usual settings of the policy in force. @throws SextantError INVALID_FIELD. */
export function decodeStartPromotion(
  request: StartPromotionRequest,
  principal: Principal,
  usual: PromotionSettings,
): AskedPromotion {
  const { version, files } = request;
  const violations = new Violations();
  if (version !== '' && files.length > 0) violations.add('files', 'goes without version');
  if (version === '' && files.length === 0) violations.add('version', 'is required, or files are');
  checkVersion('version', version, { violations, required: false });
  const parsed = parsePromotion(
    { file: 'promotion.json', value: request.settings ?? {} },
    POLICY_CHECKS.promotion,
    usual,
  );
  if (!parsed.ok)
    violations.addAll(
      parsed.faults.map(({ path, reason }) => ({ path: `settings.${path}`.replace('.$', ''), reason })),
    );
  const change = decodeChange(request, principal, { violations, expects: 'optional' });
  violations.throwIfAny();
  const candidate =
    version === ''
      ? { kind: 'files' as const, sources: decodeFiles(files) }
      : { kind: 'version' as const, version };
  return { candidate, settings: parsed.ok ? parsed.value : usual, change };
}

/** @returns the reason. @throws SextantError INVALID_FIELD. */
export function decodeReason(reason: string): string {
  const violations = new Violations();
  violations.text('reason', reason, { maxBytes: LIMITS.reasonMaxBytes, required: false });
  violations.throwIfAny();
  return reason;
}
