import type { EvaluationContext } from './context.js';
import type { Condition, FactReference, Literal } from './condition.js';
import { compareOf } from './operator.js';
import { compileRead } from './read.js';
import type { CompiledRule, RuleSet } from './rule-set.js';
import { CANDIDATE_FACTS } from './vocabulary.js';

/** A condition that was evaluated whole, with what each leaf saw. */
export interface ConditionTrace {
  readonly condition: Condition;
  /** Empty on a comparison; one on `not` and on a named condition. */
  readonly children: readonly ConditionTrace[];
  /** What the left side of a comparison read; undefined where its path leads nowhere. */
  readonly factResult?: unknown;
  /** What the right side read, where it is a fact. */
  readonly valueResult?: unknown;
  /** Undefined where it depends on a candidate, and the rule's request part already failed. */
  readonly result: boolean | undefined;
}

/** One evaluation of one rule. */
export interface RuleTrace {
  readonly rule: CompiledRule;
  /** Absent: the rule was asked about the request. */
  readonly modelIndex?: number;
  readonly trace: ConditionTrace;
}

/** What a trace reads. */
export interface TraceScope {
  readonly ruleSet: RuleSet;
  readonly context: EvaluationContext;
  /** Whether the context is at a candidate. */
  readonly hasCandidate: boolean;
  /** Named conditions that were traced already while the context stood as it does: shared, never copied. */
  readonly traced: Map<string, ConditionTrace>;
  /** Counts the nodes that were made. */
  readonly tally: { nodes: number };
}

/** Kleene's `all`: false as soon as one is, unknown where none is and one is unknown. */
function every(results: readonly (boolean | undefined)[]): boolean | undefined {
  if (results.includes(false)) return false;
  return results.includes(undefined) ? undefined : true;
}

const negated = (result: boolean | undefined): boolean | undefined =>
  result === undefined ? undefined : !result;

function readReference(reference: FactReference, ruleSet: RuleSet, context: EvaluationContext): unknown {
  const slot = reference.timeZone === undefined ? 0 : ruleSet.timeZones.indexOf(reference.timeZone);
  return compileRead(reference, slot)(context);
}

function traceComparison(
  condition: Condition & { kind: 'compare' },
  { ruleSet, context, hasCandidate }: TraceScope,
): ConditionTrace {
  const { left, right, chain } = condition;
  const isBlind = ({ fact }: FactReference) => CANDIDATE_FACTS.has(fact) && !hasCandidate;
  const read = (reference: FactReference): unknown =>
    isBlind(reference) ? undefined : readReference(reference, ruleSet, context);
  const factResult = read(left);
  const isUnknown = isBlind(left) || (right.kind === 'fact' && isBlind(right.reference));
  const value: unknown = right.kind === 'fact' ? read(right.reference) : (right.value satisfies Literal);
  return {
    condition,
    children: [],
    factResult,
    ...(right.kind === 'fact' && { valueResult: value }),
    result: isUnknown ? undefined : compareOf(chain)(factResult, value),
  };
}

/** Evaluates every leaf, also those that the compiled rule need not ask. */
export function traceCondition(condition: Condition, scope: TraceScope): ConditionTrace {
  const below = (child: Condition): ConditionTrace => traceCondition(child, scope);
  scope.tally.nodes += 1;
  switch (condition.kind) {
    case 'compare':
      return traceComparison(condition, scope);
    case 'named': {
      const known = scope.traced.get(condition.name);
      const child = known ?? below(scope.ruleSet.conditions.get(condition.name)!);
      if (known === undefined) scope.traced.set(condition.name, child);
      return { condition, children: [child], result: child.result };
    }
    case 'not': {
      const child = below(condition.child);
      return { condition, children: [child], result: negated(child.result) };
    }
    default: {
      const children = condition.children.map(below);
      const results = children.map(({ result }) => result);
      const result = condition.kind === 'all' ? every(results) : negated(every(results.map(negated)));
      return { condition, children, result };
    }
  }
}

/** Visits the comparisons of a trace, those that are shared once. */
export function visitLeaves(
  trace: ConditionTrace,
  visit: (leaf: ConditionTrace, condition: Condition & { kind: 'compare' }) => void,
  seen = new Set<ConditionTrace>(),
): void {
  if (seen.has(trace)) return;
  if (trace.condition.kind === 'compare') visit(trace, trace.condition);
  else seen.add(trace);
  for (const child of trace.children) visitLeaves(child, visit, seen);
}
