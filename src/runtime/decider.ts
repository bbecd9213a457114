import type { Availability } from '../core/availability/breaker-state.js';
import { reservationFor, retryAfterMs } from '../core/budget/period-standing.js';
import { SextantError, type Obstacle } from '../core/errors.js';
import type { Fault } from '../core/fault.js';
import type { DecisionId } from '../core/ids.js';
import { usdFromNanoUsd } from '../core/money.js';
import {
  deliberate,
  draw,
  type Decision,
  type Deliberation,
  type DeliberationOptions,
} from '../core/selection/decide.js';
import type { Question } from '../core/selection/question.js';
import { embeddingFaults, parameterFaults } from '../core/selection/question-faults.js';
import type { DecisionSnapshot } from '../core/selection/snapshot.js';
import { pinCandidates } from '../core/selection/pin-candidates.js';
import { ticketOf } from '../core/selection/ticket-of.js';
import type { Activity } from './activity.js';
import type { Breakers } from './breakers.js';
import type { ExperimentMember } from './experiments/running-experiment.js';
import type { ExperimentKeeper } from './experiments/experiment-keeper.js';
import type { DecisionLogger } from './decision-logger.js';
import type { Environment } from './environment.js';
import type { ReportWatch } from './report-watch.js';
import type { Reservations } from './reservations.js';
import type { ShadowKeeper } from './shadow/shadow-keeper.js';
import { sealTicket } from './ticket-codec.js';
import type { TicketKeys } from './ticket-keys.js';
import type { TokenCounter } from './token-counter.js';

/** A decision with its id and ticket. */
export interface IssuedDecision {
  readonly decisionId: DecisionId;
  readonly decision: Decision;
  readonly ticket: Uint8Array;
  readonly ticketExpiryMs: number;
  readonly policyVersion: string;
  /** Absent outside of experiments. */
  readonly member?: ExperimentMember;
}

/** A decision that was not taken. */
export interface ExplainedDecision {
  readonly deliberation: Deliberation;
  readonly policyVersion: string;
  /** Absent outside of experiments, and where each request is drawn by itself. */
  readonly member?: ExperimentMember;
}

export interface DeciderParts {
  readonly snapshot: () => DecisionSnapshot;
  readonly keys: TicketKeys;
  readonly environment: Environment;
  readonly ticketLifeSeconds: number;
  readonly decisionLog: DecisionLogger | undefined;
  /** Money held for decisions in flight; whoever folds their reports lets go of it. */
  readonly reservations: Reservations;
  readonly reportWatch: ReportWatch;
  readonly breakers: Breakers;
  readonly activity: Activity;
  readonly shadow: Pick<ShadowKeeper, 'offer'>;
  readonly experiments: Pick<ExperimentKeeper, 'route'>;
  readonly tokens: TokenCounter;
}

/** What was asked, of which policy, and when. */
interface Asked {
  readonly snapshot: DecisionSnapshot;
  readonly question: Question;
  readonly nowMs: number;
}

/** Bytes of the policy version that a ticket carries, in hexadecimal digits. */
const POLICY_VERSION_DIGITS = 16;

/** Takes decisions: reads one snapshot, draws, signs a ticket. Writes nothing that anyone waits for. */
export class Decider {
  constructor(private readonly parts: DeciderParts) {}

