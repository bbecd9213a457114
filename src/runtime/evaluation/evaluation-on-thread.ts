import { Worker } from 'node:worker_threads';
import type { FromEvaluation, OpenEvaluation } from './evaluation-messages.js';

/** Some numbers of each decision, what was learned, and what came of decisions: many times what the most of them take. */
const HEAP_MOST_MB = 1_024;

/** An evaluation on a thread of its own, with a heap of its own. */
export const evaluationOnThread: OpenEvaluation = (origin, { message, failed }) => {
  const worker = new Worker(new URL('./evaluation-thread.js', import.meta.url), {
    workerData: origin,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MOST_MB },
  });
  let isClosed = false;
  worker.on('message', (received: FromEvaluation) => {
    if (!isClosed) message(received);
  });
  worker.on('error', (error) => {
    if (!isClosed) failed(error);
  });
  worker.on('exit', (code) => {
    if (!isClosed) failed(new Error(`the thread ended with code ${code}`));
  });
  return {
    post: (chunk) => worker.postMessage(chunk),
    close: async () => {
      isClosed = true;
      await worker.terminate();
    },
  };
};
