import { OUTCOME_METRICS, type Outcome } from '../core/outcome/outcome.js';

/** The order of one decision's outcomes: by attempt then metric. */
export const byAttempt = (a: Outcome, b: Outcome): number =>
  a.attempt - b.attempt || OUTCOME_METRICS.indexOf(a.metric) - OUTCOME_METRICS.indexOf(b.metric);
