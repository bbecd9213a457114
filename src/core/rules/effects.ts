import type { Model } from '../registry/model.js';
import type { RuleEvent } from './event.js';
import type { EstimateFact } from './facts.js';
import type { CompiledRule } from './rule-set.js';
import { selects } from './selector.js';

/** A limit, and the rule that set it. */
export interface Cap {
  readonly limit: number;
  readonly rule: CompiledRule;
}

/** What the rules that fired ask for, in the order of the rules. */
export interface Effects {
  /** Exclude, restrict and require: a model must pass them all. */
  readonly filters: readonly CompiledRule[];
  readonly costCap: Cap | undefined;
  readonly latencyCap: Cap | undefined;
  readonly weigh: CompiledRule | undefined;
  readonly pin: CompiledRule | undefined;
  readonly reject: CompiledRule | undefined;
  readonly fired: readonly CompiledRule[];
}

/** Effects while they are gathered: one owner, reused from candidate to candidate. */
export interface GatheredEffects extends Effects {
  readonly filters: CompiledRule[];
  costCap: Cap | undefined;
  latencyCap: Cap | undefined;
  weigh: CompiledRule | undefined;
  pin: CompiledRule | undefined;
  reject: CompiledRule | undefined;
  readonly fired: CompiledRule[];
}

/** Why a model is no candidate any more. */
export interface Removal {
  readonly ruleId: string;
  readonly event: RuleEvent['type'];
  readonly reason: string;
}

export function noEffects(): GatheredEffects {
  return {
    filters: [],
    costCap: undefined,
    latencyCap: undefined,
    weigh: undefined,
    pin: undefined,
    reject: undefined,
    fired: [],
  };
}

/** Empties the effects for the next candidate. */
export function clearEffects(effects: GatheredEffects): void {
  if (effects.fired.length === 0) return;
  effects.filters.length = 0;
  effects.fired.length = 0;
  effects.costCap = effects.latencyCap = undefined;
  effects.weigh = effects.pin = effects.reject = undefined;
}

type RuleRank = Pick<CompiledRule, 'id' | 'priority'>;

/** The order of rules: highest priority first, then the lowest id. */
export function compareRules(a: RuleRank, b: RuleRank): number {
  if (a.priority !== b.priority) return b.priority - a.priority;
  return a.id < b.id ? -1 : a.id === b.id ? 0 : 1;
}

/** Of two rules that want the same say, the one that comes first. */
export function firstRule(
  a: CompiledRule | undefined,
  b: CompiledRule | undefined,
): CompiledRule | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareRules(a, b) <= 0 ? a : b;
}

/** The smaller cap; of equal ones, that of the rule that comes first. */
export function tighterCap(a: Cap | undefined, b: Cap | undefined): Cap | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (a.limit !== b.limit) return a.limit < b.limit ? a : b;
  return compareRules(a.rule, b.rule) <= 0 ? a : b;
}

/** Adds the effect of a rule that fired. */
export function addEffect(effects: GatheredEffects, rule: CompiledRule): void {
  effects.fired.push(rule);
  const { event } = rule;
  switch (event.type) {
    case 'exclude':
    case 'restrict':
    case 'require':
      effects.filters.push(rule);
      break;
    case 'cap':
      if (event.costUsd !== undefined) {
        effects.costCap = tighterCap(effects.costCap, { limit: event.costUsd, rule });
      }
      if (event.latencyMs !== undefined) {
        effects.latencyCap = tighterCap(effects.latencyCap, { limit: event.latencyMs, rule });
      }
      break;
    case 'weigh':
      effects.weigh = firstRule(effects.weigh, rule);
      break;
    case 'pin':
      effects.pin = firstRule(effects.pin, rule);
      break;
    case 'reject':
      effects.reject = firstRule(effects.reject, rule);
      break;
  }
}

function passes(event: RuleEvent, model: Model): boolean {
  switch (event.type) {
    case 'exclude':
      return event.selector !== undefined && !selects(event.selector, model);
    case 'restrict':
      return selects(event.selector, model);
    case 'require': {
      const has: readonly string[] = model.capabilities;
      return event.capabilities.every((capability) => has.includes(capability));
    }
    default:
      return true;
  }
}

/** The first of these filters that the model fails. */
export function failedFilter(filters: readonly CompiledRule[], model: Model): CompiledRule | undefined {
  for (const rule of filters) if (!passes(rule.event, model)) return rule;
  return undefined;
}

/** The cap that the estimate exceeds. What cannot be shown to stay below a cap exceeds it: an unknown price, NaN. */
export function exceededCap(
  estimate: EstimateFact,
  costCap: Cap | undefined,
  latencyCap: Cap | undefined,
): CompiledRule | undefined {
  if (costCap !== undefined && !(estimate.priced && estimate.costUsd <= costCap.limit)) return costCap.rule;
  if (latencyCap !== undefined && !(estimate.latencyMs <= latencyCap.limit)) return latencyCap.rule;
  return undefined;
}

/** The removal that a rule stands for. */
export function removalBy(rule: CompiledRule): Removal {
  const { event } = rule;
  return { ruleId: rule.id, event: event.type, reason: event.type === 'weigh' ? '' : event.reason };
}
