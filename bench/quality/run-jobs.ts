import { Worker } from 'node:worker_threads';
import { benchSet, type BenchSetSpec } from './bench-set.js';
import { replay, type ReplaySpec, type Run } from './replay.js';

/** One replay, as it is sent to a worker. */
export interface Job extends ReplaySpec {
  readonly set: BenchSetSpec;
}

export interface JobMessage {
  readonly index: number;
  readonly job: Job;
}

export type JobReply =
  { readonly index: number; readonly run: Run } | { readonly index: number; readonly fault: string };

export const runJob = ({ set, ...spec }: Job): Run => replay(benchSet(set), spec);

/** Runs jobs; the runs come in the jobs' order. */
export interface JobRunner {
  readonly run: (jobs: readonly Job[]) => Promise<readonly Run[]>;
  readonly close: () => Promise<void>;
}

/** One after the other, in this thread. */
export const inThread: JobRunner = {
  run: (jobs) => Promise.resolve(jobs.map(runJob)),
  close: () => Promise.resolve(),
};

/** In worker threads, the next job to whoever is idle. Needs the built benchmark. */
export function workerPool(count: number): JobRunner {
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL('./job-worker.js', import.meta.url)),
  );
  return {
    run: async (jobs) => {
      const runs = new Array<Run>(jobs.length);
      let next = 0;
      const drain = async (worker: Worker): Promise<void> => {
        while (next < jobs.length) {
          const index = next++;
          runs[index] = await runOn(worker, { index, job: jobs[index]! });
        }
      };
      await Promise.all(workers.map(drain));
      return runs;
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function runOn(worker: Worker, message: JobMessage): Promise<Run> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
      act();
    };
    const onMessage = (reply: JobReply): void =>
      settle(() => ('run' in reply ? resolve(reply.run) : reject(new Error(reply.fault))));
    const onError = (error: Error): void => settle(() => reject(error));
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.postMessage(message);
  });
}
