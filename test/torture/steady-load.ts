import { status, type ServiceError } from '@grpc/grpc-js';
import { setTimeout as sleep } from 'node:timers/promises';
import { OutcomeStatus, ReportRequest, type RecordedOutcome } from '../../src/gen/sextant/v1/outcome.js';
import { connect, type Sextant } from '../e2e/clients.js';
import { ask } from '../e2e/samples.js';

const RESEND_BATCH = 256;
/** After a refusal a client waits a little, as one that is asked to would. */
const PAUSE_MS = 20;

/** A report that was sent, and when it was acknowledged, if it was. */
export interface SteadyReport {
  readonly report: ReportRequest;
  readonly sentMs: number;
  acknowledgedMs?: number;
}

/** Clients that select and report, and go on where a report is refused because the store is away. */
export class SteadyLoad {
  readonly sent: SteadyReport[] = [];
  /** Longest time that a Select took, in milliseconds. */
  slowestSelectMs = 0;
  selects = 0;
  refusals = 0;
  /** What a Select failed with, or a report for another reason. */
  readonly faults: unknown[] = [];
  private readonly running: Promise<void>[] = [];
  private isOver = false;

  constructor(
    private readonly address: string,
    private readonly clients = 6,
  ) {}

  start(): this {
    for (let n = 0; n < this.clients; n++) {
      const client = connect(this.address);
      this.running.push(this.work(client).finally(() => client.close()));
    }
    return this;
  }

  async end(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.running);
  }

  get acknowledged(): readonly SteadyReport[] {
    return this.sent.filter(({ acknowledgedMs }) => acknowledgedMs !== undefined);
  }

  /** Acknowledged between two instants, though sent after the first: where the store failed at it, none may be. */
  acknowledgedWithin(fromMs: number, toMs: number): number {
    return this.acknowledged.filter(({ sentMs, acknowledgedMs }) => sentMs > fromMs && acknowledgedMs! < toMs)
      .length;
  }

  private async work(sextant: Sextant): Promise<void> {
    while (!this.isOver) {
      const ticket = await this.select(sextant);
      if (ticket !== undefined) await this.report(sextant, ticket);
    }
  }

  private async select(sextant: Sextant): Promise<Uint8Array | undefined> {
    const startedMs = performance.now();
    try {
      const { ticket } = await sextant.select(ask('torture'));
      this.selects += 1;
      this.slowestSelectMs = Math.max(this.slowestSelectMs, performance.now() - startedMs);
      return ticket;
    } catch (error) {
      if (!this.isOver) this.faults.push(error);
      await sleep(PAUSE_MS);
      return undefined;
    }
  }

  private async report(sextant: Sextant, ticket: Uint8Array): Promise<void> {
    const attempts = [{ status: OutcomeStatus.SUCCESS, quality: 0.5, costNanoUsd: 50_000n }];
    const sent: SteadyReport = {
      report: ReportRequest.fromPartial({ ticket, attempts }),
      sentMs: Date.now(),
    };
    this.sent.push(sent);
    try {
      await sextant.report(sent.report);
      sent.acknowledgedMs = Date.now();
    } catch (error) {
      this.refusals += 1;
      if ((error as ServiceError).code !== status.UNAVAILABLE && !this.isOver) this.faults.push(error);
      await sleep(PAUSE_MS);
    }
  }
}

/** Sends reports again, and gives what the server says of each. */
export async function resend(
  sextant: Sextant,
  reports: readonly { readonly report: ReportRequest }[],
): Promise<(readonly RecordedOutcome[])[]> {
  const answers: (readonly RecordedOutcome[])[] = [];
  for (let at = 0; at < reports.length; at += RESEND_BATCH) {
    const items = reports.slice(at, at + RESEND_BATCH).map(({ report }, i) => ({ id: String(i), report }));
    const { results } = await sextant.reportBatch({ items });
    for (const { outcome } of results) {
      if (outcome?.$case !== 'response') throw new Error(outcome?.value.message ?? 'no answer');
      answers.push(outcome.value.recorded);
    }
  }
  return answers;
}

/** Position of the learning state: how many outcomes were counted. */
export const counted = async (sextant: Sextant): Promise<number> =>
  Number((await sextant.listPosteriors({})).stateSequence);
