import type { Logger } from 'pino';
import type { Outcome } from '../core/outcome/outcome.js';
import type { OutcomeLog, StoreObserver, StoreRecoveryReport } from '../store/ports.js';
import type { StoreError } from '../store/store-error.js';
import type { LearningKeeper } from './learning-keeper.js';
import type { ReportJournal } from './report-journal.js';

export interface StoreRecoveryParts {
  readonly journal: ReportJournal;
  readonly learning: LearningKeeper;
  /** What happens with an outcome that is durable. */
  readonly fold: (outcome: Outcome, sequence: number) => void;
  /** Follows changes that could not be recorded while the store was away. */
  readonly followUp: () => Promise<unknown>;
  readonly onFailure: (error: unknown) => void;
  readonly onRecovered: () => void;
  readonly logger: Logger;
}

/** Takes a server through a failure of its store: reports are refused, and taken again once memory and log agree. */
export class StoreRecovery implements StoreObserver {
  /** Failures since the start. */
  failures = 0;

  constructor(private readonly parts: StoreRecoveryParts) {}

  failed(error: StoreError): void {
    const { journal, logger, onFailure } = this.parts;
    this.failures += 1;
    journal.suspend(error);
    logger.fatal(
      { err: error },
      'the store failed: selects go on, reports are refused until it is open again',
    );
    onFailure(error);
  }

  async reconcile(log: OutcomeLog): Promise<void> {
    const { learning, fold, logger } = this.parts;
    const foldedOutcomes = await learning.catchUp(log, fold);
    if (foldedOutcomes > 0)
      logger.warn({ foldedOutcomes }, 'outcomes of the failed write are there, and count');
  }

  reopened(report: StoreRecoveryReport): void {
    const { journal, logger, onRecovered, followUp } = this.parts;
    journal.resume();
    logger.warn(report, 'the store is open again: reports are taken');
    onRecovered();
    followUp().catch((error: unknown) =>
      logger.error({ err: error }, 'what changed while the store was away was not followed'),
    );
  }

  stillFailed(error: unknown, retryInMs: number): void {
    this.parts.logger.error({ err: error, retryInMs }, 'the store could not be opened again');
  }
}
