import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { RetentionConfig } from '../config/config.js';
import type { HalfLives } from '../core/learning/decay.js';
import { ROLLUP_TIERS, type RollupTier } from '../core/rollup/tier.js';
import type { ContextLayout } from '../core/context/context-layout.js';
import type { OutcomeBlock, Store } from '../store/ports.js';
import { encodeBase } from '../store/learning-base-codec.js';
import { foundation } from './learner.js';

/** Milliseconds; a tier that is not there is kept for ever. */
export type RollupRetention = Readonly<Partial<Record<RollupTier, number>>>;

export interface RetentionSettings {
  /** Absent for ever; so it is with the others. */
  readonly outcomeKeepMs?: number;
  readonly outcomeMaxBytes?: number;
  readonly decisionKeepMs?: number;
  readonly decisionMaxBytes?: number;
  /** How long rollups are kept, by tier. */
  readonly rollups?: RollupRetention;
  readonly everyMs: number;
}

/** In the configuration 0 stands for no bound. */
export function retentionSettings(config: RetentionConfig): RetentionSettings {
  const { outcomeDays, outcomeMegabytes, decisionDays, decisionMegabytes, everySeconds } = config;
  const { rollupMinuteDays, rollupHourDays, rollupDayDays } = config;
  return {
    ...(outcomeDays > 0 && { outcomeKeepMs: outcomeDays * MS_PER_DAY }),
    ...(outcomeMegabytes > 0 && { outcomeMaxBytes: outcomeMegabytes * BYTES_PER_MEGABYTE }),
    ...(decisionDays > 0 && { decisionKeepMs: decisionDays * MS_PER_DAY }),
    ...(decisionMegabytes > 0 && { decisionMaxBytes: decisionMegabytes * BYTES_PER_MEGABYTE }),
    rollups: {
      ...(rollupMinuteDays > 0 && { minute: rollupMinuteDays * MS_PER_DAY }),
      ...(rollupHourDays > 0 && { hour: rollupHourDays * MS_PER_DAY }),
      ...(rollupDayDays > 0 && { day: rollupDayDays * MS_PER_DAY }),
    },
    everyMs: everySeconds * MS_PER_SECOND,
  };
}

export interface RetentionParts {
  readonly store: Pick<Store, 'outcomes' | 'retention' | 'rollups'>;
  readonly settings: RetentionSettings;
  /** Life of a ticket: what may still be reported is never forgotten. */
  readonly ticketLifeMs: number;
  /** Settings of the policy in force, which a base holds for. */
  readonly fold: () => { readonly halfLives: HalfLives; readonly layout: ContextLayout };
  readonly nowMs: () => number;
  /** Grows evenly, whatever becomes of the clock. */
  readonly uptimeMs: () => number;
  /** Makes durable whatever else was made of the outcomes before a position; they stay where it throws. */
  readonly beforeRemoval?: (toSequence: number) => Promise<void>;
  readonly logger: Logger;
}

/** What one look let go of. */
export interface Removed {
  readonly outcomes: number;
  readonly rememberedKeys: number;
  readonly decisions: number;
  readonly rollups: number;
}

const HOUR_MS = 3_600_000;
const MS_PER_SECOND = 1_000;
const MS_PER_DAY = 24 * HOUR_MS;
const BYTES_PER_MEGABYTE = 1_000_000;
/** Beyond a ticket's life, for clocks of replicas and callers that are a little off. */
const SLACK_MS = HOUR_MS;
/** Outcomes in one step: the batch that removes them, and the base that is written for them. */
const STEP_OUTCOMES = 50_000;
/** A clock that moved by more than this against the uptime was set. */
const CLOCK_JUMP_MS = 60_000;
/** Of the time, so that decisions hardly notice. */
const BUSY_SHARE = 0.2;

/** Owns what leaves the store: outcomes, whose sums stay; memories of reports, once no ticket can bring one; decisions. */
export class Retention {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> | undefined;
  private readonly closing = new AbortController();
  private clockOffsetMs: number;
  /** Pauses that were not taken yet. */
  private owedMs = 0;

  constructor(private readonly parts: RetentionParts) {
    this.clockOffsetMs = parts.nowMs() - parts.uptimeMs();
  }

  start(): void {
    this.timer = setInterval(() => {
      // One that takes longer than the time between two is not joined by another.
      this.running ??= this.look()
        .catch((error: unknown) =>
          this.parts.logger.warn({ err: error }, 'what is beyond retention was not removed'),
        )
        .finally(() => (this.running = undefined));
    }, this.parts.settings.everyMs);
    this.timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    this.closing.abort();
    await this.running;
  }

