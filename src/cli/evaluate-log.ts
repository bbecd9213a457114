import type { ArmedDecision } from '../core/evaluation/support.js';
import { replayDecision, type ReplayedRewards } from '../core/evaluation/replay-decision.js';
import { armKeysOf, promptBook, type PromptBook } from '../core/prompts/prompt-book.js';
import type { UseCase } from '../core/ids.js';
import { LearningState } from '../core/learning/learning-state.js';
import { buildRegistry, type Registry } from '../core/registry/registry.js';
import type { ArmId, ModelId } from '../core/registry/model.js';
import { contextLayoutOf, type Policy } from '../core/selection/policy.js';
import { decisionSnapshot, type DecisionSnapshot } from '../core/selection/snapshot.js';
import { ArmNumbers } from '../runtime/arm-numbers.js';
import { decodeDecision, type RecordedDecision } from '../runtime/decision-codec.js';
import { decodeStoredModel } from '../runtime/model-document.js';
import { decodeStoredPrompt } from '../runtime/prompt-document.js';
import type { OutcomeBlock, OutcomeLog, Store } from '../store/ports.js';

/** Which decisions are evaluated. */
export interface LogFilter {
  readonly tenant?: string;
  readonly useCase?: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** One decision under the policy that is evaluated, by reward. */
export interface LoggedEvaluation {
  readonly useCase: UseCase;
  readonly quality: ArmedDecision;
  readonly costNanoUsd: ArmedDecision;
}

export interface EvaluatedLog {
  readonly decisions: readonly LoggedEvaluation[];
  readonly tenants: readonly string[];
  /** Names of arms, for tables. */
  readonly nameOf: (armId: ArmId) => string;
  /** Requests that the policy refuses, or leaves without a model. */
  readonly refused: number;
  /** Decisions of before the log kept what was asked. */
  readonly tooOld: number;
  /** Contexts that the policy's regressions cannot read. */
  readonly otherContext: number;
}

/**
 * Goes through a stopped store's decisions in time order and asks a policy what it would have done, each on the learning
 * state of before the decision. @throws StoreError; RangeError where the policy does not fit what is stored.
 */
export async function evaluateLog(store: Store, policy: Policy, filter: LogFilter): Promise<EvaluatedLog> {
  const rewards = await rewardsOf(store.outcomes);
  const layout = contextLayoutOf(policy);
  const state = new LearningState(policy.bandit.halfLives, layout);
  const snapshot = await snapshotOf(store, policy, state);
  const history = new OutcomeHistory(store.outcomes, state);
  const decisions: LoggedEvaluation[] = [];
  const tenants = new Set<string>();
  let [refused, tooOld, otherContext] = [0, 0, 0];
  for await (const logged of store.decisions.range(filter.fromMs, filter.toMs)) {
    const recorded = decodeDecision(logged);
    if (recorded === undefined) tooOld += 1;
    if (recorded === undefined || !fits(recorded, filter)) continue;
    const { question, context, contextMapId, stateSequence } = recorded;
    if (layout.size > 0 && (context?.length !== layout.size || contextMapId !== layout.mapId)) {
      otherContext += 1;
      continue;
    }
    await history.foldTo(stateSequence);
    tenants.add(question.tenant);
    const replayed = replayDecision(snapshot, recorded, rewards.get(recorded.decisionId) ?? {});
    if (replayed === undefined) {
      refused += 1;
      continue;
    }
    const { armIds, quality, costNanoUsd } = replayed;
    decisions.push({
      useCase: question.useCase,
      quality: { ...quality, armIds },
      costNanoUsd: { ...costNanoUsd, armIds },
    });
  }
  const nameOf = (armId: ArmId): string => nameIn(snapshot, armId);
  return { decisions, tenants: [...tenants].sort(), nameOf, refused, tooOld, otherContext };
}

const fits = ({ question }: RecordedDecision, { tenant, useCase }: LogFilter): boolean =>
  (tenant === undefined || question.tenant === tenant) &&
  (useCase === undefined || question.useCase === useCase);

function nameIn({ armById, variantOfArm }: DecisionSnapshot, armId: ArmId): string {
  const variant = variantOfArm.get(armId);
  const model = armById.get(armId)?.model.id ?? `arm ${armId}`;
  return variant === undefined ? model : `${model} ${variant.id}`;
}

/** What came of each decision's choice. Fallbacks belong to no propensity. */
async function rewardsOf(log: OutcomeLog): Promise<ReadonlyMap<string, ReplayedRewards>> {
  const rewards = new Map<string, ReplayedRewards>();
  for await (const { outcomes } of log.read(0)) {
    for (const { attempt, decisionId, quality, execution } of outcomes) {
      if (attempt > 0) continue;
      const cost = execution?.costNanoUsd;
      rewards.set(decisionId, {
        ...rewards.get(decisionId),
        ...(quality && { quality: quality.value }),
        ...(cost !== undefined && { costNanoUsd: cost }),
      });
    }
  }
  return rewards;
}

/** Folds a log bit by bit, so that the state stands where it stood at each decision. */
class OutcomeHistory {
  private readonly blocks: AsyncIterator<OutcomeBlock>;
  private block: OutcomeBlock | undefined;

  constructor(
    log: OutcomeLog,
    private readonly state: LearningState,
  ) {
    this.blocks = log.read(0)[Symbol.asyncIterator]();
  }

  async foldTo(sequence: number): Promise<void> {
    while (this.state.sequence < sequence) {
      const at = this.state.sequence;
      if (this.block === undefined || at >= this.block.firstSequence + this.block.outcomes.length) {
        const next = await this.blocks.next();
        if (next.done) return;
        this.block = next.value;
      }
      this.state.fold(this.block.outcomes[at - this.block.firstSequence]!, at);
    }
  }
}

async function snapshotOf(
  { documents }: Store,
  policy: Policy,
  state: LearningState,
): Promise<DecisionSnapshot> {
  const storedModels = (await documents.list('model')).map(({ body }) => decodeStoredModel(body).model);
  const storedVariants = (await documents.list('prompt')).map(({ body }) => decodeStoredPrompt(body).variant);
  const models = [...policy.models, ...storedModels];
  const variants = [...policy.prompts.variants, ...storedVariants];
  const numbers = await ArmNumbers.open(documents);
  const armIds = numbers.including([...models.map(({ id }) => id), ...armKeysOf(variants, models)]);
  const book: PromptBook = promptBook({ fileVariants: policy.prompts.variants, storedVariants, armIds });
  return decisionSnapshot(policy, registryOf(policy, storedModels, armIds), state, book);
}

function registryOf(
  { models: fileModels }: Policy,
  storedModels: Policy['models'],
  armIds: ReadonlyMap<string, ArmId>,
): Registry {
  const built = buildRegistry({ fileModels, storedModels, armIds: armIds as ReadonlyMap<ModelId, ArmId> });
  if (!built.ok)
    throw new RangeError(`the policy does not fit the stored models: ${built.faults[0]!.reason}`);
  return built.value;
}
