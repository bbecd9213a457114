import { isVisibleTo } from '../../core/audit/audit-entry.js';
import type { Difference } from '../../core/comparison/compare-answers.js';
import { meansOf, type Disagreement, type TallyReport, type TallyRow } from '../../core/comparison/tally.js';
import {
  PolicyDifference,
  ShadowPhase,
  type GetShadowResponse,
  type Shadow,
  type ShadowDisagreement,
  type ShadowUseCase,
} from '../../gen/sextant/v1/policy.js';
import type { ShadowView } from '../../runtime/shadow/shadow-keeper.js';
import type { ShadowPhase as Phase } from '../../runtime/shadow/shadow-run.js';
import { LIMITS } from '../limits.js';
import { visibleActor } from './audit.js';
import { timestampFromMs } from './time.js';

const PHASES: Readonly<Record<Phase, ShadowPhase>> = {
  catching_up: ShadowPhase.CATCHING_UP,
  live: ShadowPhase.LIVE,
  failed: ShadowPhase.FAILED,
};

const DIFFERENCES: Readonly<Record<Difference, PolicyDifference>> = {
  refused: PolicyDifference.REFUSED,
  admitted: PolicyDifference.ADMITTED,
  candidates: PolicyDifference.CANDIDATES,
  shares: PolicyDifference.SHARES,
  none: PolicyDifference.UNSPECIFIED,
};

/** A candidate as a tenant may see it. */
export function encodeShadow(view: ShadowView | undefined, tenant: string): Shadow | undefined {
  if (view === undefined) return undefined;
  const { version, activeVersion, fraction, startTimeMs, startedBy, reason, phase, failure } = view;
  return {
    version,
    activeVersion,
    fraction,
    startTime: timestampFromMs(startTimeMs),
    startedBy: visibleActor(startedBy, tenant),
    reason: isVisibleTo(startedBy, tenant) ? reason : '',
    phase: PHASES[phase],
    failure: failure ?? '',
    countTime: timestampFromMs(view.countingSinceMs),
    skippedRequests: BigInt(view.skipped),
  };
}

/** What was counted of one tenant's requests. */
export function encodeTally(report: TallyReport | undefined): Omit<GetShadowResponse, 'shadow'> {
  if (report === undefined) return { useCases: [], moves: [], losses: [], disagreements: [] };
  const { rows, moves, losses, disagreements } = report;
  const requests = rows.reduce((sum, row) => sum + row.requests, 0);
  return {
    useCases: rows.map(encodeRow),
    moves: moves
      .slice(0, LIMITS.shadowRowsMax)
      .map(({ from, to, share }) => ({ from, to, share: share / requests })),
    losses: losses.slice(0, LIMITS.shadowRowsMax).map(({ cause, ...sums }) => ({
      cause,
      requests: BigInt(sums.requests),
      candidates: BigInt(sums.arms),
    })),
    disagreements: disagreements.map(encodeDisagreement),
  };
}

function encodeRow(row: TallyRow): ShadowUseCase {
  const { requests, differences, answered, priced } = row;
  const { changedShare, quality, costNanoUsd } = meansOf(row);
  return {
    useCase: row.useCase,
    requests: BigInt(requests),
    changedShare,
    refused: BigInt(differences.refused),
    admitted: BigInt(differences.admitted),
    otherCandidates: BigInt(differences.candidates),
    otherShares: BigInt(differences.shares),
    otherWeights: BigInt(row.otherWeights),
    answered: BigInt(answered),
    expectedQualityActive: quality?.before ?? 0,
    expectedQuality: quality?.after ?? 0,
    priced: BigInt(priced),
    expectedCostNanoUsdActive: costNanoUsd?.before ?? 0,
    expectedCostNanoUsd: costNanoUsd?.after ?? 0,
  };
}

function encodeDisagreement(disagreement: Disagreement): ShadowDisagreement {
  const { decisionId, timeMs, useCase, difference, changedShare, before, after, losses } = disagreement;
  return {
    decisionId: decisionId ?? '',
    decideTime: timestampFromMs(timeMs),
    useCase,
    difference: DIFFERENCES[difference],
    changedShare,
    likeliestActive: before ?? '',
    likeliest: after ?? '',
    causes: [...losses],
  };
}
