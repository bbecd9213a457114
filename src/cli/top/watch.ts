import { once } from 'node:events';
import type { ReadStream, WriteStream } from 'node:tty';
import { setTimeout as sleep } from 'node:timers/promises';
import { status, type ServiceError } from '@grpc/grpc-js';
import { alarmLine, frame } from './frame.js';
import { keysIn, type Key } from './keys.js';
import type { TopData } from './top-data.js';
import { windowOf } from './window.js';

const OTHER_SCREEN = '\u001b[?1049h\u001b[?25l';
const OWN_SCREEN = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

export interface WatchOptions {
  readonly address: string;
  readonly everyMs: number;
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  readonly nowMs: () => number;
}

/**
 * Looks at a server again and again, on the terminal's other screen, which leaves what was there before as it was. The
 * last picture stays while the server does not answer.
 * @throws what the first look throws.
 */
export async function watch(read: () => Promise<TopData>, options: WatchOptions): Promise<void> {
  const { stdin, stdout, everyMs, nowMs } = options;
  const ending = new AbortController();
  const screen = new Screen(options, await read());
  const end = (): void => ending.abort();
  const onKey = (bytes: Buffer): void => {
    for (const key of keysIn(bytes.toString())) {
      if (key === 'end') end();
      else screen.scroll(key);
    }
  };
  const redraw = (): void => screen.draw();
  if (stdin.isTTY) stdin.setRawMode(true).on('data', onKey);
  stdout.on('resize', redraw);
  process.once('SIGINT', end).once('SIGTERM', end);
  stdout.write(OTHER_SCREEN);
  try {
    while (!ending.signal.aborted) {
      screen.draw();
      await pause(everyMs, ending.signal);
      if (!ending.signal.aborted) await untilEnded(ending.signal, screen.renew(read, nowMs));
    }
  } finally {
    stdout.off('resize', redraw);
    stdout.write(OWN_SCREEN);
    if (stdin.isTTY) stdin.setRawMode(false).off('data', onKey).pause();
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<unknown> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);

/** Does not wait for a call that nobody looks at any more. Leaves no listener behind: looks go on for days. */
async function untilEnded(signal: AbortSignal, work: Promise<void>): Promise<void> {
  const looked = new AbortController();
  try {
    await Promise.race([work, once(signal, 'abort', { signal: looked.signal })]);
  } finally {
    looked.abort();
  }
}

/** What is shown, and how far it is scrolled. */
class Screen {
  private offset = 0;
  /** Absent where the data is of this moment. */
  private failing: { readonly sinceMs: number; readonly reason: string } | undefined;

  constructor(
    private readonly options: WatchOptions,
    private data: TopData,
  ) {}

  async renew(read: () => Promise<TopData>, nowMs: () => number): Promise<void> {
    try {
      this.data = await read();
      this.failing = undefined;
    } catch (error) {
      const { code, details } = error as Partial<ServiceError>;
      if (code === undefined) throw error;
      this.failing = {
        sinceMs: this.failing?.sinceMs ?? nowMs(),
        reason: `${status[code]}, ${details ?? ''}`,
      };
    }
  }

  scroll(key: Exclude<Key, 'end'>): void {
    const page = Math.max(1, this.options.stdout.rows - 3);
    this.offset += { up: -1, down: 1, pageUp: -page, pageDown: page }[key];
    this.draw();
  }

  draw(): void {
    const { stdout, address } = this.options;
    const size = { width: stdout.columns, isColored: true };
    const [title = '', ...rest] = frame(this.data, address, size);
    const all = [title, ...this.failure().map((text) => alarmLine(text, size)), ...rest];
    const { lines, offset } = windowOf(all, { height: stdout.rows, offset: this.offset });
    this.offset = offset;
    // Cleared before it is written: at the right edge the cursor stands on the last letter.
    const drawn = lines.map((line) => CLEAR_LINE + line).join('\r\n');
    stdout.write(`${HOME}${drawn}${lines.length < stdout.rows ? `\r\n${CLEAR_BELOW}` : ''}`);
  }

  private failure(): string[] {
    if (this.failing === undefined) return [];
    const { sinceMs, reason } = this.failing;
    return [`no answer since ${new Date(sinceMs).toISOString().slice(0, 19)}Z: ${reason}`];
  }
}
