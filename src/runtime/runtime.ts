import type { Fault } from '../core/fault.js';
import { modelsOf } from '../core/prompts/prompt-book.js';
import { contextLayoutOf, type Policy } from '../core/selection/policy.js';
import { decisionSnapshot, type DecisionSnapshot } from '../core/selection/snapshot.js';
import type { Outcome } from '../core/outcome/outcome.js';
import type { ArmId, ModelId } from '../core/registry/model.js';
import { ArmNumbers } from './arm-numbers.js';
import { AuditLog } from './audit-log.js';
import { Activity } from './activity.js';
import { Backups } from './backups.js';
import { Breakers } from './breakers.js';
import { CallTimes } from './call-times.js';
import { Decider } from './decider.js';
import { DecisionHistory } from './decision-history.js';
import { DecisionLogger } from './decision-logger.js';
import { DriftWatch } from './drift-watch.js';
import type { Surroundings } from './candidate-snapshot.js';
import { PolicyEvaluator } from './evaluation/policy-evaluator.js';
import { ExperimentGuard } from './experiments/experiment-guard.js';
import { ExperimentKeeper } from './experiments/experiment-keeper.js';
import { LearningKeeper } from './learning-keeper.js';
import { PolicyArchive } from './policy-archive.js';
import { PolicyKeeper } from './policy-keeper.js';
import { PromotionArchive } from './promotion/promotion-archive.js';
import { PromotionKeeper } from './promotion/promotion-keeper.js';
import { PromptKeeper } from './prompt-keeper.js';
import { PromptReviewer } from './prompt-reviewer.js';
import { RegistryKeeper } from './registry-keeper.js';
import { ReportJournal } from './report-journal.js';
import { Reporter } from './reporter.js';
import { ReportWatch } from './report-watch.js';
import { Retention } from './retention.js';
import { RollupKeeper } from './rollups/rollup-keeper.js';
import { RollupReader } from './rollups/rollup-reader.js';
import { Scrubber } from './scrubber.js';
import { Reservations } from './reservations.js';
import { StoreRecovery } from './store-recovery.js';
import { ShadowKeeper } from './shadow/shadow-keeper.js';
import { ESTIMATING, type TokenCounter } from './token-counter.js';
import { UsageCounts } from './usage-counts.js';
import { FaultyPolicyError } from './faulty-policy-error.js';
import type { RuntimeOptions } from './runtime-options.js';

const MS_PER_SECOND = 1_000;

/** Everything that changes while a server runs, each part with its one owner. */
export interface Runtime {
  readonly decider: Decider;
  readonly reporter: Reporter;
  readonly policies: PolicyKeeper;
  readonly registry: RegistryKeeper;
  readonly audit: AuditLog;
  readonly prompts: PromptKeeper;
  readonly promptReviewer: PromptReviewer;
  readonly journal: ReportJournal;
  readonly recovery: StoreRecovery;
  readonly scrubber: Scrubber;
  readonly breakers: Breakers;
  readonly decisionLog: DecisionLogger | undefined;
  readonly decisionHistory: DecisionHistory;
  readonly reportWatch: ReportWatch;
  readonly drift: DriftWatch;
  readonly reservations: Reservations;
  readonly backups: Backups;
  readonly shadow: ShadowKeeper;
  readonly evaluator: PolicyEvaluator;
  readonly experiments: ExperimentKeeper;
  readonly promotions: PromotionKeeper;
  readonly rollups: RollupReader;
  readonly activity: Activity;
  readonly usage: UsageCounts;
  readonly callTimes: CallTimes;
  readonly tokens: TokenCounter;
  /** What decisions are taken on at this moment. */
  snapshot(): DecisionSnapshot;
  /** Position of the oldest outcome that is kept. */
  outcomesBase(): number;
  /** Writes out what is queued and closes the store. */
  close(): Promise<void>;
}

/**
 * Reads the policy, recovers what was learned, and wires the parts.
 * @throws FaultyPolicyError; StoreError where the store cannot be read.
 */
