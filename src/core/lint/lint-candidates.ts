import type { Model } from '../registry/model.js';
import type { Condition } from '../rules/condition.js';
import type { RuleEvent } from '../rules/event.js';
import type { CompiledRule, RuleSet } from '../rules/rule-set.js';
import { selects } from '../rules/selector.js';
import { CANDIDATE_FACTS } from '../rules/vocabulary.js';
import { atModel } from './at-model.js';
import { both, contradictionIn, implies } from './satisfiable.js';
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

function removerOf(rule: CompiledRule, models: readonly Model[], { conditions }: RuleSet): Remover {
  const gate = gateOf(rule, conditions);
  const surely = (model: Model): boolean =>
    removes(rule.event, model) &&
    (rule.scope === 'request' || implies(gate, atModel(rule.condition, model, conditions), conditions));
  const removed = new Set(models.flatMap((model, index) => (surely(model) ? [index] : [])));
  return { rule, gate, removed };
}

/** Rules that leave no active model of the registry, alone or two together. */
export function lintCandidates(ruleSet: RuleSet, models: readonly Model[]): readonly Warning[] {
  const active = models.filter(({ status }) => status === 'active');
  const { conditions } = ruleSet;
  const removers = ruleSet.rules
    .filter(({ condition }) => contradictionIn(condition, conditions) === undefined)
    .map((rule) => removerOf(rule, active, ruleSet))
    .filter(({ removed }) => removed.size > 0);
  const total = removers.filter(({ removed }) => removed.size === active.length);
  const partial = removers.filter(({ removed }) => removed.size < active.length);
  return [
    ...total.map(({ rule }) =>
      warn(rule, 'no-model-left', `leaves none of the ${active.length} active models`),
    ),
    ...partial.flatMap((two, index) =>
      partial
        .slice(0, index)
        .filter((one) => clash(one, two, active.length, conditions))
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

function clash(one: Remover, two: Remover, count: number, names: RuleSet['conditions']): boolean {
  if (one.removed.size + two.removed.size < count) return false;
  // Of two pins, one has its say and the other none.
  if (one.rule.event.type === 'pin' && two.rule.event.type === 'pin') return false;
  for (let i = 0; i < count; i++) if (!one.removed.has(i) && !two.removed.has(i)) return false;
  if (contradictionIn(both(one.gate, two.gate), names) !== undefined) return false;
  return implies(one.gate, two.gate, names) || implies(two.gate, one.gate, names);
}

/** Rules of which only one has its say, where another of their kind always comes first. */
export function lintReach({ rules, conditions }: RuleSet): readonly Warning[] {
  const warnings: Warning[] = [];
  for (const [index, later] of rules.entries()) {
    if (contradictionIn(later.condition, conditions) !== undefined) continue;
    const { type } = later.event;
    const first = rules.find((earlier, at) => {
      const isRefusal = earlier.event.type === 'reject' && earlier !== later && type !== 'reject';
      const comesFirst =
        at < index && earlier.event.type === type && ['weigh', 'pin', 'reject'].includes(type);
      if (!isRefusal && !comesFirst) return false;
      return implies(later.condition, earlier.condition, conditions);
    });
    if (first === undefined) continue;
    const does = first.event.type === 'reject' ? 'rejects the request' : 'comes first';
    warnings.push(warn(later, 'unreachable', `never has a say: wherever it fires, ${first.id} ${does}`));
  }
  return warnings;
}
