/* global setInterval, URL */
// For `--import` of a server: collects garbage every so many milliseconds, and says what is left of the heap.
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const everyMs = Number(new URL(import.meta.url).searchParams.get('everyMs'));
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

setInterval(() => {
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.stdout.write(`${JSON.stringify({ msg: 'live heap', heapUsed, external, rss })}\n`);
}, everyMs).unref();
