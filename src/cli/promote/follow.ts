import { setTimeout as sleep } from 'node:timers/promises';
import { status, type ServiceError } from '@grpc/grpc-js';
import {
  PromotionGateStatus,
  PromotionStatus,
  type Promotion,
  type PromotionServiceClient,
} from '../../gen/sextant/v1/promotion.js';
import type { Call } from '../server-connection.js';
import { gateText } from './promotion-text.js';

const LOOK_EVERY_MS = 1_000;
/** A server that restarts is back within minutes. */
const AWAY_MOST_MS = 10 * 60_000;
/** What is waited for is told anew at most so often. */
const PROGRESS_EVERY_MS = 10_000;

/**
 * Looks at a promotion until it has ended, and says what each gate found once it is done with.
 * A server that is away is waited for: the promotion goes on there. @returns the promotion at its end.
 */
export async function follow(
  call: Call<PromotionServiceClient>,
  begun: Promotion,
  say: (line: string) => void,
): Promise<Promotion> {
  const progress = new Progress(say);
  let promotion = begun;
  let awayMs = 0;
  for (;;) {
    progress.tell(promotion);
    if (promotion.status !== PromotionStatus.RUNNING) return promotion;
    await sleep(LOOK_EVERY_MS);
    try {
      promotion = (await call('getPromotion', { number: begun.number })).promotion!;
      awayMs = 0;
    } catch (error) {
      if ((error as Partial<ServiceError>).code !== status.UNAVAILABLE || awayMs > AWAY_MOST_MS) throw error;
      if (awayMs === 0) say('the server is away: it goes on with the promotion once it is back');
      awayMs += LOOK_EVERY_MS;
    }
  }
}

class Progress {
  private told = 0;
  private waitingText = '';
  private toldMs = -Infinity;

  constructor(private readonly say: (line: string) => void) {}

  tell({ gates }: Promotion): void {
    const done = gates.filter((gate) => gate.status !== PromotionGateStatus.RUNNING);
    for (const gate of done.slice(this.told)) {
      this.say(gateText(gate));
      this.toldMs = -Infinity;
    }
    this.told = done.length;
    const running = gates.at(-1)!;
    if (running.status !== PromotionGateStatus.RUNNING) return;
    const text = gateText(running);
    const nowMs = performance.now();
    if (text === this.waitingText || nowMs - this.toldMs < PROGRESS_EVERY_MS) return;
    this.say(text);
    this.waitingText = text;
    this.toldMs = nowMs;
  }
}