  /**
   * @throws SextantError INVALID_FIELD where the policy cannot reduce the embedding, or a prompt that could be chosen
   *   lacks a parameter; NO_CANDIDATE with the reason for every model; REQUEST_REJECTED; BUDGET_EXHAUSTED or
   *   MODELS_UNAVAILABLE with the time to try again.
   */
  select(asked: Question, explain: boolean): IssuedDecision {
    const { environment, keys, ticketLifeSeconds } = this.parts;
    const question = this.counted(asked);
    const decisionId = environment.newDecisionId();
    const routed = this.parts.experiments.route(question, decisionId);
    const { exposure, member } = routed ?? {};
    const snapshot = routed?.snapshot ?? this.parts.snapshot();
    const issueTimeMs = environment.nowMs();
    const availability = this.parts.breakers.availability(issueTimeMs);
    const found = this.deliberation(snapshot, question, issueTimeMs, { explain, availability });
    const deliberation =
      routed === undefined ? found : { ...found, candidates: pinCandidates(found.candidates, routed.pin) };
    if (deliberation.candidates.length === 0) {
      if (exposure === undefined)
        this.parts.shadow.offer({ timeMs: issueTimeMs, question, deliberation, availability });
      throw this.refusal({ snapshot, question, nowMs: issueTimeMs }, deliberation);
    }
    refuseFaults(parameterFaults(deliberation.candidates, question));
    const decision = draw(deliberation, environment.newSeed(), question.maxFallbacks);
    const policyVersion = snapshot.policy.version;
    const issue = {
      decisionId,
      issueTimeMs,
      lifeSeconds: ticketLifeSeconds,
      policyVersion: policyVersion.slice(0, POLICY_VERSION_DIGITS),
      ...(exposure && { exposure }),
    };
    const ticket = sealTicket(ticketOf(decision, question, issue), keys);
    this.reserve(decision, decisionId, issueTimeMs);
    const [choice] = decision.chain;
    if (choice!.isProbe) this.parts.breakers.startProbe(choice!.model.id, decisionId);
    this.parts.reportWatch.decided({
      decisionId,
      tenant: question.tenant,
      useCase: question.useCase,
      armId: choice!.arm.armId,
      requested: decision.label?.requested ?? false,
    });
    // An arm is another policy already: only what the policy in force decided is compared with the candidate.
    if (exposure === undefined)
      this.parts.shadow.offer({ decisionId, timeMs: issueTimeMs, question, deliberation, availability });
    this.parts.activity.decided(question.tenant, question.useCase, choice!.arm.armId);
    this.parts.decisionLog?.add({
      decisionId,
      issueTimeMs,
      question,
      decision,
      policyVersion,
      ...(exposure && { exposure }),
    });
    return {
      decisionId,
      decision,
      ticket,
      ticketExpiryMs: issueTimeMs + ticketLifeSeconds * 1000,
      policyVersion,
      ...(member && { member }),
    };
  }

  /**
   * The same, not taken: nothing is drawn, signed or logged. By the arm that the request would belong to, where its
   * experiment draws more than single requests. `trace` keeps the conditions of every rule.
   */
  explain(asked: Question, trace = false): ExplainedDecision {
    const question = this.counted(asked);
    const routed = this.parts.experiments.route(question, undefined);
    const { member } = routed ?? {};
    const snapshot = routed?.snapshot ?? this.parts.snapshot();
    const nowMs = this.parts.environment.nowMs();
    const found = this.deliberation(snapshot, question, nowMs, {
      explain: true,
      trace,
      availability: this.parts.breakers.availability(nowMs),
    });
    return {
      deliberation:
        routed === undefined ? found : { ...found, candidates: pinCandidates(found.candidates, routed.pin) },
      policyVersion: snapshot.policy.version,
      ...(member && { member }),
    };
  }

  private counted(question: Question): Question {
    const input = this.parts.tokens.counted(question.input);
    return input === question.input ? question : { ...question, input };
  }

  private deliberation(
    snapshot: DecisionSnapshot,
    question: Question,
    nowMs: number,
    asked: Pick<DeliberationOptions, 'explain' | 'trace'> & { readonly availability: Availability },
  ) {
    refuseFaults(embeddingFaults(snapshot.policy, question));
    const reservedNanoUsd = (accountId: string): number =>
      this.parts.reservations.heldNanoUsd(accountId, nowMs);
    return deliberate(snapshot, question, { nowMs, reservedNanoUsd, ...asked });
  }

  /** Holds what the choice is expected to cost, where a period's money is limited, until its spend counts. */
  private reserve({ budget, chain }: Decision, decisionId: DecisionId, nowMs: number): void {
    if (budget?.period === undefined) return;
    const nanoUsd = reservationFor(chain[0]!.cost?.meanNanoUsd ?? 0);
    this.parts.reservations.add(decisionId, budget.accountId, nanoUsd, nowMs);
  }