  /** Lets go of what may go. One at a time. @throws StoreError. */
  async look(): Promise<Removed | undefined> {
    const { nowMs, uptimeMs, store, ticketLifeMs, logger } = this.parts;
    const startedMs = uptimeMs();
    if (this.clockJumped()) {
      logger.warn('the clock was set: what may go is looked at the next time');
      return undefined;
    }
    const horizonMs = nowMs() - ticketLifeMs - SLACK_MS;
    const outcomes = await this.removeOutcomes(horizonMs);
    const rememberedKeys = await store.retention.raiseDedupeFloor(Math.max(0, horizonMs));
    const decisions = await this.removeDecisions();
    const rollups = await this.removeRollups();
    const removed = { outcomes, rememberedKeys, decisions, rollups };
    if (outcomes + decisions + rollups > 0)
      logger.info(
        { ...removed, base: store.outcomes.base(), tookMs: Math.round(uptimeMs() - startedMs) },
        'removed as retention says',
      );
    return removed;
  }

  private clockJumped(): boolean {
    const { nowMs, uptimeMs } = this.parts;
    const offsetMs = nowMs() - uptimeMs();
    const jumped = Math.abs(offsetMs - this.clockOffsetMs) > CLOCK_JUMP_MS;
    this.clockOffsetMs = offsetMs;
    return jumped;
  }

  private async removeOutcomes(horizonMs: number): Promise<number> {
    const { outcomes: log, retention } = this.parts.store;
    const { outcomeKeepMs, outcomeMaxBytes } = this.parts.settings;
    if (outcomeKeepMs === undefined && outcomeMaxBytes === undefined) return 0;
    const before = log.base();
    const sizeCut = outcomeMaxBytes === undefined ? 0 : await retention.positionWithin(outcomeMaxBytes);
    const oldestMs = outcomeKeepMs === undefined ? -Infinity : this.parts.nowMs() - outcomeKeepMs;
    const goes = ({ firstSequence, outcomes }: OutcomeBlock): boolean => {
      const newestMs = outcomes.reduce((newest, { receiveTimeMs }) => Math.max(newest, receiveTimeMs), 0);
      if (newestMs > horizonMs) return false;
      return newestMs < oldestMs || firstSequence + outcomes.length <= sizeCut;
    };
    while ((await this.removeStep(goes)) && !this.closing.signal.aborted);
    return log.base() - before;
  }

  /** Sums up the first blocks that go, and removes them. @returns whether there may be more. */
  private async removeStep(goes: (block: OutcomeBlock) => boolean): Promise<boolean> {
    const { store, fold } = this.parts;
    const { outcomes: log, retention } = store;
    const { halfLives, layout } = fold();
    const state = await foundation(log, halfLives, layout);
    const from = state.sequence;
    for await (const block of log.read(from)) {
      if (this.closing.signal.aborted || !goes(block)) break;
      const startedMs = performance.now();
      block.outcomes.forEach((outcome, i) => state.fold(outcome, block.firstSequence + i));
      if (state.sequence - from >= STEP_OUTCOMES) break;
      await this.pause((performance.now() - startedMs) * (1 / BUSY_SHARE - 1));
    }
    if (state.sequence === from) return false;
    await this.parts.beforeRemoval?.(state.sequence);
    await retention.replacePrefix(state.sequence, encodeBase(state));
    return state.sequence - from >= STEP_OUTCOMES;
  }

  /** Short pauses add up before they are taken: a timer is no finer than a millisecond. */
  private async pause(ms: number): Promise<void> {
    this.owedMs += ms;
    if (this.owedMs < 2) return;
    const waitMs = this.owedMs;
    this.owedMs = 0;
    await sleep(waitMs, undefined, { signal: this.closing.signal }).catch(() => undefined);
  }

  private async removeDecisions(): Promise<number> {
    const { store, settings, nowMs } = this.parts;
    const { decisionKeepMs, decisionMaxBytes } = settings;
    const byAge = decisionKeepMs === undefined ? 0 : nowMs() - decisionKeepMs;
    const bySize =
      decisionMaxBytes === undefined ? 0 : await store.retention.decisionTimeWithin(decisionMaxBytes);
    const fromMs = Math.max(byAge, bySize);
    return fromMs > 0 ? store.retention.removeDecisionsBefore(fromMs) : 0;
  }

  private async removeRollups(): Promise<number> {
    const { store, settings, nowMs } = this.parts;
    let removed = 0;
    for (const tier of ROLLUP_TIERS) {
      const keepMs = settings.rollups?.[tier];
      if (keepMs !== undefined) removed += await store.rollups.removeBefore(tier, nowMs() - keepMs);
    }
    return removed;
  }
}
