import type { ArmDrift } from '../core/selection/list-drift.js';

/** Kept of one use case; those that ended first are let go. */
const ENDED_MAX = 200;
/** An alarm that is back so soon has not been away: it flickers where its evidence is just enough. */
const AWAY_LEAST_MS = 60_000;

/** A time through which an alarm was in force. */
export interface DriftPeriod {
  /** The alarm when its shift was the largest. */
  readonly strongest: ArmDrift;
  /** When it was first seen. */
  readonly startMs: number;
  /** Whether it was there at the first look: it began before. */
  readonly isFromBefore: boolean;
  /** When it was last seen; absent while it lasts. */
  readonly endMs?: number;
}

interface Lasting extends Omit<DriftPeriod, 'strongest' | 'endMs'> {
  strongest: ArmDrift;
  lastSeenMs: number;
}

/** When alarms of one use case began and ended, by looks at what is in force. In memory, and in bounded room. */
export class DriftHistory {
  private readonly lasting = new Map<string, Lasting>();
  private readonly ended: DriftPeriod[] = [];
  private lookedMs: number | undefined;

  /** Whether no alarm may still be in force. */
  get isCalm(): boolean {
    return this.lasting.size === 0;
  }

  /** Takes in everything that is in force at a time. */
  seen(alarms: readonly ArmDrift[], nowMs: number): void {
    const isFromBefore = this.lookedMs === undefined;
    for (const alarm of alarms) {
      const key = keyOf(alarm);
      const lasting = this.lasting.get(key);
      if (lasting === undefined) {
        this.lasting.set(key, { strongest: alarm, startMs: nowMs, isFromBefore, lastSeenMs: nowMs });
        continue;
      }
      lasting.lastSeenMs = nowMs;
      if (sizeOf(alarm) > sizeOf(lasting.strongest)) lasting.strongest = alarm;
    }
    this.lookedMs = nowMs;
    for (const [key, lasting] of this.lasting) {
      if (nowMs - lasting.lastSeenMs < AWAY_LEAST_MS) continue;
      this.lasting.delete(key);
      this.ended.push(this.periodOf(lasting));
      if (this.ended.length > ENDED_MAX) this.ended.shift();
    }
  }

  /** Those that ended first come first, and then those that last. */
  periods(): readonly DriftPeriod[] {
    return [...this.ended, ...[...this.lasting.values()].map((lasting) => this.periodOf(lasting))];
  }

  private periodOf({ lastSeenMs, ...period }: Lasting): DriftPeriod {
    return { ...period, ...(lastSeenMs !== this.lookedMs && { endMs: lastSeenMs }) };
  }
}

const sizeOf = ({ drift }: ArmDrift): number => Math.abs(drift.shift);

/** What tells alarms apart: all that one says but how far it is out. */
const keyOf = ({ drift: _, arm, ...rest }: ArmDrift): string =>
  JSON.stringify([arm.armId, ...Object.values(rest)]);
