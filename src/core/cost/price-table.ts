import { NANO_USD_PER_USD, type NanoUsd } from '../money.js';
import type { Prices } from '../registry/model.js';

const TOKENS_PER_MTOK = 1_000_000n;
/** Discounts are kept in parts per million, so that money stays in whole numbers. */
const PPM = 1_000_000n;

/** Tokens of one call, as a provider bills them. All whole and non-negative. */
export interface TokenUsage {
  /** Prompt tokens, cached ones included. */
  readonly inputTokens: number;
  /** Answer tokens, thinking included. */
  readonly outputTokens: number;
  /** Prompt tokens read from the provider's cache; at most `inputTokens`. */
  readonly cachedInputTokens?: number;
  /** Thinking tokens; at most `outputTokens`. */
  readonly reasoningTokens?: number;
}

interface Rates {
  readonly input: bigint;
  readonly output: bigint;
  readonly cachedInput: bigint;
  readonly reasoning: bigint;
}

/** Prices of one model, ready to compute with: nano-USD per million tokens. */
export interface PriceTable {
  readonly base: Rates;
  /** Descending by bound, so that the first that applies is the right one. */
  readonly tiers: readonly { readonly abovePromptTokens: number; readonly rates: Rates }[];
  readonly perRequest: bigint;
  readonly batchDiscountPpm: bigint;
}

const nanoPerMTok = (usdPerMTok: number): bigint => BigInt(Math.round(usdPerMTok * NANO_USD_PER_USD));

/** Turns list prices in USD into whole nano-USD, once, when the registry is built. */
export function priceTable(prices: Prices): PriceTable {
  const rates = (
    row: Pick<Prices, 'inputUsdPerMTok' | 'outputUsdPerMTok' | 'cachedInputUsdPerMTok'>,
  ): Rates => ({
    input: nanoPerMTok(row.inputUsdPerMTok),
    output: nanoPerMTok(row.outputUsdPerMTok),
    cachedInput: nanoPerMTok(row.cachedInputUsdPerMTok ?? row.inputUsdPerMTok),
    // A tier states no price of its own for thinking; providers bill it as output of that tier.
    reasoning: nanoPerMTok(
      row === prices ? (prices.reasoningUsdPerMTok ?? prices.outputUsdPerMTok) : row.outputUsdPerMTok,
    ),
  });
  return {
    base: rates(prices),
    tiers: [...(prices.tiers ?? [])]
      .sort((a, b) => b.abovePromptTokens - a.abovePromptTokens)
      .map((tier) => ({ abovePromptTokens: tier.abovePromptTokens, rates: rates(tier) })),
    perRequest: BigInt(Math.round((prices.perRequestUsd ?? 0) * NANO_USD_PER_USD)),
    batchDiscountPpm: BigInt(Math.round((prices.batchDiscount ?? 0) * Number(PPM))),
  };
}

function ratesFor(table: PriceTable, inputTokens: number): Rates {
  for (const tier of table.tiers) if (inputTokens > tier.abovePromptTokens) return tier.rates;
  return table.base;
}

/**
 * What a call costs by the list: Σ tokens × price, the tier of the whole prompt, the batch discount on
 * tokens alone, and one rounding (half up) at the end.
 *
 * @throws RangeError where a token count is negative or not whole.
 */
export function costNanoUsd(table: PriceTable, usage: TokenUsage, batch: boolean): NanoUsd {
  const rates = ratesFor(table, usage.inputTokens);
  const cached = BigInt(usage.cachedInputTokens ?? 0);
  const reasoning = BigInt(usage.reasoningTokens ?? 0);
  const fresh = BigInt(usage.inputTokens) - cached;
  const answer = BigInt(usage.outputTokens) - reasoning;
  if (fresh < 0n || answer < 0n || cached < 0n || reasoning < 0n) {
    throw new RangeError('token counts must not be negative, and parts not exceed their whole');
  }
  const tokens =
    fresh * rates.input + cached * rates.cachedInput + answer * rates.output + reasoning * rates.reasoning;
  const discounted = tokens * (batch ? PPM - table.batchDiscountPpm : PPM);
  const denominator = TOKENS_PER_MTOK * PPM;
  return (table.perRequest + (discounted + denominator / 2n) / denominator) as NanoUsd;
}

/** The same as a number, for scoring: `fixed + perOutputToken × outputTokens`, in nano-USD. */
export interface LinearCost {
  readonly fixedNanoUsd: number;
  readonly perOutputTokenNanoUsd: number;
}

/** Cost as a line in the answer's length, for a prompt of `inputTokens`. */
export function linearCost(table: PriceTable, inputTokens: number, batch: boolean): LinearCost {
  const rates = ratesFor(table, inputTokens);
  const share = batch ? 1 - Number(table.batchDiscountPpm) / Number(PPM) : 1;
  return {
    fixedNanoUsd: Number(table.perRequest) + (inputTokens * Number(rates.input) * share) / 1e6,
    perOutputTokenNanoUsd: (Number(rates.output) * share) / 1e6,
  };
}
