import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { credentials, type ServiceError } from '@grpc/grpc-js';
import { SelectionServiceClient, SelectRequest } from '../../src/gen/sextant/v1/selection.js';

const REQUESTS_PER_SECOND = 100;
const USE_CASES = 5;

type Call<Request, Response> = (
  request: Request,
  done: (error: ServiceError | null, response: Response) => void,
) => unknown;

export const called = <Request, Response>(
  call: Call<Request, Response>,
  request: Request,
): Promise<Response> =>
  new Promise((resolve, reject) => {
    call(request, (error, response) => (error === null ? resolve(response) : reject(error)));
  });

/** One Select as its caller saw it. */
export interface Timed {
  /** When it was asked, in milliseconds since the Unix epoch. */
  readonly atMs: number;
  readonly tookMs: number;
}

/** A client that asks a server a hundred times a second, whatever it answers. */
export class SteadySelects {
  readonly perSecond = REQUESTS_PER_SECOND;
  private readonly selections: SelectionServiceClient;

  constructor(address: string) {
    this.selections = new SelectionServiceClient(address, credentials.createInsecure());
  }

  /** Asks for so long. @throws ServiceError where one was refused. */
  async ask(seconds: number): Promise<Timed[]> {
    const timed: Timed[] = [];
    const count = seconds * REQUESTS_PER_SECOND;
    const start = performance.now();
    const answers: Promise<unknown>[] = [];
    for (let i = 0; i < count; i++) {
      const wait = start + (i * 1000) / REQUESTS_PER_SECOND - performance.now();
      if (wait > 0) await sleep(wait);
      const request = SelectRequest.fromPartial({
        useCase: `use-case-${i % USE_CASES}`,
        input: {
          content: { $case: 'text', value: `Question ${i}: which river flows through Vienna, and why?` },
        },
      });
      const [atMs, started] = [Date.now(), performance.now()];
      const answer = called((asked: SelectRequest, done) => this.selections.select(asked, done), request);
      answers.push(answer.then(() => timed.push({ atMs, tookMs: performance.now() - started })));
      // It is told at the end, with the others.
      answers.at(-1)!.catch(() => undefined);
    }
    await Promise.all(answers);
    return timed;
  }

  close(): void {
    this.selections.close();
  }
}

export const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))]!;
