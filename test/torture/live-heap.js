/* global setInterval */
// For `--import` of a server: collects garbage every so many milliseconds, and says what is left of the heap.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const everyMs = Number(new URL(import.meta.url).searchParams.get('everyMs'));
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

setInterval(() => {
  collect();
  const { heapUsed, heapTotal, external, rss } = process.memoryUsage();
  const anonymous = 1024 * Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  process.stdout.write(
    `${JSON.stringify({ msg: 'live heap', heapUsed, heapTotal, external, anonymous, rss })}\n`,
  );
}, everyMs).unref();
