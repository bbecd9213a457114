import type { Outcome } from '../core/outcome/outcome.js';
import { Activity } from './activity.js';
import { DecisionLogger } from './decision-logger.js';
import { DriftWatch } from './drift-watch.js';
import type { PolicyParts } from './policy-parts.js';
import { ReportJournal } from './report-journal.js';
import { ReportWatch } from './report-watch.js';
import { Reservations } from './reservations.js';
import { RollupKeeper } from './rollups/rollup-keeper.js';
import type { RuntimeOptions } from './runtime-options.js';
import { StoreRecovery } from './store-recovery.js';
import { UsageCounts } from './usage-counts.js';

/** What becomes of an outcome once it is durable, and of a decision once it is taken. */
export interface OutcomeParts {
  readonly journal: ReportJournal;
  readonly recovery: StoreRecovery;
  readonly decisionLog: DecisionLogger | undefined;
  readonly rollups: RollupKeeper;
  readonly reservations: Reservations;
  readonly reportWatch: ReportWatch;
  readonly drift: DriftWatch;
  readonly activity: Activity;
  readonly usage: UsageCounts;
}

/** Wires everything that is told of each outcome. */
export function openOutcomeParts(options: RuntimeOptions, parts: PolicyParts): OutcomeParts {
  const { store, environment, logger } = options;
  const { learning, breakers, shadow, experiments, policies, snapshot, modelOf } = parts;
  const nowMs = (): number => environment.nowMs();
  const reservations = new Reservations();
  const usage = new UsageCounts(modelOf);
  const activity = new Activity(nowMs, usage);
  const rollups = new RollupKeeper({ store, logger });
  const reportWatch = new ReportWatch({ matureMs: options.reportsMatureMs, logger, nowMs });
  const drift = new DriftWatch({ snapshot, nowMs, logger });
  const fold = (outcome: Outcome, sequence: number): void => {
    learning.fold(outcome, sequence);
    reportWatch.recorded(outcome);
    drift.recorded(outcome);
    activity.recorded(outcome);
    breakers.record(outcome);
    shadow.recorded(outcome, sequence);
    experiments.recorded(outcome, sequence);
    rollups.recorded(outcome, sequence);
    if (outcome.metric === 'execution') reservations.release(outcome.decisionId);
  };
  const journal = new ReportJournal(store.outcomes, options.journal, fold);
  const recovery = new StoreRecovery({
    journal,
    learning,
    fold,
    logger,
    followUp: async () => options.watchPolicy && policies.reload(),
    onFailure: options.onStoreFailure,
    onRecovered: () => options.onStoreRecovered?.(),
  });
  options.observeStore?.(recovery);
  const decisionLog =
    options.decisionLog && new DecisionLogger(store, options.decisionLog, logger, environment);
  return {
    journal,
    recovery,
    decisionLog,
    rollups,
    reservations,
    reportWatch,
    drift,
    activity,
    usage,
  };
}
