import { openThread } from '../on-thread.js';
import type { OpenEvaluation } from './evaluation-messages.js';

/** Some numbers of each decision, what was learned, and what came of decisions: many times what the most of them take. */
const HEAP_MOST_MB = 1_024;

/** An evaluation on a thread of its own, with a heap of its own. */
export const evaluationOnThread: OpenEvaluation = (origin, listener) =>
  openThread(new URL('./evaluation-thread.js', import.meta.url), origin, listener, {
    maxOldGenerationSizeMb: HEAP_MOST_MB,
  });
