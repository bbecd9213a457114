import type { FromEvaluation, OpenEvaluation } from '../../src/runtime/evaluation/evaluation-messages.js';
import { RemoteLog } from '../../src/runtime/evaluation/remote-log.js';
import { runEvaluation } from '../../src/runtime/evaluation/run-evaluation.js';

/** An evaluation in the same thread; what crosses is copied as a thread would copy it. */
export const evaluationInProcess: OpenEvaluation = (origin, { message, failed }) => {
  let isClosed = false;
  const say = (said: FromEvaluation): void => {
    const copy = structuredClone(said);
    setImmediate(() => {
      if (!isClosed) message(copy);
    });
  };
  const log = new RemoteLog(say);
  runEvaluation(structuredClone(origin), log).then(say, (error: unknown) => {
    if (!isClosed) failed(error);
  });
  return {
    post: (chunk) => log.receive(structuredClone(chunk)),
    close: () => {
      isClosed = true;
      return Promise.resolve();
    },
  };
};
