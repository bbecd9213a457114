import { describe, expect, it } from 'vitest';
import { costNanoUsd } from '../../../src/core/cost/bill.js';
import { priceTable, tableAt } from '../../../src/core/cost/price-table.js';
import type { TokenUsage } from '../../../src/core/cost/token-usage.js';
import type { Prices } from '../../../src/core/registry/model.js';

interface Bill {
  readonly what: string;
  readonly prices: Prices;
  readonly usage: TokenUsage;
  readonly usd: number;
  readonly batch?: true;
  readonly on?: string;
}

const usage = (inputTokens: number, outputTokens: number, rest: Partial<TokenUsage> = {}): TokenUsage => ({
  inputTokens,
  outputTokens,
  ...rest,
});

/** Worked examples of Amazon Bedrock's pricing page ("Pricing examples", on demand, 2024), one per provider there. */
const BEDROCK: readonly Bill[] = [
  {
    what: 'Amazon Titan Text Lite, 2K in at 0.0003 USD a thousand and 1K out at 0.0004: 0.001 USD',
    prices: { inputUsdPerMTok: 0.3, outputUsdPerMTok: 0.4 },
    usage: usage(2000, 1000),
    usd: 0.001,
  },
  {
    what: 'AI21 Jurassic-2 Mid, 10K in and 2K out at 0.0125 USD a thousand: 0.15 USD',
    prices: { inputUsdPerMTok: 12.5, outputUsdPerMTok: 12.5 },
    usage: usage(10_000, 2000),
    usd: 0.15,
  },
  {
    what: 'Anthropic Claude, 11K in at 0.008 and 4K out at 0.024 USD a thousand: 0.184 USD',
    prices: { inputUsdPerMTok: 8, outputUsdPerMTok: 24 },
    usage: usage(11_000, 4000),
    usd: 0.184,
  },
  {
    what: 'Cohere Command, 6K in at 0.0015 and 2K out at 0.0020 USD a thousand: 0.013 USD',
    prices: { inputUsdPerMTok: 1.5, outputUsdPerMTok: 2 },
    usage: usage(6000, 2000),
    usd: 0.013,
  },
  {
    what: 'Meta Llama 2 Chat 13B, 2K in at 0.00075 and 1K out at 0.001 USD a thousand: 0.0025 USD',
    prices: { inputUsdPerMTok: 0.75, outputUsdPerMTok: 1 },
    usage: usage(2000, 1000),
    usd: 0.0025,
  },
  {
    what: 'Mistral 7B, 2K in at 0.00015 and 1K out at 0.0002 USD a thousand: 0.0005 USD',
    prices: { inputUsdPerMTok: 0.15, outputUsdPerMTok: 0.2 },
    usage: usage(2000, 1000),
    usd: 0.0005,
  },
];

/** Anthropic's table "Model pricing": Claude Sonnet 4.5, and its batch column, half of both; web search 10 USD a thousand. */
const SONNET: Prices = {
  inputUsdPerMTok: 3,
  outputUsdPerMTok: 15,
  cachedInputUsdPerMTok: 0.3,
  cacheWriteUsdPerMTok: 3.75,
  cacheWrite1hUsdPerMTok: 6,
  perToolCallUsd: 0.01,
  batchDiscount: 0.5,
};
const ANTHROPIC: readonly Bill[] = [
  {
    what: 'a million tokens of each kind are the columns of the table: 3 + 3.75 + 6 + 0.30 + 15 USD',
    prices: SONNET,
    usage: usage(4_000_000, 1_000_000, {
      cachedInputTokens: 1_000_000,
      cacheWriteTokens: 1_000_000,
      cacheWrite1hTokens: 1_000_000,
    }),
    usd: 28.05,
  },
  {
    what: 'batch, 1.50 USD in and 7.50 USD out a million',
    prices: SONNET,
    usage: usage(1_000_000, 1_000_000),
    batch: true,
    usd: 9,
  },
  {
    what: 'a thousand web searches are 10 USD, whatever the batch',
    prices: SONNET,
    usage: usage(0, 0, { toolCalls: 1000 }),
    batch: true,
    usd: 10,
  },
];

/** OpenAI: "Introducing the Realtime API" (October 2024), "Images and vision" (GPT-4o), "API pricing". */
const REALTIME: Prices = {
  inputUsdPerMTok: 5,
  outputUsdPerMTok: 20,
  audioInputUsdPerMTok: 100,
  audioOutputUsdPerMTok: 200,
};
const GPT_4O: Prices = {
  inputUsdPerMTok: 2.5,
  cachedInputUsdPerMTok: 1.25,
  outputUsdPerMTok: 10,
  batchDiscount: 0.5,
};
const OPENAI: readonly Bill[] = [
  {
    what: 'a minute of sound in, 600 tokens at 100 USD a million: 0.06 USD',
    prices: REALTIME,
    usage: usage(600, 0, { audioInputTokens: 600 }),
    usd: 0.06,
  },
  {
    what: 'a minute of sound out, 1,200 tokens at 200 USD a million: 0.24 USD',
    prices: REALTIME,
    usage: usage(0, 1200, { audioOutputTokens: 1200 }),
    usd: 0.24,
  },
  {
    what: 'an image of 1024 × 1024, 765 tokens: 0.001913 USD, to the sixth place',
    prices: GPT_4O,
    usage: usage(765, 0, { imageInputTokens: 765 }),
    usd: 0.0019125,
  },
  {
    what: 'cached input is 1.25 USD a million, output 10; batch halves both',
    prices: GPT_4O,
    usage: usage(1_000_000, 1_000_000, { cachedInputTokens: 1_000_000 }),
    batch: true,
    usd: 5.625,
  },
];

