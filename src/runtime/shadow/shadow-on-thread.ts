import { Worker } from 'node:worker_threads';
import type { FromShadow, OpenShadow } from './shadow-messages.js';

/** A shadow on a thread of its own, so that what it works out takes no time from decisions. */
export const shadowOnThread: OpenShadow = (origin, { message, failed }) => {
  const worker = new Worker(new URL('./shadow-thread.js', import.meta.url), { workerData: origin });
  let isClosed = false;
  worker.on('message', (received: FromShadow) => {
    if (!isClosed) message(received);
  });
  worker.on('error', (error) => {
    if (!isClosed) failed(error);
  });
  worker.on('exit', (code) => {
    if (!isClosed) failed(new Error(`the thread ended with code ${code}`));
  });
  return {
    post: (sent) => worker.postMessage(sent),
    close: async () => {
      isClosed = true;
      await worker.terminate();
    },
  };
};
