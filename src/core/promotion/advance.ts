import type { Actor } from '../audit/audit-entry.js';
import type { Evidence } from './evidence.js';
import { judgeCheck, judgeEvaluation, judgeReplay } from './judge-log.js';
import { judgeCanary, judgeShadow } from './judge-traffic.js';
import {
  ended,
  gateOf,
  isRunning,
  newGate,
  PROMOTION_ACTOR,
  PROMOTION_GATES,
  withLast,
  type GateRecord,
  type PromotionGate,
  type PromotionState,
} from './promotion-state.js';
import type { Verdict } from './verdict.js';

/** What is seen of the server at one moment. */
export interface Observed {
  readonly timeMs: number;
  /** The policy in force, and who took it in force. */
  readonly active: { readonly version: string; readonly by: string };
  /** Of the gate that the promotion stands at; absent as long as there is none. */
  readonly evidence?: Evidence;
}

export interface Advanced {
  /** The same value where nothing has changed. */
  readonly state: PromotionState;
  /** What is known at a gate that is still waited at. */
  readonly waiting?: Verdict;
}

/** One step of a promotion, as far as what is seen leads; the same from the same. */
export function advance(state: PromotionState, observed: Observed): Advanced {
  if (!isRunning(state)) return { state };
  const { timeMs, active, evidence } = observed;
  const gate = gateOf(state);
  if (active.version !== state.baseVersion) return { state: underAnother(state, observed) };
  if (evidence?.gate !== gate.gate) return { state };
  const verdict = judge(state, evidence, timeMs);
  switch (verdict.result) {
    case 'wait':
      return { state, waiting: verdict };
    case 'step':
      return {
        state: { ...state, canary: { step: state.canary.step + 1, sinceMs: timeMs } },
        waiting: verdict,
      };
    case 'failed':
      return { state: failedAt(state, verdict, timeMs) };
    default:
      return { state: passed(state, { ...verdict, result: verdict.result }, timeMs) };
  }
}

/** The promotion, ended by somebody. @param known what is known at the gate that it stands at. */
export function aborted(
  state: PromotionState,
  { timeMs, by, reason }: { readonly timeMs: number; readonly by: Actor; readonly reason: string },
  known: Pick<GateRecord, 'findings' | 'figures'>,
): PromotionState {
  return ended(
    state,
    { status: 'aborted', timeMs, by, reason },
    { status: 'ended', findings: known.findings, figures: known.figures },
  );
}

/** What has to be so on the server for a promotion to go on, or to be over. */
export interface Duties {
  /** The candidate runs as the shadow. */
  readonly shadow: boolean;
  /** Share of requests that the candidate decides; absent for none. */
  readonly canaryShare?: number;
  /** The candidate is taken in force. */
  readonly activate: boolean;
}

export function dutiesOf(state: PromotionState): Duties {
  const gate = isRunning(state) ? gateOf(state).gate : undefined;
  const { settings, canary } = state;
  return {
    shadow: gate === 'shadow' && settings.shadow.decisions > 0,
    ...(gate === 'canary' && { canaryShare: settings.canary.shares[canary.step]! }),
    activate: gate === 'full',
  };
}

function judge(state: PromotionState, evidence: Evidence, timeMs: number): Verdict {
  const { settings, canary } = state;
  if ('failure' in evidence) return { result: 'failed', findings: [evidence.failure], figures: {} };
  const elapsedMs = timeMs - gateOf(state).startTimeMs;
  switch (evidence.gate) {
    case 'check':
      return judgeCheck(evidence);
    case 'replay':
      return judgeReplay(evidence, settings);
    case 'evaluation':
      return judgeEvaluation(evidence, settings);
    case 'shadow':
      return judgeShadow(evidence, settings.shadow, elapsedMs);
    case 'canary':
      return judgeCanary(evidence, settings.canary, {
        step: canary.step,
        stepElapsedMs: timeMs - canary.sinceMs,
        elapsedMs,
      });
  }
}

/** The first gates decide no request: whoever fails there is refused, and later comes back. */
const isBeforeTraffic = (gate: PromotionGate): boolean =>
  PROMOTION_GATES.indexOf(gate) < PROMOTION_GATES.indexOf('canary');

function failedAt(state: PromotionState, verdict: Verdict, timeMs: number): PromotionState {
  const { gate } = gateOf(state);
  const { findings, figures } = verdict;
  const reason = findings.at(-1) ?? '';
  const status = isBeforeTraffic(gate) ? 'refused' : 'returned';
  return ended(
    state,
    { status, timeMs, by: serverFor(state), reason },
    { status: 'failed', findings, figures },
  );
}

function passed(
  state: PromotionState,
  { result, findings, figures }: Verdict & { readonly result: 'passed' | 'skipped' },
  timeMs: number,
): PromotionState {
  const { gate } = gateOf(state);
  const known = { status: result, findings, figures };
  if (state.isRehearsal && gate === 'evaluation') {
    const reason = 'a rehearsal ends before the candidate is asked about any request';
    return ended(state, { status: 'rehearsed', timeMs, by: serverFor(state), reason }, known);
  }
  const next = PROMOTION_GATES[PROMOTION_GATES.indexOf(gate) + 1]!;
  const gates = [...withLast(state, { ...known, endTimeMs: timeMs }), newGate(next, timeMs)];
  const moved = { ...state, gates };
  if (next === 'canary') return { ...moved, canary: { step: 0, sinceMs: timeMs } };
  if (next !== 'shadow' || state.settings.shadow.decisions > 0) return moved;
  return passed(moved, { result: 'skipped', findings: ['shadow.decisions is 0'], figures: {} }, timeMs);
}

/** Another policy is in force than when the promotion began. */
function underAnother(state: PromotionState, { timeMs, active }: Observed): PromotionState {
  const { gate, findings, figures } = gateOf(state);
  const { candidateVersion } = state;
  const by = serverFor(state);
  if (gate === 'full' && active.version === candidateVersion) {
    const reason = 'the candidate is in force';
    return ended(
      state,
      { status: 'full', timeMs, by, reason },
      { status: 'passed', findings: ['the candidate is in force, and pinned'], figures },
    );
  }
  const which = active.version === candidateVersion ? 'the candidate' : active.version.slice(0, 12);
  const reason = `${which} was taken in force meanwhile, by ${active.by}`;
  return ended(
    state,
    { status: 'overtaken', timeMs, by, reason },
    { status: 'ended', findings: [...findings, reason], figures },
  );
}

/** What the server does by itself, in the name of the tenant whose promotion it is. */
export const serverFor = ({ startedBy }: Pick<PromotionState, 'startedBy'>): Actor => ({
  name: PROMOTION_ACTOR,
  tenant: startedBy.tenant,
  roles: [],
});
