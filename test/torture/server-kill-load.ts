import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Rng } from '../../src/core/random.js';
import {
  OutcomeStatus,
  ReportRequest,
  type ReportResponse,
  type ReportStreamResponse,
} from '../../src/gen/sextant/v1/outcome.js';
import type { SelectResponse } from '../../src/gen/sextant/v1/selection.js';
import { connect, type Sextant } from '../e2e/clients.js';
import { ask } from '../e2e/samples.js';
import type { Exposed } from './experiment-counts.js';

const BATCH = 16;
const MAX_OUTSTANDING = 200;
export const USE_CASE = 'crash';
/** Each asks many times, and is one unit of the experiment. */
const USERS = 300;

/** One entry for each client. */
const WAYS = ['unary', 'unary', 'unary', 'batch', 'batch', 'stream', 'stream'] as const;

/** A report that was sent, and what the server said of it before it died, if anything. */
export interface Sent extends Exposed {
  receipt?: ReportResponse;
  /** Refused by a server that lived: nothing of it may be recorded. */
  refused?: string;
}

/** How many outcomes a report holds: an execution and a quality count each. */
export const outcomesOf = ({ report }: Sent): number =>
  report.attempts.reduce(
    (sum, { status, quality }) =>
      sum + (status === OutcomeStatus.UNSPECIFIED ? 0 : 1) + (quality === undefined ? 0 : 1),
    0,
  );

/** Clients of one round: they select and report in every way there is, until their server is gone. */
export class Load {
  readonly sent: Sent[] = [];
  private readonly clients: Sextant[] = [];
  private readonly running: Promise<void>[] = [];
  private isOver = false;

  constructor(
    private readonly address: string,
    private readonly rng: Rng,
  ) {}

  start(): void {
    for (const way of WAYS) {
      const client = connect(this.address);
      this.clients.push(client);
      // The end of every client's work is the server's: what it could not finish stays without a receipt.
      this.running.push(this[way](client).catch(() => undefined));
    }
  }

  /** Waits for every client to see that its server is gone. */
  async end(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.running);
    for (const client of this.clients) client.close();
  }

  private async unary(sextant: Sextant): Promise<void> {
    while (!this.isOver) {
      const request = this.request();
      const sent = this.note(request, await sextant.select(request));
      sent.receipt = await sextant.report(sent.report);
    }
  }

  private async batch(sextant: Sextant): Promise<void> {
    while (!this.isOver) {
      const asked = Array.from({ length: BATCH }, (_, i) => ({
        id: String(i),
        request: this.request(),
      }));
      const decisions = (await sextant.selectBatch({ items: asked })).results;
      const all = decisions.flatMap(({ id, outcome }) =>
        outcome?.$case === 'response' ? [this.note(asked[Number(id)]!.request, outcome.value)] : [],
      );
      const items = all.map(({ report }, i) => ({ id: String(i), report }));
      const { results } = await sextant.reportBatch({ items });
      for (const [i, { outcome }] of results.entries()) settle(all[i]!, outcome);
    }
  }

  private async stream(sextant: Sextant): Promise<void> {
    const stream = sextant.reportStream();
    const outstanding = new Map<string, Sent>();
    const ended = new Promise<void>((resolve) =>
      stream.on('error', () => resolve()).on('end', () => resolve()),
    );
    stream.on('data', ({ id, outcome }: ReportStreamResponse) => {
      settle(outstanding.get(id)!, outcome);
      outstanding.delete(id);
    });
    try {
      for (let n = 0; !this.isOver; n++) {
        const request = this.request();
        const sent = this.note(request, await sextant.select(request));
        outstanding.set(String(n), sent);
        if (!stream.write({ id: String(n), report: sent.report }))
          await Promise.race([once(stream, 'drain'), ended]);
        while (outstanding.size > MAX_OUTSTANDING && !this.isOver) await sleep(1);
      }
    } finally {
      stream.end();
      await ended;
    }
  }

  private request(): ReturnType<typeof ask> & { readonly attributes: { readonly user: string } } {
    return { ...ask(USE_CASE), attributes: { user: `u-${Math.floor(this.rng() * USERS)}` } };
  }

  /** Notes a report before it is sent: a kill may fall between the sending and the receipt. */
  private note(
    { attributes: { user } }: { readonly attributes: { readonly user: string } },
    { ticket, fallbacks, experiment }: SelectResponse,
  ): Sent {
    const quality = Math.round(this.rng() * 100) / 100;
    const [isQualityOnly, hasFallback] = [this.rng() < 0.1, this.rng() < 0.2 && fallbacks.length > 0];
    const answered = { quality, qualitySource: 'test', costNanoUsd: 50_000n, status: OutcomeStatus.SUCCESS };
    const attempts = isQualityOnly
      ? [{ quality }]
      : hasFallback
        ? [{ status: OutcomeStatus.TIMEOUT }, { attempt: 1, ...answered }]
        : [answered];
    const report = ReportRequest.fromPartial({ ticket, attempts });
    const sent: Sent = { report, user, arm: experiment?.arm ?? 'none' };
    this.sent.push(sent);
    return sent;
  }
}

function settle(sent: Sent, outcome: ReportStreamResponse['outcome']): void {
  if (outcome?.$case === 'response') sent.receipt = outcome.value;
  else sent.refused = outcome?.value.message ?? 'without a reason';
}