export async function openRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { store, keys, environment, logger, ticketLifeSeconds } = options;
  const nowMs = (): number => environment.nowMs();
  let current: DecisionSnapshot | undefined;
  const snapshot = (): DecisionSnapshot => current!;
  const modelOf = (armId: ArmId): ModelId | undefined => current!.armById.get(armId)?.model.id;
  const breakers = new Breakers({ environment, logger, modelOf });
  const renew = (policy: Policy): void => {
    breakers.use(policy.availability);
    current = decisionSnapshot(policy, registry.registry, learning.state, prompts.book);
    shadow.follow();
    experiments.follow();
  };

  const audit = await AuditLog.open({
    documents: store.documents,
    logger,
    nowMs,
    retention: options.auditRetention,
  });
  const arms = await ArmNumbers.open(store.documents);
  const archive = await PolicyArchive.open(store.documents, audit);
  const registry = await RegistryKeeper.open({
    documents: store.documents,
    audit,
    arms,
    policyVersion: () => current!.policy.version,
    onChange: async () => {
      await prompts.followModels();
      renew(current!.policy);
    },
  });
  const prompts = await PromptKeeper.open({
    documents: store.documents,
    audit,
    policyVersion: () => current!.policy.version,
    arms,
    models: () => modelsOf(registry.registry),
    onChange: () => renew(current!.policy),
  });
  const learning = new LearningKeeper({
    store,
    logger,
    snapshotEveryOutcomes: options.snapshotEveryOutcomes,
  });
  const surroundings = (): Surroundings => ({
    storedModels: registry.modelsWith([]),
    storedVariants: prompts.storedVariants,
    armIds: arms.all,
  });
  const learnedTo = (): number => learning.state.sequence;
  const experiments = await ExperimentKeeper.open({
    documents: store.documents,
    outcomes: store.outcomes,
    audit,
    logger,
    nowMs,
    archive,
    arms,
    inForce: () => ({ snapshot: current!, surroundings: surroundings() }),
    learnedTo,
    snapshotEveryOutcomes: options.snapshotEveryOutcomes,
  });
  const objections = (policy: Policy): Fault[] => [
    ...experiments.objections(policy),
    ...registry.conflicts(policy.models),
    ...prompts.conflicts(policy.prompts.variants),
  ];
  const shadow = new ShadowKeeper({
    store,
    audit,
    logger,
    environment,
    open: options.openShadow,
    policyInForce: () => current!.policy,
    surroundings,
    learnedTo,
    objections,
  });
  const policies = new PolicyKeeper({
    folder: options.policyFolder,
    logger,
    nowMs,
    archive,
    keepVersions: options.keepPolicyVersions,
    objections,
    activate: async (policy, commit) => {
      const settings = [policy.bandit.halfLives, contextLayoutOf(policy)] as const;
      const before = current?.policy;
      if (before === undefined) await learning.open(...settings);
      // The state is made ready first, and taken together with the policy, which must never read contexts of another size.
      const succession = await learning.prepare(...settings);
      try {
        await experiments.adopt(policy);
        await registry.adopt(policy.models, () =>
          prompts.adopt(policy.prompts.variants, registry.modelsWith(policy.models), commit),
        );
      } catch (error) {
        succession.abandon();
        if (before !== undefined) await experiments.adopt(before);
        throw error;
      }
      succession.take();
      renew(policy);
    },
  });
  const faults = await policies.start();
  if (faults.length > 0) {
    const { pin, activeVersion } = archive.history;
    throw new FaultyPolicyError(faults, pin && activeVersion);
  }
  await breakers.restore(store.outcomes);
  await shadow.restore();

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
  const decisionLog = options.decisionLog && new DecisionLogger(store, options.decisionLog, logger);
  const evaluator = new PolicyEvaluator({
    store,
    surroundings,
    open: options.openEvaluation,
    logger,
    flush: async () => decisionLog?.flush(),
  });
  const promotions = new PromotionKeeper({
    archive: await PromotionArchive.open(store.documents, audit, () => current!.policy.version),
    policies,
    shadow,
    experiments,
    evaluator,
    logger,
    nowMs,
    inForce: () => current!,
    objections,
  });
  promotions.start();
  const promptReviewer = new PromptReviewer({ snapshot, prompts, nowMs, logger });
  promptReviewer.start();
  const guard = new ExperimentGuard(experiments, logger);
  guard.start();
  if (options.watchDrift) drift.start();
  if (options.watchPolicy) policies.watch();
  const retention =
    options.retention &&
    new Retention({
      store,
      settings: options.retention,
      ticketLifeMs: ticketLifeSeconds * MS_PER_SECOND,
      fold: () => {
        const { policy } = snapshot();
        return { halfLives: policy.bandit.halfLives, layout: contextLayoutOf(policy) };
      },
      nowMs,
      uptimeMs: () => performance.now(),
      // Experiments and rollups have sums of their own, which no base holds.
      beforeRemoval: async (toSequence) => {
        await experiments.keepUpTo(toSequence);
        await rollups.keepUpTo(toSequence);
      },
      logger,
    });
  retention?.start();
  rollups.start();
  const scrubber = new Scrubber({ store, bytesPerSecond: options.scrubBytesPerSecond ?? 0, logger });
  scrubber.start();

  const { tokens = ESTIMATING } = options;
  const deciderParts = {
    snapshot,
    keys,
    environment,
    ticketLifeSeconds,
    decisionLog,
    reservations,
    breakers,
    reportWatch,
    activity,
    shadow,
    experiments,
    tokens,
  };
  return {
    decider: new Decider(deciderParts),
    reporter: new Reporter({ snapshot, journal, keys, environment }),
    policies,
    registry,
    audit,
    prompts,
    promptReviewer,
    experiments,
    promotions,
    journal,
    recovery,
    scrubber,
    breakers,
    decisionLog,
    decisionHistory: new DecisionHistory({ store, flush: async () => decisionLog?.flush() }),
    reportWatch,
    drift,
    reservations,
    backups: new Backups({
      store,
      folder: options.backupFolder,
      logger,
      nowMs,
      flush: async () => decisionLog?.flush(),
    }),
    shadow,
    evaluator,
    rollups: new RollupReader({
      store,
      keeper: rollups,
      arms,
      nowMs,
      decisionLog,
      keep: options.retention?.rollups,
    }),
    activity,
    usage,
    callTimes: new CallTimes(nowMs),
    tokens,
    snapshot,
    outcomesBase: () => store.outcomes.base(),
    close: async () => {
      promptReviewer.close();
      drift.close();
      evaluator.close();
      await promotions.close();
      await scrubber.close();
      await retention?.close();
      guard.close();
      await shadow.close();
      await policies.close();
      await journal.flush();
      await decisionLog?.flush();
      if (!journal.failed) {
        await learning.close();
        await experiments.close();
      }
      await rollups.close();
      await store.close();
    },
  };
}
