import { contextLayoutOf } from '../../src/core/selection/policy.js';
import type { ContextVector } from '../../src/core/context/context-vector.js';
import type { DecisionId } from '../../src/core/ids.js';
import { LearningState } from '../../src/core/learning/learning-state.js';
import { nanoUsdFromUsd } from '../../src/core/money.js';
import { normalizeAttempt, type AttemptReport } from '../../src/core/outcome/normalize.js';
import type { Outcome } from '../../src/core/outcome/outcome.js';
import type { Registry } from '../../src/core/registry/registry.js';
import { deliberate, draw, type Decision } from '../../src/core/selection/decide.js';
import type { Policy } from '../../src/core/selection/policy.js';
import type { Question } from '../../src/core/selection/question.js';
import { decisionSnapshot, type DecisionSnapshot } from '../../src/core/selection/snapshot.js';
import type { ScoredCandidate } from '../../src/core/selection/score-candidates.js';
import { ticketOf, type Issue } from '../../src/core/selection/ticket-of.js';
import { armOf } from './bench-registry.js';

/** What an arm did with a prompt. */
interface RecordedOutcome {
  readonly quality: number;
  readonly costUsd?: number;
  /** The call ended in a server error. */
  readonly failed?: boolean;
}

/** One request of a replay. */
export interface SessionRequest {
  readonly question: Question;
  readonly nowMs: number;
  readonly seed: bigint;
  /** Where the question has no text any more. */
  readonly context?: ContextVector;
  /** The report has no quality. */
  readonly unjudged?: true;
  /** What the chosen arm does with it; only the choice's outcome is ever asked for. */
  readonly outcomeOf: (arm: number) => RecordedOutcome;
}

export interface SessionStep {
  /** The choice's place in the set. */
  readonly arm: number;
  /** The budget's dual price at the decision; 0 without a budget. */
  readonly lambda: number;
  readonly choice: ScoredCandidate;
  readonly decision: Decision;
  readonly decisionId: DecisionId;
  /** What came of it, as it was folded. */
  readonly outcomes: readonly Outcome[];
}

const LIFE_SECONDS = 604_800;
/** A replay reports nothing twice, so that contents need no names. */
const noDigest = (): string => '0'.repeat(16);

/**
 * Select and Report without a server: the product's decision, its ticket, its normalised outcomes and its fold,
 * as the runtime's decider, reporter and journal join them, but for signing and storing.
 */
export class ReplaySession {
  readonly learning: LearningState;
  private current: DecisionSnapshot;

  constructor(
    private readonly policy: Policy,
    registry: Registry,
  ) {
    this.learning = new LearningState(policy.bandit.halfLives, contextLayoutOf(policy));
    this.current = decisionSnapshot(policy, registry, this.learning);
  }

  /** What decisions are taken on at this moment. */
  get snapshot(): DecisionSnapshot {
    return this.current;
  }

  /** Swaps the registry, as an edit of models or prices does; what was learned stays. */
  setRegistry(registry: Registry): void {
    this.current = decisionSnapshot(this.policy, registry, this.learning);
  }

  /** Decides one request and learns from its report at once. */
  step({ question, nowMs, seed, context, unjudged, outcomeOf }: SessionRequest): SessionStep {
    const asLogged = context && { asLogged: { context } };
    const deliberation = deliberate(this.current, question, { nowMs, explain: false, ...asLogged });
    const decision = draw(deliberation, seed, question.maxFallbacks);
    const { arm: chosen } = decision.chain[0]!;
    const { quality, costUsd, failed = false } = outcomeOf(armOf(chosen.armId));
    const report: AttemptReport = {
      attempt: 0,
      status: failed ? 'server_error' : 'success',
      ...(!unjudged && !failed && { quality }),
      qualitySource: 'bench',
      endTimeMs: nowMs,
      ...(costUsd !== undefined && { costNanoUsd: Number(nanoUsdFromUsd(costUsd)) }),
    };
    const issue = issueOf(decision, nowMs);
    const outcomes = normalizeAttempt(ticketOf(decision, question, issue), report, {
      ...(chosen.prices && { prices: chosen.prices }),
      receiveTimeMs: nowMs,
      digest: noDigest,
    });
    for (const outcome of outcomes) this.learning.fold(outcome, this.learning.sequence);
    return {
      arm: armOf(chosen.armId),
      lambda: decision.lambda,
      choice: decision.chain[0]!,
      decision,
      decisionId: issue.decisionId,
      outcomes,
    };
  }
}

function issueOf({ stateSequence }: Decision, issueTimeMs: number): Issue {
  return {
    decisionId: `00000000-0000-7000-8000-${stateSequence.toString(16).padStart(12, '0')}` as DecisionId,
    issueTimeMs,
    lifeSeconds: LIFE_SECONDS,
    policyVersion: '0'.repeat(16),
  };
}
