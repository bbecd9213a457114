import { traceJson } from '../../core/rules/trace-json.js';
import type { RuleTrace } from '../../core/rules/trace.js';
import type { Removal } from '../../core/selection/removal.js';
import type { ExplainResponse, RuleTrace as WireTrace } from '../../gen/sextant/v1/selection.js';

/** A thousand rules on a hundred models would be an answer of megabytes, past what clients take. */
const TRACES_MAX = 2_000;

type Arms = readonly Pick<Removal, 'model' | 'variant'>[];

function encodeTrace({ rule, modelIndex, trace }: RuleTrace, arms: Arms): WireTrace {
  return {
    ruleId: rule.id,
    event: rule.event.type,
    model: '',
    ...(modelIndex !== undefined && arms[modelIndex]),
    fired: trace.result === true,
    conditions: traceJson(trace),
  };
}

/** Evaluations of rules, those that fired first where not all are told. */
export function encodeTraces(
  traces: readonly RuleTrace[],
  arms: Arms,
): Pick<ExplainResponse, 'ruleTraces' | 'ruleTracesOmitted'> {
  const hasFired = ({ trace }: RuleTrace): boolean => trace.result === true;
  const order =
    traces.length <= TRACES_MAX
      ? traces
      : [...traces.filter(hasFired), ...traces.filter((trace) => !hasFired(trace))];
  return {
    ruleTraces: order.slice(0, TRACES_MAX).map((trace) => encodeTrace(trace, arms)),
    ruleTracesOmitted: Math.max(0, traces.length - TRACES_MAX),
  };
}
