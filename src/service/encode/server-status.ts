import { budgetFor, type BudgetRule } from '../../core/budget/budget-rule.js';
import { periodAt } from '../../core/budget/period-calendar.js';
import { standingOf } from '../../core/budget/period-standing.js';
import type { TenantId, UseCase } from '../../core/ids.js';
import type { BudgetStatus, GetServerStatusResponse, MethodStatus } from '../../gen/sextant/v1/insight.js';
import type { MethodTimes } from '../../runtime/call-times.js';
import type { Runtime } from '../../runtime/runtime.js';
import { timestampFromMs } from './time.js';

/** What of a runtime its status is read from. */
export type StatusSources = Pick<
  Runtime,
  'snapshot' | 'policies' | 'journal' | 'scrubber' | 'decisionLog' | 'callTimes' | 'reservations'
>;

export function encodeServerStatus(
  sources: StatusSources,
  tenant: TenantId,
  nowMs: number,
): GetServerStatusResponse {
  const { policies, journal, scrubber, decisionLog, callTimes } = sources;
  const { policy } = sources.snapshot();
  const mine = policy.budgets.filter((rule) => rule.tenant === undefined || rule.tenant === tenant);
  return {
    time: timestampFromMs(nowMs),
    policyVersion: policy.version,
    policyPinned: policies.history.pin !== undefined,
    policyRejected: policies.rejected !== undefined,
    reportsRefused: journal.failed,
    reportQueueDepth: BigInt(journal.depth),
    storeFaults: BigInt(scrubber.faultCount),
    decisionsUnlogged: BigInt(decisionLog?.dropped ?? 0),
    methods: callTimes.lastMinute().map(encodeMethod),
    budgets: mine.map((rule) => encodeBudget(sources, rule, { tenant, nowMs })),
  };
}

const encodeMethod = ({
  method,
  calls,
  errors,
  p50Seconds,
  p95Seconds,
  p99Seconds,
}: MethodTimes): MethodStatus => ({
  method,
  calls: BigInt(calls),
  errors: Object.fromEntries(Object.entries(errors).map(([code, count]) => [code, BigInt(count)])),
  ...(p50Seconds !== undefined && { p50Seconds }),
  ...(p95Seconds !== undefined && { p95Seconds }),
  ...(p99Seconds !== undefined && { p99Seconds }),
});

function encodeBudget(
  { snapshot, reservations }: StatusSources,
  rule: BudgetRule,
  { tenant, nowMs }: { readonly tenant: TenantId; readonly nowMs: number },
): BudgetStatus {
  const { accountId, averageNanoUsd } = budgetFor([rule], tenant, rule.useCase ?? ('' as UseCase))!;
  const { budgets } = snapshot().learning;
  const reservedNanoUsd = reservations.heldNanoUsd(accountId, nowMs);
  const standing =
    rule.period &&
    standingOf(rule.period, budgets.accounts.get(accountId)?.spend, { reservedNanoUsd, nowMs });
  const whole = (nanoUsd: number | undefined): bigint => BigInt(Math.round(nanoUsd ?? 0));
  return {
    account: accountId,
    useCase: rule.useCase ?? '',
    lambda: averageNanoUsd > 0 ? budgets.lambda(accountId) : 0,
    ...(averageNanoUsd > 0 && { averageNanoUsd: whole(averageNanoUsd) }),
    period: rule.period?.every ?? '',
    limitNanoUsd: whole(rule.period?.limitNanoUsd),
    spentNanoUsd: whole(standing?.spentNanoUsd),
    reservedNanoUsd: whole(standing?.reservedNanoUsd),
    periodEndTime:
      rule.period && timestampFromMs(periodAt(rule.period.every, rule.period.timeZone, nowMs).endMs),
  };
}
