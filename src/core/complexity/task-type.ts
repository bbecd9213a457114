import { TASK_TYPES, type TaskType } from '../profile.js';
import { CharClass } from '../tokens/char-class.js';
import type { Counts } from './counts.js';
import { wordCount } from './dimensions.js';
import type { Setting } from './setting.js';
import { Signal, type SignalName } from './signal.js';

/** The detected type, and what speaks for each. */
export interface TaskDetection {
  readonly taskType: TaskType;
  readonly taskScores: Readonly<Record<TaskType, number>>;
  readonly taskConfidence: number;
}

/** What speaks for chat before anything is read, so that no evidence means chat. */
const OPEN_CHAT_BASE = 0.35;
/** A question that has choices under it asks for knowledge unless something says otherwise. */
const CHOICE_QUESTION = 2.5;
/** A blank in the question for which an option is chosen. */
const FILLED_BLANK = 4;
/** A word problem needs this many numbers; one may be the year or the size of what is asked about. */
const WORD_PROBLEM_NUMBERS = 2;
const WORD_PROBLEM = 3;
const CODE_DENSITY_MAX = 3;
const BRACES_PER_LATEX_COMMAND = 4;
/** Share of options with a number from which the answer is a number. */
const NUMERIC_OPTIONS = 0.75;
/** Words from which an unfinished statement is something to be completed. */
const UNFINISHED_WORDS = 5;

type Read = (name: SignalName) => number;
const atMost = (limit: number, amount: number): number => Math.min(limit, amount);

/**
 * Detects what kind of work a request asks for. The type with the most evidence wins; ties go to the earlier
 * entry of TASK_TYPES, so that replays agree.
 */
export function detectTaskType(counts: Counts, setting: Setting): TaskDetection {
  const hit: Read = (name) => counts.hits[Signal[name]] as number;
  const lead: Read = (name) => counts.leading[Signal[name]] as number;
  const choices = hasChoices(counts, hit);
  const density = codeDensity(counts, hit);
  const raw: Record<TaskType, number> = {
    code: codeScore(density, counts, { hit, lead }) * (choices ? 0.3 : 1),
    mathematics: mathematicsScore(counts, hit, choices) / (1 + density),
    extraction: directed(hit, lead, 'extract_verb'),
    summarization: directed(hit, lead, 'summarize_verb'),
    translation:
      directed(hit, lead, 'translate_verb') +
      (hit('translate_verb') > 0 ? atMost(1, 0.5 * hit('language_name')) : 0),
    open_chat:
      OPEN_CHAT_BASE +
      0.9 * atMost(3, hit('chat_word')) +
      0.6 * atMost(2, lead('chat_word')) +
      0.3 * atMost(2, hit('self_word')),
    factual_question: factualScore(counts, { hit, lead }, choices),
    classification: classificationScore(counts, { hit, lead }, choices),
    creative: creativeScore(hit, lead),
    agentic: agenticScore(hit, lead, setting),
  };
  return share(raw);
}

function hasChoices(counts: Counts, hit: Read): boolean {
  if (counts.choices >= 2) return true;
  return (
    hit('choice_word') > 0 &&
    (counts.numberedChoices >= 2 || counts.listItems >= 2 || hit('choice_word') >= 2.5)
  );
}

/** A task that its verb names: most where the verb begins a sentence. */
function directed(hit: Read, lead: Read, verb: SignalName): number {
  return 1.2 * atMost(2, hit(verb)) + 2.5 * atMost(1, lead(verb));
}

/** Marks of program text per word, in [0, CODE_DENSITY_MAX]; the braces of LaTeX are none. */
function codeDensity(counts: Counts, hit: Read): number {
  const marks = Math.max(0, counts.codeMarks - BRACES_PER_LATEX_COMMAND * counts.latexCommands);
  const amount = marks + counts.identifiers + 2 * hit('code_syntax');
  return atMost(CODE_DENSITY_MAX, (8 * amount) / Math.max(wordCount(counts), 12));
}

function codeScore(density: number, counts: Counts, { hit, lead }: { hit: Read; lead: Read }): number {
  const asked = atMost(
    1,
    lead('write_verb') +
      lead('code_verb') +
      0.5 * atMost(1, hit('code_verb')) +
      0.3 * atMost(1, hit('write_verb')),
  );
  const nouns = atMost(3, hit('code_noun') + hit('code_language'));
  return (
    2.8 * asked * atMost(1, nouns) +
    0.45 * nouns +
    atMost(1.6, 0.8 * hit('code_language')) +
    density +
    2 * atMost(1, lead('code_syntax')) +
    1.5 * atMost(1, counts.fences)
  );
}

