import { ALL_AVAILABLE, type Availability } from '../availability/breaker-state.js';
import { drawArm } from '../bandit/propensity.js';
import { normalizeWeights, type Weights } from '../bandit/settings.js';
import type { BudgetLedger } from '../budget/budget-ledger.js';
import { budgetFor, type BudgetInForce } from '../budget/budget-rule.js';
import { affordable, standingOf, type PeriodStanding } from '../budget/period-standing.js';
import { usdFromNanoUsd } from '../money.js';
import type { ContextVector } from '../context/context-vector.js';
import type { RequestProfile } from '../profile.js';
import { rngFromSeed } from '../random.js';
import type { ModelId } from '../registry/model.js';
import { applyRules, type FiredRule } from '../rules/apply.js';
import type { RequestFacts } from '../rules/facts.js';

import { traceRules, type RuleTraces } from '../rules/trace-rules.js';
import { tenantFact } from '../rules/parse-tenants.js';
import { availableOf, providersInDoubt } from './available.js';
import { candidateOf, type Candidate } from './candidate.js';
import { ineligibility } from './eligible.js';
import type { Question } from './question.js';
import { requestLabel, type LabelRequest, type LabelSettings } from './label-request.js';
import { rankFallbacks } from './rank-fallbacks.js';
import { removedArm, type Removal } from './removal.js';
import { runnerUp, type RunnerUp } from './runner-up.js';
import { requestScope } from './request-scope.js';
import { armsFor, type DecisionSnapshot } from './snapshot.js';
import { scoreCandidates, type ScoredCandidate } from './score-candidates.js';
import type { UtilityTerms } from './utility.js';

/** Everything about a request but the draw: what Explain shows. */
export interface Deliberation {
  readonly profile: RequestProfile;
  readonly segment: string;
  readonly weights: Weights;
  readonly weightsRuleId?: string;
  readonly budget?: BudgetInForce;
  /** Absent where the budget has no period, or the request was rejected. */
  readonly standing?: PeriodStanding;
  /** The lowest expected cost, where the period's money does not cover even that. */
  readonly uncoveredNanoUsd?: number;
  readonly lambda: number;
  /** When it may be worth asking again, where breakers alone left no candidate. */
  readonly retryAtMs?: number;
  /** Providers of which several models are failing. */
  readonly doubtfulProviders: ReadonlySet<string>;
  readonly considered: number;
  /** By model id. Empty where every model was removed, or the request was rejected. */
  readonly candidates: readonly ScoredCandidate[];
  /** The rule that rejected the request, if one did. */
  readonly rejection?: { readonly ruleId: string; readonly reason: string };
  /** Only when asked for, and where two candidates are left. */
  readonly runnerUp?: RunnerUp;
  /** Filled in only when asked for. */
  readonly removals: readonly Removal[];
  readonly firedRules: readonly FiredRule[];
  /** Every condition that was evaluated; only where traces were asked for. */
  readonly traces?: RuleTraces;
  /** The arms that rules saw, in the order that `firedRules` counts them. Filled in only when asked for. */
  readonly eligibleArms: readonly Pick<Removal, 'model' | 'variant'>[];
  /** What the bandit scored; absent where its policy reads no context. */
  readonly context?: ContextVector;
  /** Map of the embedding that is in the context; absent where the policy reads none. */
  readonly contextMapId?: number;
  readonly stateSequence: number;
  readonly labels?: LabelSettings;
}

/** A taken decision: the choice and its fallbacks, out of a deliberation. */
export interface Decision extends Deliberation {
  /** The choice first. */
  readonly chain: readonly ScoredCandidate[];
  readonly seed: bigint;
  /** Absent where the policy never asks for a quality. */
  readonly label?: LabelRequest;
}

/** The clock of a deliberation, and whether to keep why models were removed. */
export interface DeliberationOptions {
  readonly nowMs: number;
  readonly explain: boolean;
  /** Whether to keep every rule's conditions with what they saw: dear, and for people only. */
  readonly trace?: boolean;
  /** Held for an account's decisions in flight; absent where none is. */
  readonly reservedNanoUsd?: (accountId: string) => number;
  /** What breakers say; absent where all models are available. */
  readonly availability?: Availability;
  /** What a logged decision was taken with, where one is gone through again. */
  readonly asLogged?: LoggedInputs;
}

