import { RESERVATION_LIFE_MS } from '../core/budget/period-standing.js';
import type { DecisionId } from '../core/ids.js';

interface Reservation {
  readonly decisionId: DecisionId;
  readonly accountId: string;
  readonly nanoUsd: number;
  readonly lapsesAtMs: number;
  isHeld: boolean;
}

/** Unreported decisions of ten minutes at 1,600 a second, in about 150 MB. Beyond, the oldest lapses early. */
const MAX_HELD = 1_000_000;
/** Below this many, a queue is not worth tidying. */
const TIDY_FROM = 1_024;

/**
 * Money held for decisions in flight, per account: from Select until its report, ten minutes at most. In memory
 * alone, so that Select waits for nothing; a restart lets go of all of it.
 *
 * O(1) amortised. All lives are equal, so that the order of issue is the order of lapse.
 */
export class Reservations {
  private readonly byDecision = new Map<DecisionId, Reservation>();
  private readonly heldByAccount = new Map<string, number>();
  /** In order of issue; what was released stays until it is tidied away. */
  private queue: Reservation[] = [];
  private head = 0;

  constructor(private readonly maxHeld = MAX_HELD) {}

  /** Decisions that money is held for. */
  get size(): number {
    return this.byDecision.size;
  }

  /** @param nanoUsd whole, so that what is held sums up exactly. */
  add(decisionId: DecisionId, accountId: string, nanoUsd: number, nowMs: number): void {
    this.release(decisionId);
    this.lapse(nowMs);
    while (this.byDecision.size >= this.maxHeld) this.drop(this.queue[this.head++]!);
    const lapsesAtMs = nowMs + RESERVATION_LIFE_MS;
    const reservation = { decisionId, accountId, nanoUsd, lapsesAtMs, isHeld: true };
    this.byDecision.set(decisionId, reservation);
    this.queue.push(reservation);
    this.heldByAccount.set(accountId, (this.heldByAccount.get(accountId) ?? 0) + nanoUsd);
  }

  /** Lets go of a decision's money: its report was counted. Nothing happens where none is held. */
  release(decisionId: DecisionId): void {
    const reservation = this.byDecision.get(decisionId);
    if (reservation === undefined) return;
    this.drop(reservation);
    this.tidy();
  }

  heldNanoUsd(accountId: string, nowMs: number): number {
    this.lapse(nowMs);
    return this.heldByAccount.get(accountId) ?? 0;
  }

  private lapse(nowMs: number): void {
    for (; this.head < this.queue.length; this.head++) {
      const oldest = this.queue[this.head]!;
      if (oldest.isHeld && oldest.lapsesAtMs > nowMs) break;
      this.drop(oldest);
    }
    this.tidy();
  }

  private drop(reservation: Reservation): void {
    if (!reservation.isHeld) return;
    reservation.isHeld = false;
    const { decisionId, accountId, nanoUsd } = reservation;
    this.byDecision.delete(decisionId);
    const left = this.heldByAccount.get(accountId)! - nanoUsd;
    if (left > 0) this.heldByAccount.set(accountId, left);
    else this.heldByAccount.delete(accountId);
  }

  /** Once more of the queue is let go of than held, only what is held stays: each entry pays for one visit. */
  private tidy(): void {
    if (this.queue.length < TIDY_FROM || this.queue.length <= 2 * this.byDecision.size) return;
    this.queue = this.queue.filter(({ isHeld }) => isHeld);
    this.head = 0;
  }
}
