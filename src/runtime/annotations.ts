import type { AuditAction, AuditEntry } from '../core/audit/audit-entry.js';
import type { TenantId, UseCase } from '../core/ids.js';
import type { AuditLog } from './audit-log.js';
import type { DriftPeriod } from './drift-history.js';
import type { DriftWatch } from './drift-watch.js';

/** By which a version may take hold in the place of another. */
const POLICY_TAKES_HOLD: readonly AuditAction[] = [
  'policy loaded',
  'policy activated',
  'policy rolled back',
  'policy unpinned',
];

/** A version took hold in the place of another. */
export interface PolicyActivation {
  readonly timeMs: number;
  readonly version: string;
  readonly action: AuditAction;
}

/** What charts over time mark. */
export interface Annotations {
  /** Oldest first, as drift is: the newest ones where there were more than fit. */
  readonly policies: readonly PolicyActivation[];
  readonly drifts: readonly DriftPeriod[];
  /** Nothing is known of drift before. */
  readonly driftSinceMs: number;
}

/** What is asked for; the times are a span. */
export interface AnnotationQuery {
  readonly tenant: TenantId;
  readonly useCase?: UseCase;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Nobody tells more lines apart. */
const POLICIES_MAX = 100;
/** Of all use cases, so that an answer fits a message. */
const DRIFTS_MAX = 1_000;
/** Pages of the audit log that are looked through for them, of 2,000 entries each. */
const AUDIT_PAGES_MAX = 5;

/** What happened that may have moved figures, in a span of time: policies for all tenants, drift of the tenant's own. */
export async function readAnnotations(
  sources: { readonly audit: AuditLog; readonly drift: DriftWatch },
  query: AnnotationQuery,
): Promise<Annotations> {
  const { drift, audit } = sources;
  return {
    policies: await policiesIn(audit, query),
    drifts: drift.periods(query).slice(-DRIFTS_MAX),
    driftSinceMs: drift.sinceMs,
  };
}

/** @throws SextantError STORE_UNAVAILABLE. */
async function policiesIn(
  audit: AuditLog,
  { fromMs, toMs }: Pick<AnnotationQuery, 'fromMs' | 'toMs'>,
): Promise<PolicyActivation[]> {
  const filter = { actions: POLICY_TAKES_HOLD, startMs: fromMs, endMs: toMs };
  const found: PolicyActivation[] = [];
  let before: number | undefined;
  for (let page = 0; page < AUDIT_PAGES_MAX && found.length < POLICIES_MAX; page++) {
    const limit = POLICIES_MAX - found.length;
    const next = await audit.page(filter, { limit, ...(before !== undefined && { before }) });
    found.push(...next.entries.filter(isAnother).map(activationOf));
    if (next.before === undefined) break;
    before = next.before;
  }
  return found.reverse();
}

/** Whether the version is not the one that was in force anyway: it may only be pinned. */
function isAnother({ before, target }: AuditEntry): boolean {
  if (before === undefined || before.json === '') return true;
  return (JSON.parse(before.json) as { version?: string }).version !== target;
}

const activationOf = ({ timeMs, target, action }: AuditEntry): PolicyActivation => ({
  timeMs,
  version: target,
  action,
});
