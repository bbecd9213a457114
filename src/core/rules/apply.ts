import { evaluationContext, type EvaluationContext } from './context.js';
import {
  addEffect,
  clearEffects,
  exceededCap,
  failedFilter,
  firstRule,
  noEffects,
  removalBy,
  tighterCap,
  type Effects,
  type GatheredEffects,
  type Removal,
} from './effects.js';
import { gather, moveTo, openRules } from './evaluate.js';
import type { EventType } from './vocabulary.js';
import type { RequestFacts, RuleCandidate } from './facts.js';
import type { CompiledRule, RuleSet } from './rule-set.js';

/** A rule that fired, for an explanation. */
export interface FiredRule {
  readonly ruleId: string;
  readonly event: EventType;
  /** Absent: the rule fired on the request. */
  readonly modelIndex?: number;
}

/** What rules leave of a list of candidates. */
export interface RulesOutcome {
  /** The request is refused; nothing is kept. */
  readonly rejected?: { readonly ruleId: string; readonly reason: string };
  /** Indexes of the candidates that are left, ascending. */
  readonly kept: readonly number[];
  /** One entry for each other candidate, ascending, with the first reason. Empty where the request is refused. */
  readonly removed: readonly (Removal & { readonly index: number })[];
  readonly weights?: {
    readonly quality: number;
    readonly cost: number;
    readonly latency: number;
    readonly ruleId: string;
  };
  /** Only when asked for: costs an allocation per rule. */
  readonly fired?: readonly FiredRule[];
}

export interface ApplyOptions {
  readonly explain?: boolean;
}

/** The rule that removes this candidate, in the order: request filters, candidate filters, caps. */
function removingRule(
  { model, estimate }: RuleCandidate,
  request: Effects,
  candidate: Effects,
): CompiledRule | undefined {
  return (
    failedFilter(request.filters, model) ??
    failedFilter(candidate.filters, model) ??
    exceededCap(
      estimate,
      tighterCap(request.costCap, candidate.costCap),
      tighterCap(request.latencyCap, candidate.latencyCap),
    )
  );
}

/** Like `gather`, but ends at the first exclusion: nothing later can bring the candidate back. */
function gatherUntilExcluded(
  rules: readonly CompiledRule[],
  context: EvaluationContext,
  effects: GatheredEffects,
): void {
  for (const rule of rules) {
    if (!rule.test(context)) continue;
    addEffect(effects, rule);
    if (rule.event.type === 'exclude') return;
  }
}

function firedRules(rules: readonly CompiledRule[], modelIndex?: number): FiredRule[] {
  return rules.map(({ id, event }) => ({
    ruleId: id,
    event: event.type,
    ...(modelIndex === undefined ? {} : { modelIndex }),
  }));
}

/**
 * Applies a rule set to a request and its candidates.
 *
 * Exclude and require add up, restrict intersects, cap takes the smallest, weigh and pin go to the highest priority
 * and then the lowest rule id. A candidate-scope weigh or pin counts where it fires on a candidate that every filter
 * kept. A pin to a model that is not kept leaves no candidate.
 */
export function applyRules(
  ruleSet: RuleSet,
  facts: RequestFacts,
  candidates: readonly RuleCandidate[],
  options: ApplyOptions = {},
): RulesOutcome {
  const explain = options.explain === true;
  const context = evaluationContext(facts, ruleSet);
  const request = noEffects();
  gather(ruleSet.requestRules, context, request);
  const fired = explain ? firedRules(request.fired) : undefined;
  const shown = fired === undefined ? {} : { fired };
  if (request.reject !== undefined) {
    const { ruleId, reason } = removalBy(request.reject);
    return { rejected: { ruleId, reason }, kept: [], removed: [], ...shown };
  }

  const rules = openRules(ruleSet, context);
  const effects = noEffects();
  const kept: number[] = [];
  const removed: (Removal & { index: number })[] = [];
  let { weigh, pin } = request;
  for (const [index, candidate] of candidates.entries()) {
    clearEffects(effects);
    if (explain) {
      moveTo(context, ruleSet, candidate);
      gather(rules, context, effects);
      fired?.push(...firedRules(effects.fired, index));
    } else if (failedFilter(request.filters, candidate.model) === undefined) {
      moveTo(context, ruleSet, candidate);
      gatherUntilExcluded(rules, context, effects);
    }
    const remover = removingRule(candidate, request, effects);
    if (remover !== undefined) {
      const removal = removalBy(remover);
      const isBlind =
        remover.event.type === 'cap' && remover.event.costUsd !== undefined && !candidate.estimate.priced;
      removed.push({
        index,
        ...removal,
        ...(isBlind && { reason: `has no known price, and ${removal.ruleId} caps cost` }),
      });
      continue;
    }
    kept.push(index);
    weigh = firstRule(weigh, effects.weigh);
    pin = firstRule(pin, effects.pin);
  }
  const left = pin === undefined ? kept : keepPinned(pin, { kept, removed, candidates });
  return { kept: left, removed, ...weightsOf(weigh), ...shown };
}

interface Remaining {
  readonly kept: readonly number[];
  readonly removed: (Removal & { index: number })[];
  readonly candidates: readonly RuleCandidate[];
}

function keepPinned(pin: CompiledRule, { kept, removed, candidates }: Remaining): number[] {
  const pinned = pin.event.type === 'pin' ? pin.event.model : undefined;
  const left: number[] = [];
  for (const index of kept) {
    if (candidates[index]?.model.id === pinned) left.push(index);
    else removed.push({ index, ...removalBy(pin) });
  }
  removed.sort((a, b) => a.index - b.index);
  return left;
}

function weightsOf(rule: CompiledRule | undefined): Pick<RulesOutcome, 'weights'> {
  if (rule?.event.type !== 'weigh') return {};
  const { quality, cost, latency } = rule.event;
  return { weights: { quality, cost, latency, ruleId: rule.id } };
}
