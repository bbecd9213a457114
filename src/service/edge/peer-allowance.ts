import { TokenBuckets } from './token-buckets.js';

/** What a peer owes that reset one stream too many, in seconds' worth: what comes of it until it is cut is not seen. */
const SECONDS_OWED = 1;
const SECONDS_OWED_MOST = 10;
/** Resets that a peer may save up, in seconds' worth. */
const RESETS_SAVED_SECONDS = 2;

export interface PeerLimits {
  /** 0 for no limit. */
  readonly connectionsPerSecond: number;
  /** At once, after a while without any. */
  readonly connectionsBurst: number;
  /** 0 for no limit. */
  readonly resetsPerSecond: number;
}

/** What one remote address may do in a second: open connections, and reset streams. */
export class PeerAllowance {
  private readonly connections: TokenBuckets;
  private readonly resets: TokenBuckets;

  /** @param nowMs never goes back. */
  constructor(
    private readonly limits: PeerLimits,
    nowMs: () => number,
  ) {
    const { connectionsPerSecond, connectionsBurst, resetsPerSecond } = limits;
    this.connections = new TokenBuckets({ perSecond: connectionsPerSecond, burst: connectionsBurst }, nowMs);
    const rate = {
      perSecond: resetsPerSecond,
      burst: RESETS_SAVED_SECONDS * resetsPerSecond,
      debtMost: SECONDS_OWED_MOST * resetsPerSecond,
    };
    this.resets = new TokenBuckets(rate, nowMs);
  }

  /** One more connection; `false`, and not counted, where the peer had too many lately, or owes resets. */
  takeConnection(peer: string): boolean {
    return this.resets.take(peer, 0) === 0 && this.connections.take(peer, 1) === 0;
  }

  /** One more stream that the peer reset. @returns whether that is still within what it may. */
  takeReset(peer: string): boolean {
    if (this.resets.charge(peer, 1)) return true;
    this.resets.charge(peer, SECONDS_OWED * this.limits.resetsPerSecond);
    return false;
  }
}
