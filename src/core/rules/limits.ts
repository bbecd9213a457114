/** Limits on what a rule file may hold. They bound the time of one load and of one evaluation. */
export const RULE_LIMITS = {
  /** More files than this are a mistake in a glob, not a policy. */
  files: 64,
  /** Rules over all files: evaluation is linear in it. */
  rules: 1_000,
  /** Condition nodes over all files, so that one huge file ends quickly. */
  conditions: 20_000,
  /**
   * Condition nodes of one rule or named condition, references followed: twenty names that each refer twice to the
   * next are a million. Bounds check, trace and compilation; a screen shows some fifty, the starter set has eight.
   */
  expandedConditions: 2_000,
  /** The same over all rules and names together: five times as many as may be written. */
  expandedConditionsTotal: 100_000,
  /** Nodes of the traces of one decision: some 60 MB; 100 rules of five conditions on 1,000 models. */
  traceNodes: 500_000,
  /** Nesting of a rule's conditions, references followed: bounds the stack of parser and predicate alike. */
  depth: 32,
  /** `everyFact:not:equal` is two; more than a few cannot be read by a person. */
  decorators: 4,
  /** Items of one list in a value or in an event. */
  listItems: 1_000,
  /** Lists in lists, for `someValue:in` and its like. */
  literalDepth: 3,
  /** A value, a reason or a description. */
  textLength: 1_024,
  /** Rule ids, condition names, tags. */
  nameLength: 80,
  pathLength: 256,
  pathSegments: 8,
  /** A glob on model ids; matching costs at most pattern × id. */
  globLength: 128,
  globStars: 4,
  /** Each zone keeps one date formatter in memory. */
  timeZones: 32,
  tenants: 10_000,
  /** A reader fixes a screenful at a time; the rest is counted. */
  faults: 200,
} as const;

if (RULE_LIMITS.globStars >= RULE_LIMITS.globLength) throw new Error('globStars must be below globLength');
if (RULE_LIMITS.expandedConditionsTotal < RULE_LIMITS.conditions)
  throw new Error('what may be written may be read');
if (RULE_LIMITS.depth > 100) throw new Error('depth must stay far below the stack');
