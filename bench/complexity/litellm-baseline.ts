/**
 * LiteLLM's rule-based complexity router, rebuilt: its published weights and its scores by number of keywords found. The
 * keyword lists are written from its description, not copied. Words are matched whole and in lower case.
 */
const WEIGHTS = {
  length: 0.1,
  code: 0.3,
  reasoning: 0.25,
  technical: 0.25,
  simple: 0.05,
  multiStep: 0.03,
  questions: 0.02,
} as const;

/** From which its tiers medium, complex and reasoning begin. */
export const LITELLM_BOUNDS = [0.15, 0.35, 0.6] as const;

const CODE = `function class def const let var import async await return code python javascript typescript sql api
  algorithm debug compile database query script html css json regex loop array variable`;
const REASONING = `prove derive explain why analyze analyse reason reasoning deduce infer evaluate compare logic logical
  justify critique theorem proof`;
const TECHNICAL = `architecture distributed kubernetes docker microservice encryption protocol database optimization
  algorithm machine learning neural network quantum thermodynamics equation integral derivative matrix statistical
  regression molecular enzyme protein diagnosis clinical statute jurisdiction`;
const SIMPLE = 'hello hi thanks who when where define capital name translate';
const MULTI_STEP = 'first then next finally step steps';

const CHARACTERS_PER_TOKEN = 4;
const FEW_TOKENS = 15;
const MANY_TOKENS = 400;
const MANY_QUESTIONS = 3;

const wordSet = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/u));
const LISTS = {
  code: wordSet(CODE),
  reasoning: wordSet(REASONING),
  technical: wordSet(TECHNICAL),
  simple: wordSet(SIMPLE),
  multiStep: wordSet(MULTI_STEP),
} as const;

/** The weighted sum, about −0.2 to 1. */
export function litellmScore(text: string): number {
  const words = text.toLowerCase().match(/[a-z]+/gu) ?? [];
  const found = (list: ReadonlySet<string>): number => new Set(words.filter((word) => list.has(word))).size;
  const tokens = text.length / CHARACTERS_PER_TOKEN;
  const graded = (count: number, [low, high]: readonly [number, number], half: number): number =>
    count >= high ? 1 : count >= low ? half : 0;
  return (
    WEIGHTS.length * (tokens < FEW_TOKENS ? -1 : tokens > MANY_TOKENS ? 1 : 0) +
    WEIGHTS.code * graded(found(LISTS.code), [1, 2], 0.5) +
    WEIGHTS.reasoning * graded(found(LISTS.reasoning), [1, 2], 0.7) +
    WEIGHTS.technical * graded(found(LISTS.technical), [2, 4], 0.5) -
    WEIGHTS.simple * graded(found(LISTS.simple), [1, 2], 1) +
    WEIGHTS.multiStep * (found(LISTS.multiStep) >= 2 ? 0.5 : 0) +
    WEIGHTS.questions * (text.split('?').length - 1 > MANY_QUESTIONS ? 0.5 : 0)
  );
}
