import type { Model } from '../registry/model.js';
import type { Condition } from '../rules/condition.js';
import type { RuleEvent } from '../rules/event.js';
import type { CompiledRule, RuleSet } from '../rules/rule-set.js';
import { selects } from '../rules/selector.js';
import { CANDIDATE_FACTS } from '../rules/vocabulary.js';
import { atModel, type AtModel } from './at-model.js';
import { PARSING_STEPS } from './effort.js';
import { both, not, Reasoner } from './satisfiable.js';
import type { Warning } from './warning.js';

/** A rule that surely removes some models wherever its part about the request holds. */
interface Remover {
  readonly rule: CompiledRule;
  readonly gate: Condition;
  readonly removed: ReadonlySet<number>;
}

/** Whether an event that fires removes this model, whatever else is true of the request. */
function removes(event: RuleEvent, model: Model): boolean {
  switch (event.type) {
    case 'exclude':
      return event.selector === undefined || selects(event.selector, model);
    case 'restrict':
      return !selects(event.selector, model);
    case 'require':
      return !event.capabilities.every((name) => (model.capabilities as readonly string[]).includes(name));
    case 'pin':
      return event.model !== model.id;
    default:
      return false;
  }
}

const costOf = (event: RuleEvent): number =>
  'selector' in event && event.selector !== undefined ? 1 + PARSING_STEPS * event.selector.globs.length : 1;

function isOfRequest(condition: Condition, names: RuleSet['conditions']): boolean {
  switch (condition.kind) {
    case 'compare': {
      const { left, right } = condition;
      if (CANDIDATE_FACTS.has(left.fact)) return false;
      return right.kind === 'literal' || !CANDIDATE_FACTS.has(right.reference.fact);
    }
    case 'named':
      return isOfRequest(names.get(condition.name)!, names);
    case 'not':
      return isOfRequest(condition.child, names);
    default:
      return condition.children.every((child) => isOfRequest(child, names));
  }
}

/** The part of a condition that is about the request. */
function gateOf(rule: CompiledRule, names: RuleSet['conditions']): Condition {
  const { condition } = rule;
  if (rule.scope === 'request') return condition;
  const parts = condition.kind === 'all' ? condition.children : [];
  return both(...parts.filter((part) => isOfRequest(part, names)));
}

/** Finds what rules surely remove, each model put into each named condition once. */
function removersOf({ rules, conditions }: RuleSet, models: readonly Model[], reasoner: Reasoner): Remover[] {
  const { effort } = reasoner;
  const puts = models.map((model): AtModel => ({ model, names: conditions, known: new Map(), effort }));
  return rules
    .filter(({ condition }) => reasoner.contradictionIn(condition) === undefined)
    .map((rule) => {
      const gate = gateOf(rule, conditions);
      const surely = (model: Model, index: number): boolean => {
        effort.ask();
        if (!effort.spend(costOf(rule.event)) || !removes(rule.event, model)) return false;
        if (rule.scope === 'request') return true;
        return reasoner.implies(gate, atModel(rule.condition, puts[index]!));
      };
      const removed = new Set(models.flatMap((model, index) => (surely(model, index) ? [index] : [])));
      return { rule, gate, removed };
    })
    .filter(({ removed }) => removed.size > 0);
}

/** Rules that leave no active model of the registry, alone or two together. */
export function lintCandidates(ruleSet: RuleSet, models: readonly Model[]): readonly Warning[] {
  const active = models.filter(({ status }) => status === 'active');
  const removers = removersOf(ruleSet, active, new Reasoner(ruleSet.conditions));
  const pairs = new Reasoner(ruleSet.conditions);
  const total = removers.filter(({ removed }) => removed.size === active.length);
  const partial = removers.filter(({ removed }) => removed.size < active.length);
  return [
    ...total.map(({ rule }) =>
      warn(rule, 'no-model-left', `leaves none of the ${active.length} active models`),
    ),
    ...partial.flatMap((two, index) =>
      partial
        .slice(0, index)
        .filter((one) => clash(one, two, active.length, pairs))
        .map(({ rule: { id, event, place } }) =>
          warn(
            two.rule,
            'contradiction',
            `contradicts ${event.type} of ${id} (${place.file}): where both fire, no model is left`,
          ),
        ),
    ),
  ];
}

const warn = ({ place }: CompiledRule, code: Warning['code'], reason: string): Warning => ({
  file: place.file,
  path: `${place.path}.event`,
  code,
  reason,
});

function clash(one: Remover, two: Remover, count: number, reasoner: Reasoner): boolean {
  if (one.removed.size + two.removed.size < count) return false;
  // Of two pins, one has its say and the other none.
  if (one.rule.event.type === 'pin' && two.rule.event.type === 'pin') return false;
  reasoner.effort.ask();
  if (!reasoner.effort.spend(count)) return false;
  for (let i = 0; i < count; i++) if (!one.removed.has(i) && !two.removed.has(i)) return false;
  if (reasoner.contradictionIn(both(one.gate, two.gate)) !== undefined) return false;
  return reasoner.implies(one.gate, two.gate) || reasoner.implies(two.gate, one.gate);
}

/** Rules of which only one has its say, where another of their kind always comes first. */
export function lintReach({ rules, conditions }: RuleSet): readonly Warning[] {
  const reasoner = new Reasoner(conditions);
  const alwaysAt = rules.findIndex(
    ({ event, condition }) =>
      event.type === 'reject' && reasoner.contradictionIn(not(condition)) !== undefined,
  );
  const always = rules[alwaysAt];
  // One rule that lets nobody through is one mistake, not one in every other rule.
  if (always !== undefined) {
    const silent = rules.filter(
      (rule, at) => rule !== always && takesAway(always, rule, alwaysAt < at),
    ).length;
    const reason = `rejects every request: ${silent} other rules never have a say`;
    return silent === 0 ? [] : [warn(always, 'unreachable', reason)];
  }
  const warnings: Warning[] = [];
  for (const [index, later] of rules.entries()) {
    if (reasoner.contradictionIn(later.condition) !== undefined) continue;
    const first = rules.find(
      (earlier, at) =>
        takesAway(earlier, later, at < index) && reasoner.implies(later.condition, earlier.condition),
    );
    if (first === undefined) continue;
    const does = first.event.type === 'reject' ? 'rejects the request' : 'comes first';
    warnings.push(warn(later, 'unreachable', `never has a say: wherever it fires, ${first.id} ${does}`));
  }
  return warnings;
}

const SINGLE: ReadonlySet<string> = new Set(['weigh', 'pin', 'reject']);

/** Whether one rule leaves the other no say where both fire. */
function takesAway(one: CompiledRule, other: CompiledRule, isEarlier: boolean): boolean {
  const { type } = other.event;
  if (one.event.type === 'reject' && type !== 'reject') return true;
  return isEarlier && one.event.type === type && SINGLE.has(type);
}