/** Inputs that cannot be worked out once a request's text is gone and the budget has moved on. */
export interface LoggedInputs {
  readonly context?: ContextVector;
  /** Absent where the budget stands as it stood. */
  readonly lambda?: number;
  /** What another policy would have spent; the learning state's where absent. */
  readonly ledger?: BudgetLedger;
}

/** Filters, estimates and scores every model of the snapshot. Changes nothing, draws nothing. */
export function deliberate(
  snapshot: DecisionSnapshot,
  question: Question,
  { nowMs, explain, trace, reservedNanoUsd, availability = ALL_AVAILABLE, asLogged }: DeliberationOptions,
): Deliberation {
  const { policy, learning } = snapshot;
  const { profile, segment, context, contextMapId, scope } = requestScope(snapshot, question, {
    nowMs,
    logged: asLogged?.context,
  });
  const budget = budgetFor(policy.budgets, question.tenant, question.useCase);
  const ledger = asLogged?.ledger ?? learning.budgets;
  const paced = budget !== undefined && budget.averageNanoUsd > 0 ? budget : undefined;
  const lambda = paced === undefined ? 0 : (asLogged?.lambda ?? ledger.lambda(paced.accountId));

  const removals: Removal[] = [];
  const eligible: Candidate[] = [];
  const arms = armsFor(snapshot, question.useCase);
  for (const arm of arms) {
    const removal = ineligibility(arm, question, profile, budget !== undefined);
    if (removal === null) eligible.push(candidateOf(arm, scope, question, profile));
    else if (explain) removals.push(removal);
  }

  const facts = requestFacts(snapshot, question, { profile, budget, lambda, nowMs });
  const verdict = applyRules(policy.rules, facts, eligible, { explain });
  if (explain) {
    for (const { index, ruleId, reason } of verdict.removed) {
      removals.push({ ...removedArm(eligible[index]!.arm), filter: 'rule', ruleId, reason });
    }
  }
  const available = availableOf(
    verdict.kept.map((index) => eligible[index]!),
    availability.impairments,
  );
  const { kept } = available;
  if (explain) removals.push(...available.removals);
  const standing =
    budget?.period === undefined || verdict.rejected
      ? undefined
      : standingOf(budget.period, ledger.accounts.get(budget.accountId)?.spend, {
          reservedNanoUsd: reservedNanoUsd?.(budget.accountId) ?? 0,
          nowMs,
        });
  const covered = standing && affordable(kept.map(costOf), standing);
  if (covered && explain) removals.push(...uncovered(kept, covered.kept, standing));
  const weights =
    (verdict.weights && normalizeWeights(verdict.weights)) ?? question.weights ?? policy.bandit.weights;
  const terms: UtilityTerms = { weights, settings: policy.bandit, lambda, ...(paced && { budget: paced }) };
  const candidates = verdict.rejected
    ? []
    : scoreCandidates(
        covered === undefined ? kept : covered.kept.map((index) => kept[index]!),
        terms,
        policy.availability.probes.share,
      );
  const second = explain ? runnerUp(candidates, terms) : undefined;
  return {
    profile,
    segment,
    weights,
    ...(verdict.weights && { weightsRuleId: verdict.weights.ruleId }),
    ...(budget && { budget }),
    lambda,
    considered: arms.length,
    candidates,
    ...(second && { runnerUp: second }),
    ...(available.retryAtMs !== undefined && { retryAtMs: available.retryAtMs }),
    doubtfulProviders: providersInDoubt(snapshot.arms, availability.failing),
    ...(standing && { standing }),
    ...(covered?.uncoveredNanoUsd !== undefined && { uncoveredNanoUsd: covered.uncoveredNanoUsd }),
    ...(verdict.rejected && { rejection: verdict.rejected }),
    removals,
    firedRules: verdict.fired ?? [],
    ...(trace === true && { traces: traceRules(policy.rules, facts, eligible) }),
    eligibleArms: explain ? eligible.map(({ arm }) => removedArm(arm)) : [],
    ...(context && { context }),
    ...(contextMapId !== 0 && { contextMapId }),
    stateSequence: learning.sequence,
    ...(policy.bandit.labels && { labels: policy.bandit.labels }),
  };
}

