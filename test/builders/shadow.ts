import { ShadowEvaluator } from '../../src/runtime/shadow/shadow-evaluator.js';
import type { FromShadow, OpenShadow } from '../../src/runtime/shadow/shadow-messages.js';

/** A shadow in the same thread, which answers a turn later; what crosses is copied as a thread would copy it. */
export const shadowInProcess: OpenShadow = (origin, { message, failed }) => {
  let isClosed = false;
  const later = (task: () => void): void => {
    setImmediate(() => {
      if (isClosed) return;
      try {
        task();
      } catch (error) {
        isClosed = true;
        failed(error);
      }
    });
  };
  const reply = (answer: FromShadow): void => {
    const copy = structuredClone(answer);
    later(() => message(copy));
  };
  let evaluator: ShadowEvaluator | undefined;
  later(() => (evaluator = new ShadowEvaluator(structuredClone(origin), reply)));
  return {
    post: (sent) => {
      const copy = structuredClone(sent);
      later(() => evaluator!.receive(copy));
    },
    close: () => {
      isClosed = true;
      return Promise.resolve();
    },
  };
};

/** For deciders without one. */
export const NO_SHADOW = { offer: (): void => undefined };
