import type { Logger } from 'pino';
import { foldVersion, type HalfLives } from '../core/learning/decay.js';
import { NO_CONTEXT } from '../core/context/context-layout.js';
import type { LearningState } from '../core/learning/learning-state.js';
import type { Outcome } from '../core/outcome/outcome.js';
import type { OutcomeLog, Store } from '../store/ports.js';
import { foldTail, foldWhole, recover, saveSnapshot } from './learner.js';

export interface LearningKeeperOptions {
  readonly store: Pick<Store, 'outcomes' | 'snapshots'>;
  readonly logger: Logger;
  readonly snapshotEveryOutcomes: number;
}

/** A state that is ready to take the place of the one in use. */
export interface Succession {
  readonly take: () => void;
  readonly abandon: () => void;
}

/**
 * Owns the learning state: recovers it, folds what the journal made durable, snapshots it, and folds
 * the log anew when a policy brings other half-lives.
 */
export class LearningKeeper {
  private current: LearningState | undefined;
  private successor: LearningState | undefined;
  private snapshotAt = 0;
  private saving: Promise<void> = Promise.resolve();
  private isSaving = false;

  constructor(private readonly options: LearningKeeperOptions) {}

  get state(): LearningState {
    if (this.current === undefined) throw new Error('the learning state was read before it was recovered');
    return this.current;
  }

  /** Brings the state up to the log's end. @throws StoreError where the log cannot be read. */
  async open(halfLives: HalfLives, layout = NO_CONTEXT): Promise<void> {
    const { store, logger } = this.options;
    const { state, fromSequence, foldedOutcomes } = await recover(
      store.outcomes,
      store.snapshots,
      halfLives,
      layout,
    );
    this.current = state;
    this.snapshotAt = fromSequence;
    logger.info({ fromSequence, foldedOutcomes, sequence: state.sequence }, 'learning state recovered');
  }

  /** Adds an outcome that is durable at a position. */
  fold(outcome: Outcome, sequence: number): void {
    this.state.fold(outcome, sequence);
    this.successor?.fold(outcome, sequence);
    if (sequence - this.snapshotAt >= this.options.snapshotEveryOutcomes) this.saveLater();
  }

  /**
   * Makes a state ready under other settings, by folding the log again where they differ; both are kept up until one is
   * let go of, and decisions read the old one meanwhile. One at a time.
   *
   * @throws StoreError where the log cannot be read.
   */
  async prepare(halfLives: HalfLives, layout = NO_CONTEXT): Promise<Succession> {
    if (foldVersion(halfLives, layout) === this.state.version)
      return { take: () => undefined, abandon: () => undefined };
    const { store, logger } = this.options;
    const next = await foldWhole(store.outcomes, halfLives, layout);
    // What was folded into the old state while the last block was read is in the log by now.
    while (next.sequence < this.state.sequence) await foldTail(next, store.outcomes);
    this.successor = next;
    return {
      take: () => {
        this.current = next;
        this.successor = undefined;
        logger.info({ sequence: next.sequence }, 'learning state folded anew under other settings');
      },
      abandon: () => (this.successor = undefined),
    };
  }

  /** Folds what a log holds beyond the state: outcomes of a write that failed, and is there after all. */
  async catchUp(log: OutcomeLog, fold: (outcome: Outcome, sequence: number) => void): Promise<number> {
    const before = this.state.sequence;
    for await (const { firstSequence, outcomes } of log.read(before)) {
      outcomes.forEach((outcome, i) => {
        if (firstSequence + i >= before) fold(outcome, firstSequence + i);
      });
    }
    return this.state.sequence - before;
  }

  async close(): Promise<void> {
    await this.saving;
    if (this.current !== undefined && this.current.sequence > this.snapshotAt) await this.save();
  }

  private saveLater(): void {
    if (this.isSaving) return;
    this.isSaving = true;
    this.saving = this.save()
      // A snapshot is a cache: without it, the next start folds more.
      .catch((error: unknown) => this.options.logger.warn({ err: error }, 'snapshot was not saved'))
      .finally(() => (this.isSaving = false));
  }

  private async save(): Promise<void> {
    const { state } = this;
    const { sequence } = state;
    await saveSnapshot(state, this.options.store.snapshots);
    this.snapshotAt = sequence;
  }
}
