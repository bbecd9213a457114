import { parentPort, workerData } from 'node:worker_threads';
import { giveWay } from '../thread-priority.js';
import type { EvaluationOrigin, FromEvaluation, LogChunk } from './evaluation-messages.js';
import { RemoteLog } from './remote-log.js';
import { runEvaluation } from './run-evaluation.js';

// The whole of an evaluation's thread; an error that is thrown here ends the thread, and the server hears of it.
giveWay();
const port = parentPort!;
const say = (message: FromEvaluation): void => port.postMessage(message);
const origin = workerData as EvaluationOrigin;
const log = new RemoteLog(say, origin.base);
port.on('message', (chunk: LogChunk) => log.receive(chunk));
say(await runEvaluation(origin, log));
