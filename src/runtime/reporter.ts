import { createHash } from 'node:crypto';
import { SextantError } from '../core/errors.js';
import type { DecisionId, TenantId } from '../core/ids.js';
import { normalizeAttempt, type AttemptReport } from '../core/outcome/normalize.js';
import type { OutcomeMetric } from '../core/outcome/outcome.js';
import type { DecisionSnapshot } from '../core/selection/snapshot.js';
import type { Environment } from './environment.js';
import type { ReportJournal } from './report-journal.js';
import { openTicket } from './ticket-codec.js';
import type { TicketKeys } from './ticket-keys.js';

/** One thing that a report brought. */
export interface Recorded {
  readonly attempt: number;
  readonly metric: OutcomeMetric;
  readonly duplicate: boolean;
  readonly costNanoUsd?: number;
}

export interface Receipt {
  readonly decisionId: DecisionId;
  readonly recorded: readonly Recorded[];
}

export interface ReporterParts {
  readonly snapshot: () => DecisionSnapshot;
  readonly journal: ReportJournal;
  readonly keys: TicketKeys;
  readonly environment: Environment;
}

const DIGEST_DIGITS = 16;
const digest = (content: string): string =>
  createHash('sha256').update(content).digest('hex').slice(0, DIGEST_DIGITS);

/** Takes reports: ticket, outcomes, journal, receipt. */
export class Reporter {
  constructor(private readonly parts: ReporterParts) {}

  /**
   * Records what a report says; resolves when it is durable and learned.
   *
   * @throws SextantError TICKET_INVALID, TICKET_EXPIRED, TICKET_FOREIGN; INVALID_FIELD for an attempt
   *   that the decision does not have; REPORT_CONFLICT where another outcome stands; QUEUE_FULL;
   *   STORE_UNAVAILABLE. Nothing of the report is recorded then, but for STORE_UNAVAILABLE, where that is unknown.
   */
  async report(
    tenant: TenantId,
    ticketBytes: Uint8Array,
    attempts: readonly AttemptReport[],
  ): Promise<Receipt> {
    const { keys, environment, journal } = this.parts;
    journal.assertOpen();
    const receiveTimeMs = environment.nowMs();
    const ticket = openTicket(ticketBytes, keys, receiveTimeMs);
    if (ticket.tenant !== tenant)
      throw new SextantError('TICKET_FOREIGN', 'the ticket belongs to another tenant');
    const faults = attempts.flatMap(({ attempt }, i) =>
      attempt < ticket.chain.length
        ? []
        : [
            {
              path: `attempts[${i}].attempt`,
              reason: `the decision has attempts 0 to ${ticket.chain.length - 1}`,
            },
          ],
    );
    if (faults.length > 0)
      throw new SextantError('INVALID_FIELD', 'the report does not fit its ticket', { faults });

    const { armById } = this.parts.snapshot();
    const outcomes = attempts.flatMap((report) => {
      const prices = armById.get(ticket.chain[report.attempt]!.armId)?.prices;
      return normalizeAttempt(ticket, report, { ...(prices && { prices }), receiveTimeMs, digest });
    });
    const verdicts = await journal.append(outcomes);
    const conflict = verdicts.findIndex(({ kind }) => kind === 'conflict');
    if (conflict >= 0) {
      const { attempt, metric } = outcomes[conflict]!;
      const message = `decision ${ticket.decisionId} has another ${metric} for attempt ${attempt}; the first stands`;
      throw new SextantError('REPORT_CONFLICT', message);
    }
    if (verdicts.some(({ kind }) => kind === 'expired')) {
      const message = `decision ${ticket.decisionId} is older than what is remembered of reports`;
      throw new SextantError('TICKET_EXPIRED', message);
    }
    return {
      decisionId: ticket.decisionId,
      recorded: outcomes.map(({ attempt, metric, execution }, i) => ({
        attempt,
        metric,
        duplicate: verdicts[i]!.kind === 'duplicate',
        ...(execution?.costNanoUsd !== undefined && { costNanoUsd: execution.costNanoUsd }),
      })),
    };
  }
}
