import { parentPort } from 'node:worker_threads';
import { runJob, type JobMessage, type JobReply } from './run-jobs.js';

parentPort?.on('message', ({ index, job }: JobMessage) => {
  parentPort!.postMessage(reply(index, job));
});

function reply(index: number, job: JobMessage['job']): JobReply {
  try {
    return { index, run: runJob(job) };
  } catch (error) {
    return { index, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
