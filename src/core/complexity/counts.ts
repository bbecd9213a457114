import { COMPLEXITY_DIMENSIONS, type ComplexityDimension } from '../profile.js';
import { CHAR_CLASS_COUNT } from '../tokens/char-class.js';
import { SIGNALS } from './signal.js';

/** Where a score came from: a place in a message, never its text. */
export interface Evidence {
  readonly dimension: ComplexityDimension;
  /** UTF-16 offsets into the message's text, `start` inclusive, `end` exclusive. */
  readonly start: number;
  readonly end: number;
  /** Index of the message. */
  readonly message: number;
  /** A fixed word such as `math_operator`. */
  readonly label: string;
}

/** Evidence beyond this many per dimension is counted but not listed. */
export const EVIDENCE_PER_DIMENSION_MAX = 16;

/** What one pass over all messages gathers. Filled by the scanner, read by everything else. */
export interface Counts {
  /** UTF-16 units by character class. */
  readonly units: Uint32Array;
  /** Keyword hits by signal, weighted by the message's role and the place in it. */
  readonly hits: Float64Array;
  /** Those of the hits that begin a sentence or line, where imperatives and question words stand. */
  readonly leading: Float64Array;
  words: number;
  longWords: number;
  sentences: number;
  questions: number;
  listItems: number;
  /** Lettered options in ascending order: `(A)`, `A.`, `A)`. */
  choices: number;
  /** Options in parentheses with a digit: `(1)`. */
  numberedChoices: number;
  /** Numbers before the first option, and all. */
  stemNumbers: number;
  numbers: number;
  /** Numbers with a currency sign before or a percent sign behind. */
  amounts: number;
  mathOperators: number;
  latexCommands: number;
  codeMarks: number;
  identifiers: number;
  fences: number;
  blanks: number;
  readonly evidence: Evidence[];
  readonly evidenceByDimension: Uint8Array;
}

export function newCounts(): Counts {
  return {
    units: new Uint32Array(CHAR_CLASS_COUNT),
    hits: new Float64Array(SIGNALS.length),
    leading: new Float64Array(SIGNALS.length),
    words: 0,
    longWords: 0,
    sentences: 0,
    questions: 0,
    listItems: 0,
    choices: 0,
    numberedChoices: 0,
    stemNumbers: 0,
    numbers: 0,
    amounts: 0,
    mathOperators: 0,
    latexCommands: 0,
    codeMarks: 0,
    identifiers: 0,
    fences: 0,
    blanks: 0,
    evidence: [],
    evidenceByDimension: new Uint8Array(COMPLEXITY_DIMENSIONS.length),
  };
}

/** Place of each dimension in `evidenceByDimension`. */
export const DIMENSION_INDEX = Object.fromEntries(
  COMPLEXITY_DIMENSIONS.map((dimension, index) => [dimension, index]),
) as Readonly<Record<ComplexityDimension, number>>;

/** Adds evidence unless its dimension has its fill. */
export function addEvidence(counts: Counts, evidence: Evidence): void {
  const index = DIMENSION_INDEX[evidence.dimension];
  const listed = counts.evidenceByDimension[index] as number;
  if (listed >= EVIDENCE_PER_DIMENSION_MAX) return;
  counts.evidenceByDimension[index] = listed + 1;
  counts.evidence.push(evidence);
}

/** Whether {@link addEvidence} would still list evidence under this dimension, by its DIMENSION_INDEX. */
export function wantsEvidence(counts: Counts, index: number): boolean {
  return (counts.evidenceByDimension[index] as number) < EVIDENCE_PER_DIMENSION_MAX;
}
