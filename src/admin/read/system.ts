import { describeFault } from '../../core/fault.js';
import { modelReportRates } from '../../runtime/model-report-rates.js';
import type { SystemView } from '../views.js';
import { timesView } from './overview.js';
import { armName, type Sources } from './sources.js';

/** What the process knows of itself. */
export interface ProcessFacts {
  readonly version: string;
  readonly node: string;
  readonly startedMs: number;
  readonly memoryBytes: number;
  readonly notReady: string | null;
  readonly warning: string | null;
  readonly eventLoopDelayMs: SystemView['eventLoopDelayMs'];
}

export function readSystem({ runtime, tenant }: Sources, facts: ProcessFacts): SystemView {
  const { policies, journal, decisionLog, callTimes, reportWatch } = runtime;
  const snapshot = runtime.snapshot();
  const { rejected } = policies;
  return {
    version: facts.version,
    node: facts.node,
    startedMs: facts.startedMs,
    ready: facts.notReady === null,
    warning: facts.notReady ?? facts.warning,
    policy: {
      version: snapshot.policy.version,
      sinceMs: policies.activeSinceMs,
      rules: snapshot.policy.rules.rules.length,
      pinned: policies.history.pin !== undefined,
      waitingVersion: policies.waitingVersion ?? null,
      rejected: rejected ? { version: rejected.version, faults: rejected.faults.map(describeFault) } : null,
    },
    store: {
      sequence: snapshot.learning.sequence,
      failed: journal.failed,
      queueDepth: journal.depth,
      decisionsUnlogged: decisionLog?.dropped ?? 0,
    },
    eventLoopDelayMs: facts.eventLoopDelayMs,
    memoryBytes: facts.memoryBytes,
    calls: callTimes.lastMinute().map((times) => ({
      method: times.method,
      errors: Object.values(times.errors).reduce((sum, count) => sum + count, 0),
      ...timesView(times),
    })),
    reportRates: modelReportRates(reportWatch, snapshot, tenant).map((rate) => ({
      useCase: rate.useCase,
      model: armName({ runtime }, rate.armId),
      decisions: rate.decisions,
      reported: rate.reported,
      expectedReported: rate.expectedReported,
      z: rate.z,
      differs: rate.differs,
    })),
  };
}
