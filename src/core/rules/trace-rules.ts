import { evaluationContext } from './context.js';
import type { RequestFacts, RuleCandidate } from './facts.js';
import { RULE_LIMITS } from './limits.js';
import type { CompiledRule, RuleSet } from './rule-set.js';
import { traceCondition, type RuleTrace, type TraceScope } from './trace.js';

/** Evaluations, and how many there were beyond `RULE_LIMITS.traceNodes`. */
export interface RuleTraces {
  readonly traces: readonly RuleTrace[];
  readonly omitted: number;
}

/**
 * Every evaluation that a decision on these facts makes, in the order of the rules: once for a rule about the
 * request, once per candidate for one that reads `model` or `estimate`. Such a rule whose request part fails is
 * there once, without a candidate. After a `reject`, no candidate is looked at. What candidates were asked beyond
 * the limit on nodes is counted, not traced.
 */
export function traceRules(
  ruleSet: RuleSet,
  facts: RequestFacts,
  candidates: readonly RuleCandidate[],
  nodesMax: number = RULE_LIMITS.traceNodes,
): RuleTraces {
  const context = evaluationContext(facts, ruleSet);
  const tally = { nodes: 0 };
  const scope = (hasCandidate: boolean): TraceScope => ({
    ruleSet,
    context,
    hasCandidate,
    traced: new Map(),
    tally,
  });
  const unasked = scope(false);
  const blind = (rule: CompiledRule): RuleTrace => ({ rule, trace: traceCondition(rule.condition, unasked) });
  const onRequest = ruleSet.requestRules.map(blind);
  if (onRequest.some(({ rule, trace }) => trace.result === true && rule.event.type === 'reject')) {
    return { traces: onRequest, omitted: 0 };
  }
  const asked = candidates.map(() => scope(true));
  let omitted = 0;
  const onEach = ruleSet.candidateRules
    .map(blind)
    .flatMap((told) => (told.trace.result === false ? [told] : onCandidates(told.rule)));
  return { traces: [...onRequest, ...onEach], omitted };

  function onCandidates(rule: CompiledRule): RuleTrace[] {
    return candidates.flatMap(({ model, estimate }, modelIndex) => {
      if (tally.nodes >= nodesMax) {
        omitted += 1;
        return [];
      }
      context.model = model;
      context.estimate = estimate;
      return [{ rule, modelIndex, trace: traceCondition(rule.condition, asked[modelIndex]!) }];
    });
  }
}