function mathematicsScore(counts: Counts, hit: Read, choices: boolean): number {
  const numbers = counts.stemNumbers + hit('number_word');
  const asksTerm = counts.questions > 0 && hit('math_term') > 0;
  const asksQuantity = hit('quantity_question') > 0 || hit('math_verb') > 0 || counts.amounts > 0 || asksTerm;
  const reckons =
    numbers >= WORD_PROBLEM_NUMBERS && (asksQuantity || (numbers >= 3 && hit('rate_word') >= 2));
  const wordProblem = reckons ? WORD_PROBLEM + atMost(1.5, 0.25 * hit('rate_word')) : 0;
  const unspaced =
    (counts.units[CharClass.han] as number) > 0 && hit('math_verb') > 0 && counts.numbers > 0 ? 1 : 0;
  const symbols =
    atMost(2, 0.5 * counts.mathOperators) +
    atMost(2, 0.35 * counts.latexCommands) +
    atMost(3.6, 1.2 * hit('advanced_math')) +
    atMost(1.6, 0.5 * hit('math_term')) +
    atMost(1.6, 0.8 * hit('math_verb')) +
    0.5 * atMost(1, hit('quantity_question'));
  const numericOptions = choices && counts.numbers - counts.stemNumbers >= NUMERIC_OPTIONS * counts.choices;
  const answersNumber = numericOptions && (reckons || symbols >= 0.8) ? 2 : 0;
  return (wordProblem + unspaced) * (choices ? 0.7 : 1) + symbols + answersNumber;
}

function factualScore(counts: Counts, { hit, lead }: { hit: Read; lead: Read }, choices: boolean): number {
  const asked = counts.questions > 0 ? 0.8 : 0;
  const word = Math.max(1.2 * atMost(1, lead('question_word')), 0.6 * atMost(1, hit('question_word')));
  const unfinished = counts.sentences === 0 && wordCount(counts) >= UNFINISHED_WORDS ? 0.4 : 0;
  return asked + word + unfinished + (choices ? CHOICE_QUESTION : 0);
}

function classificationScore(
  counts: Counts,
  { hit, lead }: { hit: Read; lead: Read },
  choices: boolean,
): number {
  const verbs = 1.1 * atMost(2, hit('classify_verb')) + 1.8 * atMost(1, lead('classify_verb'));
  // One class is an adjective (a positive integer); two are a choice.
  const classes = atMost(1.5, Math.max(0, 0.7 * (hit('class_word') - 1)));
  const blanks = choices && counts.blanks > 0 ? FILLED_BLANK : 0;
  const chosen = choices && (hit('classify_verb') > 0 || hit('class_word') >= 2) ? CHOICE_QUESTION : 0;
  return verbs + classes + blanks + chosen;
}

function creativeScore(hit: Read, lead: Read): number {
  const asked = atMost(1, lead('write_verb') + lead('creative_verb') + 0.4 * hit('write_verb'));
  const nouns = atMost(1, hit('creative_noun'));
  return (
    3 * asked * nouns +
    0.5 * atMost(2, hit('creative_noun')) +
    0.7 * hit('creative_verb') +
    1.5 * atMost(1, lead('creative_verb'))
  );
}

function agenticScore(hit: Read, lead: Read, setting: Setting): number {
  const offered = setting.toolCount > 0 ? 1.5 : 0;
  const acts = atMost(2, hit('agent_verb')) + 1.2 * atMost(1, lead('agent_verb'));
  return offered + acts + 0.4 * atMost(3, hit('agent_noun')) * atMost(1, acts + offered);
}

function share(raw: Readonly<Record<TaskType, number>>): TaskDetection {
  let taskType: TaskType = TASK_TYPES[0];
  let sum = 0;
  for (const type of TASK_TYPES) {
    sum += raw[type];
    if (raw[type] > raw[taskType]) taskType = type;
  }
  const taskScores = Object.fromEntries(TASK_TYPES.map((type) => [type, raw[type] / sum])) as Record<
    TaskType,
    number
  >;
  return { taskType, taskScores, taskConfidence: taskScores[taskType] };
}
