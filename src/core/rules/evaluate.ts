import type { Model } from '../registry/model.js';
import { evaluationContext, type EvaluationContext } from './context.js';
import { addEffect, noEffects, type Effects, type GatheredEffects } from './effects.js';
import type { EstimateFact, RequestFacts, RuleCandidate } from './facts.js';
import type { CompiledRule, RuleSet } from './rule-set.js';

/** What the request-scope rules ask for. */
export type RequestEffects = Effects;
/** What the candidate-scope rules ask for, on one model. `reject` is never set. */
export type CandidateEffects = Effects;

/** Adds the effects of those rules that fire here. */
export function gather(
  rules: readonly CompiledRule[],
  context: EvaluationContext,
  effects: GatheredEffects,
): void {
  for (const rule of rules) if (rule.test(context)) addEffect(effects, rule);
}

/** Moves the context to a candidate: what was remembered of the last one is forgotten. */
export function moveTo(
  context: EvaluationContext,
  { candidateSlots, requestSlots, modelSlots, modelMemos }: RuleSet,
  { model, estimate }: RuleCandidate,
): void {
  context.model = model;
  context.estimate = estimate;
  if (candidateSlots > 0) context.memo.fill(0, requestSlots);
  if (modelSlots > 0) context.modelMemo = memoOf(model, modelSlots, modelMemos);
}

/** Rules are held to take any facts without a fault: what is no model is not remembered. */
function memoOf(model: unknown, modelSlots: number, modelMemos: RuleSet['modelMemos']): Uint8Array {
  if (typeof model !== 'object' || model === null) return new Uint8Array(modelSlots);
  let memo = modelMemos.get(model as Model);
  if (memo === undefined) modelMemos.set(model as Model, (memo = new Uint8Array(modelSlots)));
  return memo;
}

/** The candidate-scope rules that may fire on this request at all. */
export function openRules(ruleSet: RuleSet, context: EvaluationContext): readonly CompiledRule[] {
  return ruleSet.candidateRules.filter((rule) => rule.gate === undefined || rule.gate(context));
}

/** Runs the rules that read no candidate. */
export function evaluateRequest(ruleSet: RuleSet, facts: RequestFacts): RequestEffects {
  const effects = noEffects();
  gather(ruleSet.requestRules, evaluationContext(facts, ruleSet), effects);
  return effects;
}

/** Runs the rules that read `model` or `estimate`, on one candidate. */
export function evaluateCandidate(
  ruleSet: RuleSet,
  facts: RequestFacts,
  model: Model,
  estimate: EstimateFact,
): CandidateEffects {
  const context = evaluationContext(facts, ruleSet);
  const rules = openRules(ruleSet, context);
  moveTo(context, ruleSet, { model, estimate });
  const effects = noEffects();
  gather(rules, context, effects);
  return effects;
}
