import { Worker, type ResourceLimits } from 'node:worker_threads';

/** What a thread says, and that it came to an end by itself. */
export interface ThreadListener<Message> {
  readonly message: (message: Message) => void;
  /** Nothing comes after it. */
  readonly failed: (error: unknown) => void;
}

export interface ThreadPort<Sent> {
  post(sent: Sent): void;
  /** Resolves when nothing comes back any more. */
  close(): Promise<void>;
}

/** Runs a module on a thread of its own. @param origin what it begins with: plain data. */
export function openThread<Sent, Message>(
  module: URL,
  origin: unknown,
  { message, failed }: ThreadListener<Message>,
  resourceLimits: ResourceLimits = {},
): ThreadPort<Sent> {
  const worker = new Worker(module, { workerData: origin, resourceLimits });
  let isClosed = false;
  worker.on('message', (received: Message) => {
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
}
