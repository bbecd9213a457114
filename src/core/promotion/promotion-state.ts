import type { Actor } from '../audit/audit-entry.js';
import type { PromotionSettings } from './settings.js';
import type { Figures } from './verdict.js';

/** What a candidate has to pass, in order. */
export const PROMOTION_GATES = ['check', 'replay', 'evaluation', 'shadow', 'canary', 'full'] as const;
export type PromotionGate = (typeof PROMOTION_GATES)[number];

/**
 * Where a promotion stands: it goes on; the candidate is in force; it passed what a rehearsal asks; it was refused before
 * it decided any request; it came back after it had decided some; somebody ended it; another policy took hold meanwhile.
 */
export const PROMOTION_STATUSES = [
  'running',
  'full',
  'rehearsed',
  'refused',
  'returned',
  'aborted',
  'overtaken',
] as const;
export type PromotionStatus = (typeof PROMOTION_STATUSES)[number];

/** What came of one gate; `ended` is one that a candidate stood at when the promotion ended for another reason. */
export const GATE_STATUSES = ['running', 'passed', 'skipped', 'failed', 'ended'] as const;
export type GateStatus = (typeof GATE_STATUSES)[number];

/** A gate, and what was found there. */
export interface GateRecord {
  readonly gate: PromotionGate;
  readonly status: GateStatus;
  readonly startTimeMs: number;
  readonly endTimeMs?: number;
  readonly findings: readonly string[];
  readonly figures: Figures;
}

/**
 * A candidate's way into force. A value: every step gives another.
 *
 * Invariants: gates are a prefix of PROMOTION_GATES; while it is running the last alone is `running`; once it has ended
 * none is, and nothing changes any more.
 */
export interface PromotionState {
  readonly number: number;
  readonly candidateVersion: string;
  /** In force when it began, and until the candidate is. */
  readonly baseVersion: string;
  readonly settings: PromotionSettings;
  /** It ends before the candidate is asked about any request. */
  readonly isRehearsal: boolean;
  readonly startedBy: Actor;
  readonly reason: string;
  readonly startTimeMs: number;
  readonly gates: readonly GateRecord[];
  /** Which step the canary is at, and since when. */
  readonly canary: { readonly step: number; readonly sinceMs: number };
  readonly end?: PromotionEnd;
}

export interface PromotionEnd {
  readonly status: Exclude<PromotionStatus, 'running'>;
  readonly timeMs: number;
  readonly by: Actor;
  readonly reason: string;
}

/** The server, where a promotion goes a step further by itself. */
export const PROMOTION_ACTOR = 'promotion';

export const isRunning = ({ end }: PromotionState): boolean => end === undefined;

export const statusOf = ({ end }: PromotionState): PromotionStatus => end?.status ?? 'running';

/** The gate that a running promotion stands at. */
export const gateOf = ({ gates }: PromotionState): GateRecord => gates.at(-1)!;

/** Unix time when a running promotion came to its gate, or to its step of the canary. */
export function stepStartMs(state: PromotionState): number {
  const { gate, startTimeMs } = gateOf(state);
  return gate === 'canary' ? state.canary.sinceMs : startTimeMs;
}

/** The promotion at its first gate. */
export function begun(of: Omit<PromotionState, 'gates' | 'canary' | 'end'>): PromotionState {
  return {
    ...of,
    gates: [newGate('check', of.startTimeMs)],
    canary: { step: 0, sinceMs: of.startTimeMs },
  };
}

export const newGate = (gate: PromotionGate, startTimeMs: number): GateRecord => ({
  gate,
  status: 'running',
  startTimeMs,
  findings: [],
  figures: {},
});

/** The promotion, ended; the gate it stood at keeps what was known. */
export function ended(
  state: PromotionState,
  end: PromotionEnd,
  last: Pick<GateRecord, 'status' | 'findings' | 'figures'>,
): PromotionState {
  return { ...state, gates: withLast(state, { ...last, endTimeMs: end.timeMs }), end };
}

export function withLast({ gates }: PromotionState, change: Partial<GateRecord>): readonly GateRecord[] {
  return [...gates.slice(0, -1), { ...gates.at(-1)!, ...change }];
}

/** Name of the experiment that is a promotion's canary. */
export const canaryId = ({ number }: Pick<PromotionState, 'number'>): string => `promotion-${number}`;
