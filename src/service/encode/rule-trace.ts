import type { Condition } from '../../core/rules/condition.js';
import { traceJson } from '../../core/rules/trace-json.js';
import type { RuleTraces } from '../../core/rules/trace-rules.js';
import type { ConditionTrace, RuleTrace } from '../../core/rules/trace.js';
import type { Removal } from '../../core/selection/removal.js';
import type { ExplainResponse, RuleTrace as WireTrace } from '../../gen/sextant/v1/selection.js';
import { wireBytes } from './wire-bytes.js';

/** A thousand rules on a hundred models would be an answer of megabytes, past what clients take. */
const TRACES_MAX = 2_000;
/** Three quarters of what clients and server take by default; the rest is for the explanation. */
const TRACES_BYTES_MAX = 3 * 1024 * 1024;
/** Rule id, event, model and variant, and the keys of one node. */
const NAMES_BYTES = 512;
const NODE_BYTES = 256;

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

/** Sizes of traces as they are written out, each condition and each shared part of a trace measured once. */
function measure(): (trace: ConditionTrace) => number {
  const literals = new Map<Condition, number>();
  const parts = new Map<ConditionTrace, number>();
  const literalBytes = (condition: Condition): number => {
    const known = literals.get(condition);
    if (known !== undefined) return known;
    const value =
      condition.kind === 'compare' && condition.right.kind === 'literal' ? condition.right.value : 0;
    const bytes = wireBytes(value);
    literals.set(condition, bytes);
    return bytes;
  };
  const sizeOf = (trace: ConditionTrace): number => {
    const known = parts.get(trace);
    if (known !== undefined) return known;
    const { condition, children, factResult, valueResult } = trace;
    const own = NODE_BYTES + literalBytes(condition) + wireBytes(factResult) + wireBytes(valueResult);
    const bytes = children.reduce((sum, child) => sum + sizeOf(child), own);
    parts.set(trace, bytes);
    return bytes;
  };
  return sizeOf;
}

/**
 * Evaluations of rules, those that fired first where not all are told. Named conditions are written out wherever
 * they stand, so sizes are measured before anything is.
 */
export function encodeTraces(
  { traces, omitted }: RuleTraces,
  arms: Arms,
): Pick<ExplainResponse, 'ruleTraces' | 'ruleTracesOmitted'> {
  const sizeOf = measure();
  const fits = new Set<RuleTrace>();
  let bytes = 0;
  const take = (offered: readonly RuleTrace[]): void => {
    for (const trace of offered) {
      if (fits.size >= TRACES_MAX) return;
      const more = NAMES_BYTES + sizeOf(trace.trace);
      if (bytes + more > TRACES_BYTES_MAX) continue;
      bytes += more;
      fits.add(trace);
    }
  };
  const hasFired = ({ trace }: RuleTrace): boolean => trace.result === true;
  take(traces.filter(hasFired));
  take(traces.filter((trace) => !hasFired(trace)));
  const isWhole = fits.size === traces.length;
  return {
    ruleTraces: (isWhole ? traces : [...fits]).map((trace) => encodeTrace(trace, arms)),
    ruleTracesOmitted: omitted + traces.length - fits.size,
  };
}
