import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { ShadowEvaluator } from './shadow-evaluator.js';
import type { ShadowOrigin, ToShadow } from './shadow-messages.js';

// The whole of a shadow's thread; an error that is thrown here ends the thread, and the server hears of it.
giveWay();
const port = parentPort!;
const evaluator = new ShadowEvaluator(workerData as ShadowOrigin, (message) => port.postMessage(message));
port.on('message', (message: ToShadow) => evaluator.receive(message));

/** Where cores are scarce, decisions come first. Linux names the calling thread; elsewhere all threads are equal. */
function giveWay(): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(thread, constants.priority.PRIORITY_LOW);
  } catch {
    // It runs as it is.
  }
}
