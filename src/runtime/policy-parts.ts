import type { Fault } from '../core/fault.js';
import { modelsOf } from '../core/prompts/prompt-book.js';
import type { ArmId, ModelId } from '../core/registry/model.js';
import { contextLayoutOf, type Policy } from '../core/selection/policy.js';
import { decisionSnapshot, type DecisionSnapshot } from '../core/selection/snapshot.js';
import { ArmNumbers } from './arm-numbers.js';
import { AuditLog } from './audit-log.js';
import { Breakers } from './breakers.js';
import type { Surroundings } from './candidate-snapshot.js';
import { ExperimentKeeper } from './experiments/experiment-keeper.js';
import { FaultyPolicyError } from './faulty-policy-error.js';
import { LearningKeeper } from './learning-keeper.js';
import { PolicyArchive } from './policy-archive.js';
import { PolicyKeeper } from './policy-keeper.js';
import { PromptKeeper } from './prompt-keeper.js';
import { RegistryKeeper } from './registry-keeper.js';
import type { RuntimeOptions } from './runtime-options.js';
import { ShadowKeeper } from './shadow/shadow-keeper.js';

/** What decisions are taken on, and who may change it. */
export interface PolicyParts {
  readonly audit: AuditLog;
  readonly arms: ArmNumbers;
  readonly archive: PolicyArchive;
  readonly registry: RegistryKeeper;
  readonly prompts: PromptKeeper;
  readonly learning: LearningKeeper;
  readonly experiments: ExperimentKeeper;
  readonly shadow: ShadowKeeper;
  readonly policies: PolicyKeeper;
  readonly breakers: Breakers;
  /** What decisions are taken on at this moment. */
  readonly snapshot: () => DecisionSnapshot;
  readonly surroundings: () => Surroundings;
  /** What speaks against a policy here, beside faults of its own. */
  readonly objections: (policy: Policy) => Fault[];
  readonly modelOf: (armId: ArmId) => ModelId | undefined;
}

/**
 * Reads the policy and recovers what was learned; the snapshot is renewed whenever one of the parts changes.
 * @throws FaultyPolicyError; StoreError where the store cannot be read.
 */
export async function openPolicyParts(options: RuntimeOptions): Promise<PolicyParts> {
  const { store, environment, logger } = options;
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
  return {
    audit,
    arms,
    archive,
    registry,
    prompts,
    learning,
    experiments,
    shadow,
    policies,
    breakers,
    snapshot,
    surroundings,
    objections,
    modelOf,
  };
}
