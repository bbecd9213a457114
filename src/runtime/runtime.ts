import { contextLayoutOf } from '../core/selection/policy.js';
import { Backups } from './backups.js';
import { CallTimes } from './call-times.js';
import { Decider } from './decider.js';
import { DecisionHistory } from './decision-history.js';
import { PolicyEvaluator } from './evaluation/policy-evaluator.js';
import { ExperimentGuard } from './experiments/experiment-guard.js';
import { openOutcomeParts, type OutcomeParts } from './outcome-parts.js';
import { openPolicyParts, type PolicyParts } from './policy-parts.js';
import { PromotionArchive } from './promotion/promotion-archive.js';
import { PromotionKeeper } from './promotion/promotion-keeper.js';
import { PromptReviewer } from './prompt-reviewer.js';
import { Reporter } from './reporter.js';
import { Retention } from './retention.js';
import { RollupReader } from './rollups/rollup-reader.js';
import type { RuntimeOptions } from './runtime-options.js';
import { Scrubber } from './scrubber.js';
import { ESTIMATING, type TokenCounter } from './token-counter.js';

const MS_PER_SECOND = 1_000;

/** Everything that changes while a server runs, each part with its one owner. */
export interface Runtime
  extends
    Pick<
      PolicyParts,
      'policies' | 'registry' | 'audit' | 'prompts' | 'experiments' | 'shadow' | 'breakers' | 'snapshot'
    >,
    Omit<OutcomeParts, 'rollups'> {
  readonly decider: Decider;
  readonly reporter: Reporter;
  readonly promptReviewer: PromptReviewer;
  readonly scrubber: Scrubber;
  readonly decisionHistory: DecisionHistory;
  readonly backups: Backups;
  readonly evaluator: PolicyEvaluator;
  readonly promotions: PromotionKeeper;
  readonly rollups: RollupReader;
  readonly callTimes: CallTimes;
  readonly tokens: TokenCounter;
  /** Position of the oldest outcome that is kept. */
  outcomesBase(): number;
  /** Writes out what is queued and closes the store. */
  close(): Promise<void>;
}

/**
 * Does of a start what may fail for the store's sake, and lets go of it again. What it writes, a start writes: what is
 * kept of the policy in force, and a snapshot of what was folded, so that the start that follows is quick.
 * @throws FaultyPolicyError; StoreError where the store cannot be read.
 */
export async function rehearseStart(options: RuntimeOptions): Promise<void> {
  const { audit, learning, snapshot } = await openPolicyParts(options);
  await PromotionArchive.open(options.store.documents, audit, () => snapshot().policy.version);
  await learning.close();
}

/**
 * Reads the policy, recovers what was learned, and wires the parts.
 * @throws FaultyPolicyError; StoreError where the store cannot be read.
 */
export async function openRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { store, keys, environment, logger, ticketLifeSeconds } = options;
  const nowMs = (): number => environment.nowMs();
  const policyParts = await openPolicyParts(options);
  const { audit, arms, registry, prompts, experiments, shadow, policies, learning } = policyParts;
  const { breakers, snapshot, surroundings, objections } = policyParts;
  const archive = await PromotionArchive.open(store.documents, audit, () => snapshot().policy.version);
  await shadow.restore();
  const outcomeParts = openOutcomeParts(options, policyParts);
  const { rollups, ...told } = outcomeParts;
  const { journal, decisionLog, drift } = told;
  const flush = async (): Promise<void> => decisionLog?.flush();
  const evaluator = new PolicyEvaluator({
    store,
    surroundings,
    open: options.openEvaluation,
    logger,
    flush,
  });
  const promotions = new PromotionKeeper({
    archive,
    policies,
    shadow,
    experiments,
    evaluator,
    logger,
    nowMs,
    inForce: snapshot,
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
  return {
    policies,
    registry,
    audit,
    prompts,
    experiments,
    shadow,
    breakers,
    snapshot,
    ...told,
    decider: new Decider({
      ...told,
      snapshot,
      breakers,
      shadow,
      experiments,
      keys,
      environment,
      ticketLifeSeconds,
      tokens,
    }),
    reporter: new Reporter({ snapshot, journal, keys, environment }),
    promptReviewer,
    promotions,
    scrubber,
    decisionHistory: new DecisionHistory({ store, flush }),
    backups: new Backups({ store, folder: options.backupFolder, logger, nowMs, flush }),
    evaluator,
    rollups: new RollupReader({
      store,
      keeper: rollups,
      arms,
      nowMs,
      decisionLog,
      keep: options.retention?.rollups,
    }),
    callTimes: new CallTimes(nowMs),
    tokens,
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
      await flush();
      if (!journal.failed) {
        await learning.close();
        await experiments.close();
      }
      await rollups.close();
      await store.close();
    },
  };
}
