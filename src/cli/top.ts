import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { InsightServiceClient } from '../gen/sextant/v1/insight.js';
import {
  calling,
  withClient,
  withConnectionOptions,
  type Call,
  type ConnectionFlags,
} from './server-connection.js';
import { frame } from './top/frame.js';
import { readTopData } from './top/top-data.js';

interface TopFlags extends ConnectionFlags {
  readonly once?: boolean;
  readonly every: number;
}

const DEFAULT_WIDTH = 120;
const OTHER_SCREEN = '\u001b[?1049h\u001b[?25l';
const OWN_SCREEN = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/** `sextant top`: a server at a glance, in a terminal. */
export function topCommand(): Command {
  const command = new Command('top')
    .summary('a running server at a glance, live')
    .description(
      'Calls, use cases, models, budgets, breakers and alarms of a running server, anew every few seconds. q ends it. ' +
        'Calls the running server.',
    )
    .option('--once', 'print one picture and end; so it is where the output is no terminal')
    .option('--every <seconds>', 'time between two looks', everyOption, 2);
  return withConnectionOptions(command).action((flags: TopFlags) =>
    calling(() =>
      withClient(InsightServiceClient, flags, (call) =>
        flags.once === true || !process.stdout.isTTY ? printOnce(call, flags) : watch(call, flags),
      ),
    ),
  );
}

function everyOption(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0.5 && seconds <= 3_600)) throw new InvalidArgumentError('must be 0.5 to 3600 seconds.');
  return seconds;
}

async function printOnce(call: Call<InsightServiceClient>, { address }: TopFlags): Promise<void> {
  const width = process.stdout.columns ?? Number(process.env['COLUMNS'] ?? DEFAULT_WIDTH);
  const data = await readTopData(call, Date.now());
  console.log(frame(data, address, { width, isColored: process.stdout.isTTY === true }).join('\n'));
}

/** Draws on the terminal's other screen, which leaves what was there before as it was. */
async function watch(call: Call<InsightServiceClient>, { address, every }: TopFlags): Promise<void> {
  const ending = new AbortController();
  const { stdin, stdout } = process;
  const end = (): void => ending.abort();
  const onKey = (key: Buffer): void => {
    if (key.toString() === 'q' || key[0] === 0x03) end();
  };
  if (stdin.isTTY) stdin.setRawMode(true).on('data', onKey);
  process.once('SIGINT', end).once('SIGTERM', end);
  stdout.write(OTHER_SCREEN);
  try {
    while (!ending.signal.aborted) {
      const data = await readTopData(call, Date.now());
      const size = { width: stdout.columns, height: stdout.rows - 1, isColored: true };
      const lines = frame(data, address, size).map((line) => line + CLEAR_LINE);
      stdout.write(`${HOME}${lines.join('\n')}\n${CLEAR_BELOW}`);
      await sleep(every * 1_000, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  } finally {
    stdout.write(OWN_SCREEN);
    if (stdin.isTTY) stdin.setRawMode(false).off('data', onKey).pause();
  }
}
