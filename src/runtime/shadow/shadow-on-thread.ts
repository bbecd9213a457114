import { openThread } from '../on-thread.js';
import type { OpenShadow } from './shadow-messages.js';

/** A shadow on a thread of its own, so that what it works out takes no time from decisions. */
export const shadowOnThread: OpenShadow = (origin, listener) =>
  openThread(new URL('./shadow-thread.js', import.meta.url), origin, listener);
