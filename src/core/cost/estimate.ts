import { Z_90, type LengthBelief } from '../bandit/metric-belief.js';
import { PPM, ratesFor, tableAt, type PriceTable, type RateCard } from './price-table.js';
import { PROMPT_AS_COUNTED, type PromptBelief } from './prompt-belief.js';
import { INPUT_COMPONENTS, PART_FIELDS, type CostComponent, type TokenUsage } from './token-usage.js';

/** Expected cost of one call, with its 80 % interval, in nano-USD (fractional: an estimate, not a bill). */
export interface CostEstimate {
  readonly meanNanoUsd: number;
  /** As often more as less. */
  readonly medianNanoUsd: number;
  readonly lowNanoUsd: number;
  readonly highNanoUsd: number;
  /** Of the whole prompt, as reports say that this model counts it. */
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Parts of a prompt that are not billed as its text. */
export type PromptParts = Pick<
  TokenUsage,
  'cachedInputTokens' | 'cacheWriteTokens' | 'cacheWrite1hTokens' | 'audioInputTokens' | 'imageInputTokens'
>;

/** What is known of a call before it is made. */
export interface CostQuestion {
  /** Of the whole prompt, parts included, as counted. */
  readonly inputTokens: number;
  /** The model's output limit, or the caller's where that is lower. */
  readonly maxOutputTokens: number;
  readonly batch: boolean;
  /** When it will be billed; prices of today where absent. */
  readonly atMs?: number;
  readonly parts?: PromptParts;
  readonly toolCalls?: number;
  /** What reports say of prompts as counted. */
  readonly prompt?: PromptBelief;
  /** Share of an answer's tokens that is thinking, in [0, 1]. */
  readonly thinkingShare?: number;
}

/** One part of an expected bill: tokens, or requests and calls, and what they cost. */
export interface ExpectedPart {
  readonly component: CostComponent;
  readonly quantity: number;
  readonly nanoUsd: number;
}

/** Cost from the list price and the belief about the answer's length; price changes apply at once. */
export function estimateCost(prices: PriceTable, length: LengthBelief, question: CostQuestion): CostEstimate {
  const call = pricedCall(prices, question);
  const { maxOutputTokens, thinkingShare = 0 } = question;
  const { output, reasoning } = call.card.perTokenNanoUsd;
  const perToken = call.share * (output + thinkingShare * (reasoning - output));
  const tokensAt = (z: number): number =>
    Math.min(maxOutputTokens, Math.exp(length.logMean + z * length.logSd));
  const outputTokens = Math.min(maxOutputTokens, length.mean);
  const medianTokens = Math.min(maxOutputTokens, Math.exp(length.logMean));
  const { fixedNanoUsd, textNanoUsd, prompt } = call;
  const known = fixedNanoUsd + textNanoUsd;
  const mean = known + perToken * outputTokens;
  const median = known + perToken * medianTokens;
  // Prompt and answer err apart from each other: their distances from the median add as standard deviations do.
  const below = quadrature(textNanoUsd * prompt.spreadBelow, perToken * (medianTokens - tokensAt(-Z_90)));
  const above = quadrature(textNanoUsd * prompt.spreadAbove, perToken * (tokensAt(Z_90) - medianTokens));
  return {
    meanNanoUsd: mean,
    medianNanoUsd: median,
    lowNanoUsd: Math.max(Math.min(median - below, mean), 0),
    highNanoUsd: Math.max(median + above, mean),
    inputTokens: call.inputTokens,
    outputTokens,
  };
}

/** Math.hypot, but for scales that money never has, at a tenth of its time. */
const quadrature = (a: number, b: number): number => Math.sqrt(a * a + b * b);

/** The parts of the mean: they sum to it. Parts of nothing are left out. */
export function expectedParts(
  prices: PriceTable,
  outputTokens: number,
  question: CostQuestion,
): readonly ExpectedPart[] {
  const { card, share, textTokens, table } = pricedCall(prices, question);
  const { thinkingShare = 0, toolCalls = 0 } = question;
  const tokens = (component: keyof RateCard['perTokenNanoUsd'], quantity: number): ExpectedPart => ({
    component,
    quantity,
    nanoUsd: share * card.perTokenNanoUsd[component] * quantity,
  });
  const parts = [
    tokens('input', textTokens),
    ...NAMED_INPUTS.map((component) => tokens(component, question.parts?.[PART_FIELDS[component]] ?? 0)),
    tokens('output', outputTokens * (1 - thinkingShare)),
    tokens('reasoning', outputTokens * thinkingShare),
    { component: 'requests' as const, quantity: 1, nanoUsd: Number(table.perRequest) },
    {
      component: 'tool_calls' as const,
      quantity: toolCalls,
      nanoUsd: toolCalls * Number(table.perToolCall),
    },
  ];
  return parts.filter(({ component, quantity, nanoUsd }) =>
    component === 'requests' ? nanoUsd > 0 : quantity > 0,
  );
}

interface PricedCall {
  readonly table: PriceTable;
  readonly card: RateCard;
  /** What a batch leaves of token prices. */
  readonly share: number;
  readonly prompt: PromptBelief;
  /** Of the whole prompt, as the model counts it. */
  readonly inputTokens: number;
  readonly textTokens: number;
  readonly textNanoUsd: number;
  /** Fees, and the parts of the prompt that are not text. */
  readonly fixedNanoUsd: number;
}

const NAMED_INPUTS = INPUT_COMPONENTS.filter((component) => component !== 'input');

function pricedCall(prices: PriceTable, question: CostQuestion): PricedCall {
  const { inputTokens: counted, batch, atMs, parts, toolCalls = 0, prompt = PROMPT_AS_COUNTED } = question;
  const table = atMs === undefined ? prices : tableAt(prices, atMs);
  let named = 0;
  if (parts !== undefined) for (const name of NAMED_INPUTS) named += parts[PART_FIELDS[name]] ?? 0;
  const textTokens = prompt.ratio * Math.max(counted - named, 0);
  const inputTokens = textTokens + named;
  const card = ratesFor(table, inputTokens);
  const share = batch ? 1 - Number(table.batchDiscountPpm) / Number(PPM) : 1;
  let fixedNanoUsd = Number(table.perRequest) + toolCalls * Number(table.perToolCall);
  if (parts !== undefined) {
    for (const name of NAMED_INPUTS) {
      fixedNanoUsd += share * card.perTokenNanoUsd[name] * (parts[PART_FIELDS[name]] ?? 0);
    }
  }
  const textNanoUsd = share * card.perTokenNanoUsd.input * textTokens;
  return { table, card, share, prompt, inputTokens, textTokens, textNanoUsd, fixedNanoUsd };
}
