import { parentPort, workerData } from 'node:worker_threads';
import { giveWay } from '../thread-priority.js';
import { ShadowEvaluator } from './shadow-evaluator.js';
import type { ShadowOrigin, ToShadow } from './shadow-messages.js';

// The whole of a shadow's thread; an error that is thrown here ends the thread, and the server hears of it.
giveWay();
const port = parentPort!;
const evaluator = new ShadowEvaluator(workerData as ShadowOrigin, (message) => port.postMessage(message));
port.on('message', (message: ToShadow) => evaluator.receive(message));