/** Google, "Gemini API pricing": Gemini 2.5 Pro, prompts up to and above 200k tokens; Flash with sound. */
const GEMINI_PRO: Prices = {
  inputUsdPerMTok: 1.25,
  outputUsdPerMTok: 10,
  cachedInputUsdPerMTok: 0.125,
  tiers: [
    { abovePromptTokens: 200_000, inputUsdPerMTok: 2.5, outputUsdPerMTok: 15, cachedInputUsdPerMTok: 0.25 },
  ],
};
const GOOGLE: readonly Bill[] = [
  {
    what: '200k tokens of prompt are at the lower price, thinking is output: 0.25 + 0.1 USD',
    prices: GEMINI_PRO,
    usage: usage(200_000, 10_000, { reasoningTokens: 8000 }),
    usd: 0.35,
  },
  {
    what: 'one more, and all of it is at the higher price: 0.5000025 + 0.15 USD',
    prices: GEMINI_PRO,
    usage: usage(200_001, 10_000),
    usd: 0.6500025,
  },
  {
    what: 'the tier is that of the whole prompt, though most of it is cached: 0.25 + 0.025 USD',
    prices: GEMINI_PRO,
    usage: usage(300_000, 0, { cachedInputTokens: 200_000 }),
    usd: 0.3,
  },
  {
    what: 'Flash: sound at 1.00 USD a million beside text at 0.30',
    prices: { inputUsdPerMTok: 0.3, outputUsdPerMTok: 2.5, audioInputUsdPerMTok: 1 },
    usage: usage(2_000_000, 0, { audioInputTokens: 1_000_000 }),
    usd: 1.3,
  },
];

/** DeepSeek, "Models & Pricing": deepseek-chat before and from 5 September 2025 16:00 UTC, here by the day after. */
const DEEPSEEK: Prices = {
  from: '2025-09-06',
  inputUsdPerMTok: 0.56,
  cachedInputUsdPerMTok: 0.07,
  outputUsdPerMTok: 1.68,
  schedule: [
    { from: '2025-02-08', inputUsdPerMTok: 0.27, cachedInputUsdPerMTok: 0.07, outputUsdPerMTok: 1.1 },
    { from: '2025-09-29', inputUsdPerMTok: 0.28, cachedInputUsdPerMTok: 0.028, outputUsdPerMTok: 0.42 },
  ],
};
const MILLION_EACH = usage(2_000_000, 1_000_000, { cachedInputTokens: 1_000_000 });
const DATED: readonly Bill[] = [
  {
    what: 'V3 until then: 0.27 + 0.07 + 1.10',
    prices: DEEPSEEK,
    usage: MILLION_EACH,
    on: '2025-08-01',
    usd: 1.44,
  },
  { what: 'V3.1: 0.56 + 0.07 + 1.68', prices: DEEPSEEK, usage: MILLION_EACH, on: '2025-09-20', usd: 2.31 },
  {
    what: 'V3.2-Exp: 0.28 + 0.028 + 0.42',
    prices: DEEPSEEK,
    usage: MILLION_EACH,
    on: '2025-10-01',
    usd: 0.728,
  },
];

/** xAI, "Models and pricing": Grok 4, twice the price above 128k tokens; live search 25 USD a thousand sources. */
const GROK: Prices = {
  inputUsdPerMTok: 3,
  cachedInputUsdPerMTok: 0.75,
  outputUsdPerMTok: 15,
  perToolCallUsd: 0.025,
  tiers: [{ abovePromptTokens: 128_000, inputUsdPerMTok: 6, outputUsdPerMTok: 30 }],
};
const XAI: readonly Bill[] = [
  { what: 'up to 128k', prices: GROK, usage: usage(128_000, 1000), usd: 0.399 },
  { what: 'above 128k', prices: GROK, usage: usage(130_000, 1000), usd: 0.81 },
  {
    what: 'four sources of a live search are 0.10 USD',
    prices: GROK,
    usage: usage(0, 0, { toolCalls: 4 }),
    usd: 0.1,
  },
];

describe.each([
  ['Amazon Bedrock', BEDROCK],
  ['Anthropic', ANTHROPIC],
  ['OpenAI', OPENAI],
  ['Google', GOOGLE],
  ['DeepSeek', DATED],
  ['xAI', XAI],
])('a bill as %s publishes it', (_, bills) => {
  it.each(bills)('$what', ({ prices, usage: used, usd, batch = false, on }) => {
    const table = tableAt(priceTable(prices), on === undefined ? 0 : Date.parse(on));
    const nanoUsd = costNanoUsd(on === undefined ? priceTable(prices) : table, used, batch);
    expect(nanoUsd).toBe(BigInt(Math.round(usd * 1e9)));
  });
});
