import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { expect, it } from 'vitest';
import { tokenSamples } from '../../../bench/complexity/token-samples.js';
import { quantile } from '../../../bench/quality/statistics.js';
import { estimateTokens } from '../../../src/core/tokens/estimate-tokens.js';

it.each(tokenSamples())(
  'the estimate is within 10 %% of o200k_base at the median of $kind texts, which no constant was fitted on',
  ({ texts }) => {
    const errors = texts.map((text) => Math.abs(estimateTokens(text) / countTokens(text) - 1));
    expect(errors.length).toBeGreaterThanOrEqual(12);
    expect(quantile(errors, 0.5)).toBeLessThanOrEqual(0.1);
  },
);