  /** Reasons are gathered only now, so that the way to a decision stays short. */
  private refusal({ snapshot, question, nowMs }: Asked, deliberation: Deliberation): SextantError {
    const { rejection } = deliberation;
    if (rejection !== undefined) {
      return new SextantError(
        'REQUEST_REJECTED',
        `rule ${rejection.ruleId} rejects the request: ${rejection.reason}`,
        {
          obstacles: [{ kind: 'rule', subject: rejection.ruleId, reason: rejection.reason }],
        },
      );
    }
    const { removals, considered } = this.deliberation(snapshot, question, nowMs, {
      explain: true,
      availability: this.parts.breakers.availability(nowMs),
    });
    const obstacles: Obstacle[] = removals.map(({ model, variant, filter, ruleId, reason }) => ({
      kind: ruleId === undefined ? filter : `${filter}:${ruleId}`,
      subject: variant === undefined ? model : `${model} with prompt ${variant}`,
      reason,
    }));
    const { retryAtMs } = deliberation;
    if (retryAtMs !== undefined) {
      // What waiting helps against comes first: long details are cut at their end.
      const waits = obstacles.filter(({ kind }) => kind === 'availability');
      const others = obstacles.filter(({ kind }) => kind !== 'availability');
      const until = new Date(retryAtMs).toISOString();
      const message = `no model can be asked before ${until}: all that could take this request (${waits.length}) failed and are left alone`;
      return new SextantError('MODELS_UNAVAILABLE', message, {
        obstacles: [...waits, ...others],
        retryAfterMs: retryAtMs - nowMs,
      });
    }
    const exhaustion = exhaustionOf(deliberation, nowMs);
    if (exhaustion !== undefined) {
      const { message, retryAfterMs } = exhaustion;
      return new SextantError('BUDGET_EXHAUSTED', message, { obstacles, retryAfterMs });
    }
    const message = `none of ${considered} models can take this request: ${summary(obstacles)}`;
    return new SextantError('NO_CANDIDATE', message, { obstacles });
  }
}

function refuseFaults(faults: readonly Fault[]): void {
  if (faults.length === 0) return;
  const message = `invalid request: ${faults.map(({ path, reason }) => `${path}: ${reason}`).join('; ')}`;
  throw new SextantError('INVALID_FIELD', message, { faults });
}

/** What to tell a caller whose budget does not cover the cheapest candidate. */
function exhaustionOf({ budget, standing, uncoveredNanoUsd }: Deliberation, nowMs: number) {
  if (budget === undefined || standing === undefined || uncoveredNanoUsd === undefined) return undefined;
  const { spentNanoUsd, reservedNanoUsd, periodEndMs } = standing;
  const { limitNanoUsd, every } = standing.budget;
  const spent = `${usdFromNanoUsd(spentNanoUsd)} of ${usdFromNanoUsd(limitNanoUsd)} USD of this ${every} are spent`;
  const held = `${usdFromNanoUsd(reservedNanoUsd)} USD are held for decisions in flight`;
  const needed = `the cheapest model needs about ${usdFromNanoUsd(uncoveredNanoUsd).toPrecision(2)} USD`;
  const renewed = `the next ${every} begins at ${new Date(periodEndMs).toISOString()}`;
  return {
    message: `budget ${budget.accountId} is exhausted: ${spent}, ${held}; ${needed}; ${renewed}`,
    retryAfterMs: retryAfterMs(standing, uncoveredNanoUsd, nowMs),
  };
}

const SUMMARY_ROWS = 5;

/** How many models each filter removed, the most first; the details name every model. */
function summary(obstacles: readonly Obstacle[]): string {
  const counts = new Map<string, number>();
  for (const { kind, reason } of obstacles) {
    // Rules give one reason to all; other filters' reasons hold each model's own figures.
    const row = kind.startsWith('rule:') ? `${kind} (${reason})` : kind;
    counts.set(row, (counts.get(row) ?? 0) + 1);
  }
  const rows = [...counts].sort((a, b) => b[1] - a[1]).map(([row, count]) => `${count} by ${row}`);
  const more = rows.length > SUMMARY_ROWS ? ` and ${rows.length - SUMMARY_ROWS} other filters` : '';
  return rows.slice(0, SUMMARY_ROWS).join(', ') + more;
}
