import type { LoggedDecision, OutcomeBlock } from '../../store/ports.js';
import type { EvaluatedStore } from './evaluate-log.js';
import type { FromEvaluation, LogChunk, LogSpan } from './evaluation-messages.js';

/** A store's logs at the other end of a thread, a bit at a time. */
export class RemoteLog implements EvaluatedStore {
  private readonly waiting = new Map<number, (chunk: LogChunk) => void>();
  private opened = 0;

  constructor(
    private readonly ask: (message: FromEvaluation) => void,
    private readonly base?: Uint8Array,
  ) {}

  readonly outcomes = {
    readBase: (): Promise<Uint8Array | undefined> => Promise.resolve(this.base),
    read: (fromSequence: number): AsyncIterable<OutcomeBlock> =>
      this.read({ log: 'outcomes', fromSequence }, ({ blocks }) => blocks),
  };

  readonly decisions = {
    range: (fromMs: number, toMs: number): AsyncIterable<LoggedDecision> =>
      this.read({ log: 'decisions', fromMs, toMs }, ({ decisions }) => decisions),
  };

  receive(chunk: LogChunk): void {
    const settle = this.waiting.get(chunk.id);
    this.waiting.delete(chunk.id);
    settle?.(chunk);
  }

  private async *read<T>(span: LogSpan, part: (chunk: LogChunk) => readonly T[]): AsyncIterable<T> {
    const id = (this.opened += 1);
    this.ask({ kind: 'open', span, id });
    for (;;) {
      const found = part(
        await new Promise<LogChunk>((resolve) => {
          this.waiting.set(id, resolve);
          this.ask({ kind: 'next', id });
        }),
      );
      if (found.length === 0) return;
      yield* found;
    }
  }
}
