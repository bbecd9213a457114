import { evaluationContext } from './context.js';
import type { RequestFacts, RuleCandidate } from './facts.js';
import type { RuleSet } from './rule-set.js';
import { traceCondition, type RuleTrace, type TraceScope } from './trace.js';

/**
 * Every evaluation that a decision on these facts makes, in the order of the rules: once for a rule about the
 * request, once per candidate for one that reads `model` or `estimate`. Such a rule whose request part fails is
 * there once, without a candidate. After a `reject`, no candidate is looked at.
 */
export function traceRules(
  ruleSet: RuleSet,
  facts: RequestFacts,
  candidates: readonly RuleCandidate[],
): readonly RuleTrace[] {
  const context = evaluationContext(facts, ruleSet);
  const unasked: TraceScope = { ruleSet, context, hasCandidate: false };
  const onRequest = ruleSet.requestRules.map((rule): RuleTrace => ({
    rule,
    trace: traceCondition(rule.condition, unasked),
  }));
  if (onRequest.some(({ rule, trace }) => trace.result === true && rule.event.type === 'reject')) {
    return onRequest;
  }
  const blind = ruleSet.candidateRules.map((rule): RuleTrace => ({
    rule,
    trace: traceCondition(rule.condition, unasked),
  }));
  return [...onRequest, ...blind.flatMap((asked) => (asked.trace.result === false ? [asked] : each(asked)))];

  function each({ rule }: RuleTrace): RuleTrace[] {
    return candidates.map(({ model, estimate }, modelIndex) => {
      context.model = model;
      context.estimate = estimate;
      return { rule, modelIndex, trace: traceCondition(rule.condition, { ...unasked, hasCandidate: true }) };
    });
  }
}
