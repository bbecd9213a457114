import type { ComplexityDimension } from '../profile.js';
import { CHAR_CLASS, CharClass } from '../tokens/char-class.js';
import { addEvidence, DIMENSION_INDEX, wantsEvidence, type Counts } from './counts.js';

/** What the scanner knows of the place it is at, within one message. */
export interface MarkState {
  readonly text: string;
  readonly message: number;
  /** Nothing but spaces since the line began. */
  lineStart: boolean;
  /** Nothing but polite words since the sentence began. */
  sentenceStart: boolean;
  /** Options have begun, so that numbers belong to answers and no longer to the question. */
  stemOver: boolean;
  /** The letter that the next option must have: 0 for A. */
  nextChoice: number;
  fenced: boolean;
}

const classAt = (text: string, at: number): number =>
  at >= 0 && at < text.length ? (CHAR_CLASS[text.charCodeAt(at)] as number) : CharClass.space;

const endsTerm = (cls: number, code: number): boolean => cls === CharClass.digit || code === 0x29;

/** A kind of mark: the count it adds to, and the evidence it leaves. */
interface Mark {
  readonly field:
    'blanks' | 'questions' | 'codeMarks' | 'fences' | 'latexCommands' | 'listItems' | 'mathOperators';
  readonly label: string;
  readonly dimension: ComplexityDimension;
  /** DIMENSION_INDEX of the dimension. */
  readonly index: number;
  /** UTF-16 units that it takes. */
  readonly units: number;
}

type MarkName = Pick<Mark, 'field' | 'label' | 'dimension'>;
const mark = (name: MarkName, units = 1): Mark => ({
  ...name,
  units,
  index: DIMENSION_INDEX[name.dimension],
});

const CODE = { field: 'codeMarks', label: 'code_mark', dimension: 'code' } as const;
const CODE_MARK = mark(CODE);
const CODE_PAIR = mark(CODE, 2);
const CODE_TRIPLE = mark(CODE, 3);
const CODE_FENCE = mark({ field: 'fences', label: 'code_fence', dimension: 'code' }, 3);
const LATEX_COMMAND = mark({ field: 'latexCommands', label: 'latex_command', dimension: 'mathematics' });
const MATH_DELIMITER = mark({ field: 'mathOperators', label: 'math_delimiter', dimension: 'mathematics' });
const MATH_OPERATOR = mark({ field: 'mathOperators', label: 'math_operator', dimension: 'mathematics' });
const QUESTION = mark({ field: 'questions', label: 'question_mark', dimension: 'instructions' });
const BLANK = mark({ field: 'blanks', label: 'blank', dimension: 'context_dependence' });
const LIST_ITEM = mark({ field: 'listItems', label: 'list_item', dimension: 'instructions' });

function addMark(found: Mark, { message }: MarkState, counts: Counts, start: number): number {
  const { field, label, dimension, index, units } = found;
  counts[field]++;
  const end = start + units;
  if (wantsEvidence(counts, index)) {
    addEvidence(counts, { dimension, start, end, message, label });
  }
  return end;
}

/** One unit of punctuation or symbol at `at`; returns where to go on. */
export function scanMark(state: MarkState, at: number, counts: Counts): number {
  const { text } = state;
  const code = text.charCodeAt(at);
  const lineStart = state.lineStart;
  state.lineStart = false;
  switch (code) {
    case 0x2e: // .
    case 0x21: // !
    case 0x3002:
    case 0xff01:
      if (scanLetteredChoice(state, at, counts)) return at + 1;
      if (code >= 0x3000 || classAt(text, at + 1) <= CharClass.newline) {
        counts.sentences++;
        state.sentenceStart = true;
      }
      return at + 1;
    case 0x3f: // ?
    case 0xff1f:
    case 0x061f:
      counts.sentences++;
      state.sentenceStart = true;
      return addMark(QUESTION, state, counts, at);
    case 0x3a: // :
    case 0xff1a:
      scanLetteredChoice(state, at, counts);
      state.sentenceStart = true;
      return at + 1;
    case 0x28: // (), a call
      return text.charCodeAt(at + 1) === 0x29 ? addMark(CODE_MARK, state, counts, at) : at + 1;
    case 0x29: // )
      scanLetteredChoice(state, at, counts);
      return at + 1;
    case 0x7b: // {
    case 0x7d: // }
      return addMark(CODE_MARK, state, counts, at);
    case 0x3b: // ;
      return classAt(text, at + 1) === CharClass.newline ? addMark(CODE_MARK, state, counts, at) : at + 1;
    case 0x60: // `
      if (text.startsWith('```', at)) {
        state.fenced = !state.fenced;
        return addMark(CODE_FENCE, state, counts, at);
      }
      return addMark(CODE_MARK, state, counts, at);
    case 0x22: // three quotes open and close a docstring
      return text.startsWith('"""', at) ? addMark(CODE_TRIPLE, state, counts, at) : at + 1;
    case 0x5c: // backslash
      return addMark(LATEX_COMMAND, state, counts, at);
    case 0x24: // $ before anything but an amount opens or closes a formula
      if (isFormulaStart(text, at + 1)) return addMark(MATH_DELIMITER, state, counts, at);
      return at + 1;
    case 0x5f: // _
      return classAt(text, at - 1) <= CharClass.newline ? addMark(BLANK, state, counts, at) : at + 1;
    case 0x2a: // *
    case 0x2d: // -
    case 0x2022: // bullet
      if (lineStart && classAt(text, at + 1) === CharClass.space) {
        state.sentenceStart = true;
        return addMark(LIST_ITEM, state, counts, at);
      }
      return scanOperator(state, at, counts);
    case 0x2f: // /
    case 0x2b: // +
    case 0x5e: // ^
    case 0x3c: // <
    case 0x3e: // >
    case 0xd7: // ×
    case 0xf7: // ÷
    case 0xb1: // ±
      return scanOperator(state, at, counts);
    case 0x3d: // =
    case 0x21d2:
      if (isCodePair(text.charCodeAt(at + 1))) return addMark(CODE_PAIR, state, counts, at);
      return addMark(MATH_OPERATOR, state, counts, at);
    default:
      if (code >= 0x2200 && code < 0x2300) return addMark(MATH_OPERATOR, state, counts, at);
      return at + 1;
  }
}

