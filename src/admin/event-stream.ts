import type { ServerResponse } from 'node:http';
import { Refusal, type Visitor } from './admission.js';
import type { TickView } from './views.js';

const FRAME_MS = 1_000;
/** A tab each: more is no audience. */
const MAX_LISTENERS = 100;
/** A listener that reads nothing is let go before what waits for it grows. */
const MAX_WAITING_BYTES = 262_144;

/** Sends one frame a second to everyone who listens, as server-sent events. */
export class EventStream {
  private readonly listeners = new Map<ServerResponse, Visitor>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly tick: (visitor: Visitor) => TickView,
    private readonly nowMs: () => number,
  ) {}

  /** Headers are the caller's. @throws Refusal 503 where too many listen. */
  add(response: ServerResponse, visitor: Visitor): void {
    if (this.listeners.size >= MAX_LISTENERS) throw new Refusal(503, 'too many pages are open');
    this.listeners.set(response, visitor);
    response.on('close', () => this.remove(response));
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    this.send(response, visitor);
    this.timer ??= setInterval(() => this.sendAll(), FRAME_MS);
  }

  /** Ends every stream. */
  close(): void {
    for (const response of this.listeners.keys()) response.end();
    this.listeners.clear();
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private sendAll(): void {
    for (const [response, visitor] of this.listeners) this.send(response, visitor);
  }

  private send(response: ServerResponse, visitor: Visitor): void {
    const isOver = visitor.expiryMs !== undefined && visitor.expiryMs <= this.nowMs();
    if (isOver || response.writableLength > MAX_WAITING_BYTES) {
      response.destroy();
      this.remove(response);
      return;
    }
    response.write(`event: tick\ndata: ${JSON.stringify(this.tick(visitor))}\n\n`);
  }

  private remove(response: ServerResponse): void {
    this.listeners.delete(response);
    if (this.listeners.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
