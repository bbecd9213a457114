import type { DimensionScores } from '../profile.js';
import { CharClass } from '../tokens/char-class.js';
import type { Counts } from './counts.js';
import { saturate } from './saturate.js';
import type { Setting } from './setting.js';
import { Signal, type SignalName } from './signal.js';

/** Amounts that score one half. Set by hand on mixed traffic; the weights, not these, are what is fitted. */
const HALF = {
  /** Words; a character of an unspaced script counts as UNSPACED_WORDS. */
  length: 120,
  reasoning: 6,
  /** Field terms and long words per word. */
  domainShare: 0.12,
  domainTerms: 5,
  code: 4,
  mathematics: 8,
  outputConstraints: 5,
  instructions: 5,
  contextDependence: 4,
  ambiguityShare: 0.25,
  languages: 3,
} as const;

/** Words that one character of an unspaced script stands for. */
const UNSPACED_WORDS = 0.6;
/** A request of this many words leaves half as much open as one of none. */
const BRIEF_WORDS = 12;
/** Share of foreign function words in words from which a Latin-script text is taken for not English. */
const FOREIGN_SHARE = 0.1;
const SCRIPTS = [
  CharClass.greek,
  CharClass.cyrillic,
  CharClass.hebrew,
  CharClass.arabic,
  CharClass.indic,
  CharClass.southEastAsian,
  CharClass.kana,
  CharClass.han,
  CharClass.hangul,
] as const;

/** Words, with the characters of unspaced scripts converted. */
export function wordCount(counts: Counts): number {
  const units = (cls: number): number => counts.units[cls] as number;
  const unspaced = units(CharClass.han) + units(CharClass.kana) + units(CharClass.hangul);
  return counts.words + unspaced * UNSPACED_WORDS;
}

/** Ten scores in [0, 1] from what the scan counted; see the constants for what each is made of. */
export function scoreDimensions(counts: Counts, setting: Setting): DimensionScores {
  const hit = (name: SignalName): number => counts.hits[Signal[name]] as number;
  const lead = (name: SignalName): number => counts.leading[Signal[name]] as number;
  const words = wordCount(counts);
  const perWord = (amount: number): number => amount / Math.max(words, 8);

  const fieldTerms =
    hit('science_term') + hit('medical_term') + hit('legal_finance_term') + hit('humanities_term');
  const domainShare = perWord(2 * fieldTerms + hit('advanced_math') + 0.5 * counts.longWords);
  const domain = 0.6 * saturate(domainShare, HALF.domainShare) + 0.4 * saturate(fieldTerms, HALF.domainTerms);

  const arithmetic = Math.min(1, hit('quantity_question') + 0.5 * hit('math_verb'));
  const reasoning =
    1.5 * hit('reasoning_verb') +
    hit('logic_word') +
    hit('comparison_word') +
    0.5 * hit('hypothetical') +
    0.5 * hit('rate_word') * arithmetic +
    0.5 * counts.stemNumbers * arithmetic +
    0.2 * counts.sentences;

  const code =
    hit('code_noun') +
    2 * hit('code_verb') +
    1.5 * hit('code_language') +
    hit('code_syntax') +
    3 * counts.fences +
    0.4 * counts.codeMarks +
    0.5 * counts.identifiers;

  const mathematics =
    hit('math_term') +
    hit('math_verb') +
    2 * hit('advanced_math') +
    2 * hit('quantity_question') +
    0.4 * (counts.stemNumbers + hit('number_word')) +
    0.6 * counts.amounts +
    0.7 * counts.mathOperators +
    0.5 * counts.latexCommands;

  const constraints =
    hit('format_noun') +
    hit('limit_word') +
    hit('class_word') +
    0.4 * counts.choices +
    0.4 * counts.numberedChoices;

  const instructions =
    lead('task_verb') +
    lead('write_verb') +
    hit('step_word') +
    0.7 * counts.questions +
    0.6 * counts.listItems +
    lead('extract_verb') +
    lead('summarize_verb') +
    lead('translate_verb') +
    lead('classify_verb');

  const context =
    1.5 * setting.earlierMessages +
    2 * setting.attachments +
    setting.toolCount * 0.5 +
    hit('reference_word') +
    0.5 * counts.blanks;

  const brief = BRIEF_WORDS / (BRIEF_WORDS + words);
  const vague = saturate(perWord(hit('vague_word')), HALF.ambiguityShare);
  const ambiguity = words === 0 ? 0 : 0.5 * brief + 0.5 * vague;

  return {
    length: saturate(words, HALF.length),
    reasoning_depth: saturate(reasoning, HALF.reasoning),
    domain_knowledge: domain,
    code: saturate(code, HALF.code),
    mathematics: saturate(mathematics, HALF.mathematics),
    output_constraints: saturate(constraints, HALF.outputConstraints),
    instructions: saturate(instructions, HALF.instructions),
    context_dependence: saturate(context, HALF.contextDependence),
    ambiguity,
    languages: saturate(languageAmount(counts), HALF.languages),
  };
}

/** 0 for plain English; more for other languages, for each further script, and for translation. */
function languageAmount(counts: Counts): number {
  const hit = (name: SignalName): number => counts.hits[Signal[name]] as number;
  let scripts = 0;
  for (const script of SCRIPTS) if ((counts.units[script] as number) > 0) scripts++;
  const foreign = hit('foreign_word') > FOREIGN_SHARE * Math.max(counts.words, 5) ? 1 : 0;
  return 1.5 * scripts + 1.5 * foreign + hit('translate_verb') + 0.5 * Math.min(4, hit('language_name'));
}
