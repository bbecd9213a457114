import type { ComplexityDimension } from '../profile.js';

/**
 * What a keyword stands for. Each signal is one column of the scan's counts; its name is also the label of the
 * evidence it leaves, and the dimension says where that evidence is shown.
 */
const SIGNAL_DIMENSIONS = {
  write_verb: 'instructions',
  step_word: 'instructions',
  task_verb: 'instructions',
  code_noun: 'code',
  code_verb: 'code',
  code_language: 'code',
  code_syntax: 'code',
  math_term: 'mathematics',
  math_verb: 'mathematics',
  advanced_math: 'mathematics',
  number_word: 'mathematics',
  quantity_question: 'mathematics',
  rate_word: 'mathematics',
  reasoning_verb: 'reasoning_depth',
  logic_word: 'reasoning_depth',
  comparison_word: 'reasoning_depth',
  hypothetical: 'reasoning_depth',
  extract_verb: 'instructions',
  summarize_verb: 'instructions',
  translate_verb: 'languages',
  language_name: 'languages',
  foreign_word: 'languages',
  classify_verb: 'instructions',
  class_word: 'instructions',
  choice_word: 'output_constraints',
  question_word: 'instructions',
  creative_noun: 'instructions',
  creative_verb: 'instructions',
  chat_word: 'ambiguity',
  self_word: 'ambiguity',
  agent_verb: 'instructions',
  agent_noun: 'instructions',
  format_noun: 'output_constraints',
  limit_word: 'output_constraints',
  science_term: 'domain_knowledge',
  medical_term: 'domain_knowledge',
  legal_finance_term: 'domain_knowledge',
  humanities_term: 'domain_knowledge',
  reference_word: 'context_dependence',
  /** Words before an imperative; they do not end the start of a sentence. */
  polite_word: 'instructions',
  vague_word: 'ambiguity',
} as const satisfies Readonly<Record<string, ComplexityDimension>>;

export type SignalName = keyof typeof SIGNAL_DIMENSIONS;

export const SIGNALS = Object.keys(SIGNAL_DIMENSIONS) as readonly SignalName[];

/** Column of each signal in the counts. */
export const Signal = Object.fromEntries(SIGNALS.map((name, index) => [name, index])) as Readonly<
  Record<SignalName, number>
>;

/** The dimension under which each signal's evidence is shown, by the signal's column. */
export const DIMENSION_OF_SIGNAL: readonly ComplexityDimension[] = SIGNALS.map(
  (name) => SIGNAL_DIMENSIONS[name],
);
