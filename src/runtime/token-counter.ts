import type { RequestInput } from '../core/selection/question.js';
import { TOKENS_PER_MESSAGE, TOKENS_PER_REPLY_PRIMER } from '../core/tokens/estimate-tokens.js';
import { boundedPieces } from '../core/tokens/bounded-pieces.js';

/** Counts the tokens of one piece of text. */
export type CountText = (text: string) => number;

/** How prompts are counted where the caller did not: by our estimate, or by a tokenizer up to a length. */
export interface TokenCounter {
  /** The input with its text counted; as it was where an estimate is to do. */
  counted(input: RequestInput): RequestInput;
}

/** Leaves counting to the estimate of `analyzeRequest`. */
export const ESTIMATING: TokenCounter = { counted: (input) => input };

/** Encodes texts up to `maxChars` UTF-16 units; longer ones are left to the estimate, so that a call has a bound. */
export function exactCounter(countText: CountText, maxChars: number): TokenCounter {
  return {
    counted(input) {
      const { messages, inputTokens } = input;
      if (inputTokens !== undefined || messages.length === 0) return input;
      let chars = 0;
      for (const { text } of messages) chars += text.length;
      if (chars > maxChars) return input;
      let countedTokens = TOKENS_PER_REPLY_PRIMER;
      for (const { text } of messages) {
        countedTokens += TOKENS_PER_MESSAGE;
        for (const piece of boundedPieces(text)) countedTokens += countText(piece);
      }
      return { ...input, countedTokens };
    },
  };
}

/** Reads the 2 MB of o200k_base's ranks, only where the setting asks for them. */
export async function o200kCount(): Promise<CountText> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  const noSpecialTokens = { disallowedSpecial: new Set<string>() };
  return (text) => countTokens(text, noSpecialTokens);
}
