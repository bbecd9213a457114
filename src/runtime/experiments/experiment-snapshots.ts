import type { Logger } from 'pino';
import type { DocumentStore } from '../../store/ports.js';
import { encodeExperimentState } from './experiment-snapshot.js';
import type { RunningExperiment } from './running-experiment.js';

export const FOLD_KIND = 'experiment-fold';

/** Keeps what was folded for each experiment now and then, so that a start need not read the whole log. */
export class ExperimentSnapshots {
  private readonly savedAt = new Map<number, number>();
  /** Where the durable snapshot of each stands. */
  private readonly keptTo = new Map<number, number>();
  private readonly revisions = new Map<number, number>();
  private saving: Promise<void> = Promise.resolve();
  private isSaving = false;

  constructor(
    private readonly documents: DocumentStore,
    private readonly logger: Logger,
    private readonly everyOutcomes: number,
  ) {}

  /** The newest snapshot of an experiment, if there is one. */
  async load({ number }: RunningExperiment): Promise<Uint8Array | undefined> {
    const stored = await this.documents.get(FOLD_KIND, String(number));
    this.revisions.set(number, stored?.revision ?? 0);
    return stored?.body;
  }

  maybeSave(run: RunningExperiment): void {
    const { number, state } = run;
    const savedAt = this.savedAt.get(number);
    if (savedAt === undefined) this.savedAt.set(number, state.sequence);
    else if (!this.isSaving && state.sequence - savedAt >= this.everyFor(state.units.size))
      this.saveLater(run);
  }

  /** Writes what was folded of outcomes that are about to leave the log. @throws StoreError. */
  async keepUpTo(runs: readonly RunningExperiment[], toSequence: number): Promise<void> {
    await this.saving;
    for (const run of runs) if ((this.keptTo.get(run.number) ?? -1) < toSequence) await this.save(run);
  }

  /** Waits for what is being written, and writes what is newer. */
  async close(runs: readonly RunningExperiment[]): Promise<void> {
    await this.saving;
    for (const run of runs)
      if (run.state.sequence > (this.savedAt.get(run.number) ?? -1)) await this.save(run);
  }

  /** A snapshot writes every unit: with many, seldom enough that it is little work for each outcome. */
  private everyFor(units: number): number {
    return Math.max(this.everyOutcomes, 2 * units);
  }

  private saveLater(run: RunningExperiment): void {
    this.isSaving = true;
    this.saving = this.save(run)
      // A snapshot is a cache: without it, the next start folds more.
      .catch((error: unknown) => this.logger.warn({ err: error }, 'snapshot of an experiment was not saved'))
      .finally(() => (this.isSaving = false));
  }

  private async save(run: RunningExperiment): Promise<void> {
    const { number, state, learning } = run;
    const { sequence } = state;
    const body = encodeExperimentState(
      state,
      state.groups.map((_, group) => learning[group]),
    );
    const written = await this.documents.put(
      FOLD_KIND,
      String(number),
      body,
      this.revisions.get(number) ?? 0,
    );
    if (written === undefined) throw new Error('another writer changed the snapshot');
    this.revisions.set(number, written.revision);
    this.savedAt.set(number, sequence);
    this.keptTo.set(number, sequence);
  }
}