/**
 * Draws the choice from exactly the propensities that are logged, and ranks the fallbacks.
 *
 * @param seed 64 bits; the same seed at the same snapshot gives the same decision.
 * @throws RangeError where the deliberation left no candidate.
 */
export function draw(deliberation: Deliberation, seed: bigint, maxFallbacks: number): Decision {
  const { candidates, doubtfulProviders } = deliberation;
  const quantized = Uint32Array.from(candidates, (candidate) => candidate.propensityQ16);
  const choice = candidates[drawArm(quantized, rngFromSeed(seed))]!;
  // A fallback is asked when something failed already: that is no time for a probe, nor for a provider in doubt.
  const rest = onePerModel(
    candidates.filter(({ model, isProbe }) => model.id !== choice.model.id && !isProbe),
  );
  const rankable = rest.map(({ model, expectedUtility: utility }) => ({ provider: model.provider, utility }));
  const { provider } = choice.model;
  const doubtful = choice.isProbe ? new Set([...doubtfulProviders, provider]) : doubtfulProviders;
  const order = rankFallbacks(rankable, provider, maxFallbacks, doubtful);
  const { labels } = deliberation;
  const label = labels && requestLabel(labels, choice.belief.quality.variance, seed);
  const chain = [choice, ...order.map((index) => rest[index]!)];
  return { ...deliberation, chain, seed, ...(label && { label }) };
}

/** Of each model its best variant: where a call failed, another text on the same model is no fallback. */
function onePerModel(candidates: readonly ScoredCandidate[]): readonly ScoredCandidate[] {
  const best = new Map<ModelId, ScoredCandidate>();
  for (const candidate of candidates) {
    const other = best.get(candidate.model.id);
    if (other === undefined || candidate.expectedUtility > other.expectedUtility)
      best.set(candidate.model.id, candidate);
  }
  return best.size === candidates.length ? candidates : [...best.values()];
}

const costOf = ({ cost }: Candidate): number => cost?.meanNanoUsd ?? Infinity;

/** A removal for every candidate that the period's money does not cover. */
function uncovered(
  candidates: readonly Candidate[],
  kept: readonly number[],
  { remainingNanoUsd }: PeriodStanding,
): Removal[] {
  const isKept = new Set(kept);
  const remains = `${usdFromNanoUsd(remainingNanoUsd)} USD remain of the period's budget`;
  return candidates
    .filter((_, i) => !isKept.has(i))
    .map((candidate) => ({
      ...removedArm(candidate.arm),
      filter: 'budget',
      reason: `expected to cost ${usdFromNanoUsd(costOf(candidate)).toPrecision(2)} USD, ${remains}`,
    }));
}

interface FactSources {
  readonly profile: RequestProfile;
  readonly budget: BudgetInForce | undefined;
  readonly lambda: number;
  readonly nowMs: number;
}

function requestFacts(
  { policy }: DecisionSnapshot,
  question: Question,
  { profile, budget, lambda, nowMs }: FactSources,
): RequestFacts {
  const { useCase, attributes, batch, streaming, input } = question;
  return {
    request: {
      useCase,
      attributes,
      batch,
      streaming,
      ...(input.maxOutputTokens === undefined ? {} : { maxOutputTokens: input.maxOutputTokens }),
    },
    profile: {
      inputTokens: profile.inputTokens,
      taskType: profile.taskType,
      complexity: profile.composite,
      level: profile.level,
      dimensions: profile.dimensions,
      modalities: profile.modalities,
      messageCount: input.messages.length,
    },
    budget: {
      limited: budget !== undefined,
      ...(budget !== undefined &&
        budget.averageNanoUsd > 0 && { averageUsdPerRequest: usdFromNanoUsd(budget.averageNanoUsd) }),
      lambda,
    },
    tenant: tenantFact(policy.tenants, question.tenant),
    epochMs: nowMs,
  };
}
