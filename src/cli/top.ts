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
import { watch } from './top/watch.js';

interface TopFlags extends ConnectionFlags {
  readonly once?: boolean;
  readonly every: number;
}

const DEFAULT_WIDTH = 120;
const MS_PER_SECOND = 1_000;
/** Of one look: a server that does not answer is told of soon. */
const DEADLINE_MS = 15_000;

/** `sextant top`: a server at a glance, in a terminal. */
export function topCommand(): Command {
  const command = new Command('top')
    .summary('a running server at a glance, live')
    .description(
      'Calls, use cases, models, budgets, breakers and alarms of a running server, anew every few seconds. Arrows scroll, q ' +
        'ends it. Calls the running server.',
    )
    .option('--once', 'print one picture and end; so it is where the output is no terminal')
    .option('--every <seconds>', 'time between two looks', everyOption, 2);
  return withConnectionOptions(command).action((flags: TopFlags) =>
    calling(() =>
      withClient(
        InsightServiceClient,
        flags,
        (call) =>
          flags.once === true || !process.stdout.isTTY ? printOnce(call, flags) : watchLive(call, flags),
        DEADLINE_MS,
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

const watchLive = (call: Call<InsightServiceClient>, { address, every }: TopFlags): Promise<void> =>
  watch(() => readTopData(call, Date.now()), {
    address,
    everyMs: every * MS_PER_SECOND,
    stdin: process.stdin,
    stdout: process.stdout,
    nowMs: () => Date.now(),
  });
