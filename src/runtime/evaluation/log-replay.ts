import type { LearningState } from '../../core/learning/learning-state.js';
import { contextLayoutOf, type Policy } from '../../core/selection/policy.js';
import type { DecisionSnapshot } from '../../core/selection/snapshot.js';
import { ArmNumbers } from '../arm-numbers.js';
import { candidateSnapshot, type Surroundings } from '../candidate-snapshot.js';
import { decodeRecord, recordedDecision, type RecordedDecision } from '../decision-codec.js';
import { foundation } from '../learner.js';
import { decodeStoredModel } from '../model-document.js';
import { decodeStoredPrompt } from '../prompt-document.js';
import { PROMPT_KIND } from '../prompt-keeper.js';
import { MODEL_KIND } from '../registry-keeper.js';
import type { DecisionLog, DocumentStore, OutcomeBlock, OutcomeLog } from '../../store/ports.js';

/** Which decisions of a log are gone through. */
export interface LogFilter {
  readonly tenant?: string;
  readonly useCase?: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a replay had to pass over, of what the filter lets through. */
export interface PassedOver {
  /** Decisions of before the log kept what was asked. */
  tooOld: number;
  /** Contexts of another layout than a policy's regressions read. */
  otherContext: number;
  /** Decisions whose choice has no probability that it was drawn with. */
  withoutPropensity: number;
}

export const nothingPassedOver = (): PassedOver => ({ tooOld: 0, otherContext: 0, withoutPropensity: 0 });

/** What a replay passed over, in words. */
export function passedOverLines(passedOver: Readonly<PassedOver>): readonly string[] {
  const { tooOld, otherContext, withoutPropensity } = passedOver;
  const lines: string[] = [];
  if (withoutPropensity > 0)
    lines.push(
      `${withoutPropensity} decisions have no probability of their choice: nothing follows from them`,
    );
  if (tooOld > 0) lines.push(`${tooOld} decisions were logged before what was asked was kept`);
  if (otherContext > 0) {
    lines.push(
      `${otherContext} decisions have contexts of another layout: hashedWords, embedding.json and a change from beta decide it`,
    );
  }
  return lines;
}

/** What a replay reads of a store's outcomes. */
export type ReadableOutcomes = Pick<OutcomeLog, 'read' | 'readBase'>;

interface ReplayParts {
  readonly surroundings: Surroundings;
  readonly state: LearningState;
}

/** A policy that goes through a log: its snapshot stands as it would have stood at each decision. */
export class ReplayedPolicy {
  readonly snapshot: DecisionSnapshot;
  private readonly history: OutcomeHistory;

  private constructor(outcomes: ReadableOutcomes, policy: Policy, parts: ReplayParts) {
    this.snapshot = candidateSnapshot(policy, parts.surroundings, parts.state);
    this.history = new OutcomeHistory(outcomes, parts.state);
  }

  /** Begins with what stands for the outcomes that retention took away. @throws StoreError; RangeError where the policy does not fit what is stored. */
  static async open(
    outcomes: ReadableOutcomes,
    policy: Policy,
    surroundings: Surroundings,
  ): Promise<ReplayedPolicy> {
    const state = await foundation(outcomes, policy.bandit.halfLives, contextLayoutOf(policy));
    return new ReplayedPolicy(outcomes, policy, { surroundings, state });
  }

  /** Whether the logged context is one that this policy's regressions read, or they read none. */
  canRead({ context, contextMapId }: RecordedDecision): boolean {
    const { size, mapId } = contextLayoutOf(this.snapshot.policy);
    return size === 0 || (context?.length === size && contextMapId === mapId);
  }

  /** Learns what was known when the decision was taken. Decisions have to come in the order that they were taken in. */
  learnUpTo({ stateSequence }: RecordedDecision): Promise<void> {
    return this.history.foldTo(stateSequence);
  }
}

/** The decisions of a log that all the policies can be asked about, in time order; each policy has learned up to it. */
export async function* replay(
  store: { readonly decisions: Pick<DecisionLog, 'range'> },
  policies: readonly ReplayedPolicy[],
  filter: LogFilter,
  passedOver: PassedOver,
): AsyncGenerator<RecordedDecision> {
  for await (const logged of store.decisions.range(filter.fromMs, filter.toMs)) {
    const record = decodeRecord(logged);
    if (!fits(record, filter)) continue;
    const recorded = recordedDecision(record);
    if (recorded === undefined) passedOver.tooOld += 1;
    else if (!hasPropensity(recorded)) passedOver.withoutPropensity += 1;
    else if (!policies.every((policy) => policy.canRead(recorded))) passedOver.otherContext += 1;
    else {
      for (const policy of policies) await policy.learnUpTo(recorded);
      yield recorded;
    }
  }
}

/** Whether a decision or an outcome is of a filter's tenant and use case. */
export const fits = (
  of: { readonly tenant: string; readonly useCase: string },
  { tenant, useCase }: LogFilter,
): boolean =>
  (tenant === undefined || of.tenant === tenant) && (useCase === undefined || of.useCase === useCase);

/** Whether the choice has a probability that it was drawn with. */
export const hasPropensity = ({ armId, candidates }: RecordedDecision): boolean =>
  candidates.some((candidate) => candidate.armId === armId && candidate.propensityQ16 > 0);

/** Folds a log bit by bit, so that the state stands where it stood at each decision. */
class OutcomeHistory {
  private readonly blocks: AsyncIterator<OutcomeBlock>;
  private block: OutcomeBlock | undefined;

  constructor(
    log: Pick<OutcomeLog, 'read'>,
    private readonly state: LearningState,
  ) {
    this.blocks = log.read(state.sequence)[Symbol.asyncIterator]();
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

/** What stands beside a policy in a stopped server's store. @throws StoreError. */
export async function surroundingsOf(documents: DocumentStore): Promise<Surroundings> {
  const numbers = await ArmNumbers.open(documents);
  const models = await documents.list(MODEL_KIND);
  const prompts = await documents.list(PROMPT_KIND);
  return {
    armIds: numbers.all,
    storedModels: models.map(({ body }) => decodeStoredModel(body).model),
    storedVariants: prompts.map(({ body }) => decodeStoredPrompt(body).variant),
  };
}
