/** Calls and how many of them failed. */
export interface CallCounts {
  readonly calls: number;
  readonly failures: number;
}

/** The window slides in steps of a thirtieth: fine enough to forget smoothly, and a ring of constant size. */
const SLOTS = 30;

/**
 * Calls and failures in a sliding window of event time, to a thirtieth of its length. What is counted does not
 * depend on the order in which calls are added.
 */
export class CallWindow {
  private readonly slotMs: number;
  /** Which slot of all time each place of the ring holds; −∞ for none. */
  private readonly slots = new Float64Array(SLOTS).fill(-Infinity);
  private readonly calls = new Float64Array(SLOTS);
  private readonly failures = new Float64Array(SLOTS);

  /** @param windowMs the window's length, > 0. */
  constructor(windowMs: number) {
    this.slotMs = windowMs / SLOTS;
  }

  /** Adds a call that ended at `eventTimeMs` ≤ `nowMs`; nothing happens where the window is past that. */
  add(failed: boolean, eventTimeMs: number, nowMs: number): void {
    const slot = this.slotAt(eventTimeMs);
    if (slot <= this.slotAt(nowMs) - SLOTS) return;
    const at = slot % SLOTS;
    if (this.slots[at] !== slot) {
      this.slots[at] = slot;
      this.calls[at] = 0;
      this.failures[at] = 0;
    }
    this.calls[at]! += 1;
    if (failed) this.failures[at]! += 1;
  }

  countsAt(nowMs: number): CallCounts {
    const newest = this.slotAt(nowMs);
    let [calls, failures] = [0, 0];
    for (let at = 0; at < SLOTS; at++) {
      const slot = this.slots[at]!;
      if (slot <= newest - SLOTS || slot > newest) continue;
      calls += this.calls[at]!;
      failures += this.failures[at]!;
    }
    return { calls, failures };
  }

  clear(): void {
    this.slots.fill(-Infinity);
  }

  private slotAt(timeMs: number): number {
    return Math.floor(timeMs / this.slotMs);
  }
}
