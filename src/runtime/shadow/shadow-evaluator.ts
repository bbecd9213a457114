import { checkPolicy } from '../../config/load-policy.js';
import { policyFolderOf } from '../../config/policy-files.js';
import type { Difference } from '../../core/comparison/compare-answers.js';
import { confront } from '../../core/comparison/confront.js';
import { ComparisonTally, totalOf } from '../../core/comparison/tally.js';
import { describeFault } from '../../core/fault.js';
import type { TenantId } from '../../core/ids.js';
import type { ContextLayout } from '../../core/context/context-layout.js';
import type { HalfLives } from '../../core/learning/decay.js';
import { LearningState } from '../../core/learning/learning-state.js';
import { restate } from '../../core/learning/restate.js';
import type { ArmId } from '../../core/registry/model.js';
import { contextLayoutOf, type Policy } from '../../core/selection/policy.js';
import type { DecisionSnapshot } from '../../core/selection/snapshot.js';
import { decodeBase } from '../../store/learning-base-codec.js';
import { decodeLearning } from '../../store/learning-codec.js';
import { candidateSnapshot } from '../candidate-snapshot.js';
import { namesOf, unpackAnswer } from './packed-answer.js';
import { LatestTimes } from './latest-times.js';
import type { FromShadow, ShadowOrigin, ShadowRequest, ShadowTotal, ToShadow } from './shadow-messages.js';

/** Disagreements that are kept of each tenant, the latest. */
const DISAGREEMENTS_KEPT = 50;

/**
 * A candidate policy beside the one in force: it learns from the same outcomes, in the same order, and is asked about the
 * same requests where they stood among them. What it works out takes effect nowhere.
 */
export class ShadowEvaluator {
  private readonly policy: Policy;
  private readonly state: LearningState;
  private snapshot: DecisionSnapshot;
  private names: ReadonlyMap<ArmId, string>;
  private tallies = new Map<TenantId, ComparisonTally>();
  private times = new LatestTimes();
  private readonly counts: Record<Difference, number> = {
    refused: 0,
    admitted: 0,
    candidates: 0,
    shares: 0,
    none: 0,
  };

  /** @throws RangeError where the candidate is faulty, or does not fit its surroundings. */
  constructor(
    { sources, surroundings, snapshot, base }: ShadowOrigin,
    private readonly reply: (message: FromShadow) => void,
  ) {
    const policy = checkPolicy(policyFolderOf(sources));
    if (!policy.ok) throw new RangeError(policy.faults.map(describeFault).join('; '));
    this.policy = policy.value;
    const { halfLives } = this.policy.bandit;
    const layout = contextLayoutOf(this.policy);
    this.state = stateFrom({ snapshot, base }, halfLives, layout);
    this.snapshot = candidateSnapshot(this.policy, surroundings, this.state);
    this.names = namesOf(surroundings.armIds);
    reply({ kind: 'ready', sequence: this.state.sequence });
  }

  receive(message: ToShadow): void {
    switch (message.kind) {
      case 'surroundings':
        this.snapshot = candidateSnapshot(this.policy, message.surroundings, this.state);
        this.names = namesOf(message.surroundings.armIds);
        break;
      case 'outcomes':
        message.outcomes.forEach((outcome, i) => {
          const sequence = message.firstSequence + i;
          if (sequence >= this.state.sequence) this.state.fold(outcome, sequence);
        });
        break;
      case 'requests':
        for (const request of message.requests) this.consider(request);
        break;
      case 'restart':
        this.tallies = new Map();
        this.times = new LatestTimes();
        break;
      case 'report':
        this.reply({
          kind: 'report',
          id: message.id,
          report: (this.tallies.get(message.tenant) ?? newTally()).report(),
        });
        return;
      case 'total':
        this.reply({ kind: 'total', id: message.id, total: this.total() });
        return;
    }
    const requests = message.kind === 'requests' ? message.requests.length : 0;
    this.reply({ kind: 'done', requests, counts: { ...this.counts } });
  }

  private consider({
    decisionId,
    timeMs,
    question,
    context,
    availability,
    reserved,
    answer,
  }: ShadowRequest): void {
    const beganMs = performance.now();
    const confrontation = confront(
      this.snapshot,
      {
        question,
        options: {
          nowMs: timeMs,
          availability,
          reservedNanoUsd: (accountId) => (accountId === reserved?.accountId ? reserved.nanoUsd : 0),
          ...(context && { asLogged: { context } }),
        },
        knowsParameters: true,
      },
      unpackAnswer(answer, this.names),
    );
    this.times.add(performance.now() - beganMs);
    const { tenant, useCase } = question;
    this.tallyOf(tenant).add({ ...(decisionId && { decisionId }), timeMs, tenant, useCase }, confrontation);
    this.counts[confrontation.difference] += 1;
  }

  private total(): ShadowTotal {
    const rows = [...this.tallies.values()].flatMap((tally) => tally.report().rows);
    const { requests, differences, changedShare } = totalOf(rows);
    const decideMsP99 = this.times.quantile(0.99);
    return { requests, differences, changedShare, ...(decideMsP99 !== undefined && { decideMsP99 }) };
  }

  private tallyOf(tenant: TenantId): ComparisonTally {
    let tally = this.tallies.get(tenant);
    if (tally === undefined) {
      tally = newTally();
      this.tallies.set(tenant, tally);
    }
    return tally;
  }
}

/** The kept state, where the candidate learns alike and no outcome behind it is missing; else where a fold begins. */
function stateFrom(
  { snapshot, base }: { readonly snapshot: Uint8Array | undefined; readonly base: Uint8Array | undefined },
  halfLives: HalfLives,
  layout: ContextLayout,
): LearningState {
  const kept = snapshot && decodeLearning(snapshot, halfLives, layout);
  if (base === undefined) return kept ?? new LearningState(halfLives, layout);
  const begun = decodeBase(base);
  return kept !== undefined && kept.sequence >= begun.sequence ? kept : restate(begun, halfLives, layout);
}

const newTally = (): ComparisonTally =>
  new ComparisonTally({ keep: 'latest', disagreements: DISAGREEMENTS_KEPT });