/** Between two terms it is arithmetic; `->`, `//` and `</` are code; else it is a hyphen or slash of prose. */
function scanOperator(state: MarkState, at: number, counts: Counts): number {
  const { text } = state;
  const code = text.charCodeAt(at);
  const next = text.charCodeAt(at + 1);
  if (
    (code === 0x2d && next === 0x3e) ||
    (code === 0x2f && next === 0x2f && text.charCodeAt(at - 1) !== 0x3a)
  ) {
    return addMark(CODE_PAIR, state, counts, at);
  }
  if (code === 0x3e && text.startsWith('>>>', at)) return addMark(CODE_TRIPLE, state, counts, at);
  if (code === 0x3c && next === 0x2f) return addMark(CODE_PAIR, state, counts, at);
  let left = at - 1;
  if (classAt(text, left) === CharClass.space) left--;
  let right = at + 1;
  if (classAt(text, right) === CharClass.space) right++;
  const leftCode = left >= 0 ? text.charCodeAt(left) : 0;
  const rightCode = right < text.length ? text.charCodeAt(right) : 0;
  const rightOpens = classAt(text, right) === CharClass.digit || rightCode === 0x28;
  const prose = code === 0x2d || code === 0x2f;
  if (prose ? endsTerm(classAt(text, left), leftCode) && rightOpens : true) {
    return addMark(MATH_OPERATOR, state, counts, at);
  }
  return at + 1;
}

function isFormulaStart(text: string, at: number): boolean {
  const cls = classAt(text, at);
  const code = text.charCodeAt(at);
  return cls === CharClass.lower || code === 0x28 || code === 0x5c || code === 0x2d;
}

const isCodePair = (next: number): boolean => next === 0x3d || next === 0x3e;

/** `(A)`, or `A.`, `A)`, `A:` at the start of a line, in ascending order from A. */
function scanLetteredChoice(state: MarkState, at: number, counts: Counts): boolean {
  const { text } = state;
  const cls = classAt(text, at - 1);
  if (cls !== CharClass.upper && cls !== CharClass.lower) return false;
  const before = at >= 2 ? text.charCodeAt(at - 2) : 0x0a;
  const closes = text.charCodeAt(at) === 0x29;
  if (!(before === 0x28 && closes) && !startsLine(text, at - 2)) return false;
  const letter = (text.charCodeAt(at - 1) | 0x20) - 0x61;
  if (letter !== 0 && letter !== state.nextChoice) return false;
  counts.choices++;
  state.nextChoice = letter + 1;
  state.stemOver = true;
  state.sentenceStart = true;
  addEvidence(counts, {
    dimension: 'output_constraints',
    start: at - 1,
    end: at + 1,
    message: state.message,
    label: 'choice_marker',
  });
  return true;
}

/** Spaces before an option that still count as an indent. */
const INDENT_UNITS_MAX = 8;

function startsLine(text: string, last: number): boolean {
  for (let at = last; at > last - INDENT_UNITS_MAX; at--) {
    if (at < 0) return true;
    const cls = classAt(text, at);
    if (cls === CharClass.newline) return true;
    if (cls !== CharClass.space) return false;
  }
  return false;
}
