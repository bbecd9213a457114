import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { tokenSamples } from '../../bench/complexity/token-samples.js';
import type { RequestInput } from '../../src/core/selection/question.js';
import { RUN_MAX } from '../../src/core/tokens/bounded-pieces.js';
import { TOKENS_PER_MESSAGE, TOKENS_PER_REPLY_PRIMER } from '../../src/core/tokens/estimate-tokens.js';
import { ESTIMATING, exactCounter, o200kCount } from '../../src/runtime/token-counter.js';

const MAX_CHARS = 100_000;
const inputOf = (text: string, changes: Partial<RequestInput> = {}): RequestInput => ({
  messages: [{ role: 'user', text }],
  modalities: [],
  toolCount: 0,
  ...changes,
});
const counter = exactCounter(await o200kCount(), MAX_CHARS);
const counted = (text: string): number =>
  counter.counted(inputOf(text)).countedTokens! - TOKENS_PER_MESSAGE - TOKENS_PER_REPLY_PRIMER;

describe('the exact tokenizer', () => {
  it.each(tokenSamples())('counts $kind, but for a token or two where a run is cut', ({ texts }) => {
    for (const text of texts) {
      const cuts = text.split(/\s+/).reduce((sum, run) => sum + Math.floor(run.length / RUN_MAX), 0);
      expect(Math.abs(counted(text) - countTokens(text))).toBeLessThanOrEqual(2 * cuts);
    }
  });

  it('takes the names of control tokens for text', () => {
    expect(counted('<|endoftext|> and <|im_start|>')).toBeGreaterThan(6);
  });

  it.each(['a', 'Ab1', '=', ' ', '\n', '漢字', '\u{1f600}', '\ud800'])(
    'has a bound on runs of %j, which a plain encoder takes quadratic time for',
    (unit) => {
      const text = unit.repeat(MAX_CHARS / unit.length);
      const from = performance.now();
      expect(counted(text)).toBeGreaterThan(0);
      expect(performance.now() - from).toBeLessThan(1_000);
    },
  );

  it('leaves to the estimate what is longer than allowed, has no text, or was counted', () => {
    for (const input of [
      inputOf('x '.repeat(MAX_CHARS)),
      inputOf('', { messages: [] }),
      inputOf('x', { inputTokens: 7 }),
    ]) {
      expect(counter.counted(input)).toBe(input);
    }
    const input = inputOf('x');
    expect(ESTIMATING.counted(input)).toBe(input);
  });
});
