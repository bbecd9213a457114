import type { Model } from '../registry/model.js';
import type { EvaluationContext } from './context.js';
import type { Condition, Place } from './condition.js';
import type { RuleEvent, RuleScope } from './event.js';

export type Predicate = (context: EvaluationContext) => boolean;

/** A rule as it runs. It fires when its gate, if any, and its test hold. */
export interface CompiledRule {
  readonly id: string;
  readonly priority: number;
  readonly scope: RuleScope;
  readonly event: RuleEvent;
  readonly place: Place;
  /** As it was checked, for those who ask why: what runs is below. */
  readonly condition: Condition;
  /** The part of a candidate-scope rule that reads no candidate: asked once per request. */
  readonly gate?: Predicate;
  readonly test: Predicate;
}

/** Checked and compiled rules. Immutable, so that any number of evaluations share it. */
export interface RuleSet {
  /** By priority, highest first, then by id. */
  readonly rules: readonly CompiledRule[];
  /** Named conditions, as they were checked. */
  readonly conditions: ReadonlyMap<string, Condition>;
  readonly requestRules: readonly CompiledRule[];
  readonly candidateRules: readonly CompiledRule[];
  /** Time zones that clocks are read in; a clock's slot is its index. */
  readonly timeZones: readonly string[];
  /** Named conditions remembered per request, then per candidate. */
  readonly requestSlots: number;
  readonly candidateSlots: number;
  /** Conditions that read nothing but the model. */
  readonly modelSlots: number;
  /** What they said of each model: models never change. */
  readonly modelMemos: WeakMap<Model, Uint8Array>;
}
