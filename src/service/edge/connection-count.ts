import type { PeerAllowance } from './peer-allowance.js';

/** Counts connections, in all and by remote address. */
export class ConnectionCount {
  private readonly byPeer = new Map<string, number>();
  private all = 0;
  private refusedCount = 0;

  constructor(
    private readonly limits: { readonly all: number; readonly perPeer: number },
    private readonly allowance: PeerAllowance,
  ) {}

  get open(): number {
    return this.all;
  }

  /** Connections that were refused since the start. */
  get refused(): number {
    return this.refusedCount;
  }

  /** Counts one more; `false`, and not counted, where there are too many, or the peer may have none now. */
  take(peer: string): boolean {
    const count = this.byPeer.get(peer) ?? 0;
    const isFull = this.all >= this.limits.all || count >= this.limits.perPeer;
    if (isFull || !this.allowance.takeConnection(peer)) {
      this.refusedCount += 1;
      return false;
    }
    this.all += 1;
    this.byPeer.set(peer, count + 1);
    return true;
  }

  /** One that was taken has closed. */
  release(peer: string): void {
    const count = this.byPeer.get(peer)!;
    this.all -= 1;
    if (count === 1) this.byPeer.delete(peer);
    else this.byPeer.set(peer, count - 1);
  }
}
