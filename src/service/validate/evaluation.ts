import type { PolicySource } from '../../config/policy-files.js';
import type { ComparePoliciesRequest, EvaluatePolicyRequest } from '../../gen/sextant/v1/evaluation.js';
import type { LogFilter } from '../../runtime/evaluation/log-replay.js';
import { msFromTimestamp } from '../encode/time.js';
import { checkVersion, decodeFiles } from './policy.js';
import { Violations } from './violations.js';

/** What a caller asks to be evaluated. */
export interface RequestedEvaluation {
  readonly candidate:
    | { readonly kind: 'version'; readonly version: string }
    | { readonly kind: 'files'; readonly sources: readonly PolicySource[] };
  /** Without the tenant, which comes from the principal. */
  readonly filter: Omit<LogFilter, 'tenant'>;
}

/** What a caller asks to be compared. */
export interface RequestedComparison extends RequestedEvaluation {
  /** Empty for the policy in force. */
  readonly fromVersion: string;
}

/** @throws SextantError INVALID_FIELD. */
export const decodeEvaluatePolicy = (request: EvaluatePolicyRequest): RequestedEvaluation =>
  decodeAsked(request, new Violations());

/** @throws SextantError INVALID_FIELD. */
export function decodeComparePolicies(request: ComparePoliciesRequest): RequestedComparison {
  const { fromVersion } = request;
  const violations = new Violations();
  checkVersion('from_version', fromVersion, { violations, required: false });
  return { ...decodeAsked(request, violations), fromVersion };
}

function decodeAsked(request: EvaluatePolicyRequest, violations: Violations): RequestedEvaluation {
  const { version, files, useCase, startTime, endTime } = request;
  if (version !== '' && files.length > 0) violations.add('files', 'goes without version');
  if (version === '' && files.length === 0) violations.add('version', 'is required, or files are');
  checkVersion('version', version, { violations, required: false });
  if (useCase !== '') violations.name('use_case', useCase);
  const fromMs = startTime === undefined ? 0 : msFromTimestamp(startTime);
  const toMs = endTime === undefined ? Number.MAX_SAFE_INTEGER : msFromTimestamp(endTime);
  if (!(fromMs >= 0 && Number.isSafeInteger(fromMs))) violations.add('start_time', 'must be from 1970 on');
  if (!(toMs > fromMs && Number.isSafeInteger(toMs))) violations.add('end_time', 'must be after start_time');
  violations.throwIfAny();
  return {
    candidate: version === '' ? { kind: 'files', sources: decodeFiles(files) } : { kind: 'version', version },
    filter: { fromMs, toMs, ...(useCase !== '' && { useCase }) },
  };
}
