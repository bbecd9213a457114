import type { DestinationStream } from 'pino';

interface Line {
  readonly level: number;
  readonly time: string;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

const LEVEL_NAMES: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info ',
  40: 'WARN ',
  50: 'ERROR',
  60: 'FATAL',
};
const HIDDEN = new Set(['level', 'time', 'msg', 'service']);

/** Log lines for people: time, level, message, then the other fields. */
export function prettyStream(): DestinationStream {
  return {
    write: (text) => {
      const line = JSON.parse(text) as Line;
      const fields = Object.entries(line)
        .filter(([name]) => !HIDDEN.has(name))
        .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
      process.stdout.write(
        `${[line.time.slice(11, 23), LEVEL_NAMES[line.level], line.msg, ...fields].join(' ')}\n`,
      );
    },
  };
}
