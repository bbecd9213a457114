import type { Fault } from '../fault.js';

/** A price above this is a units mistake: no list asks for it. */
const PRICE_USD_PER_MTOK_MAX = 10_000;
/** A price below this, and above zero, looks like US dollars per token. */
const PRICE_USD_PER_MTOK_MIN = 0.0001;

const TIER_PRICES = ['inputUsdPerMTok', 'outputUsdPerMTok', 'cachedInputUsdPerMTok', 'cacheWriteUsdPerMTok'];
const BASE_PRICES = [...TIER_PRICES, 'reasoningUsdPerMTok'];

type Fields = Readonly<Record<string, unknown>>;

/** The value as an object with named fields, or undefined for anything else. */
export function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function tokenPriceFault(price: unknown, path: string): Fault[] {
  if (typeof price !== 'number') return [];
  if (!Number.isFinite(price)) return [{ path, reason: `${price} is not a finite price` }];
  if (price < 0) return [{ path, reason: `${price} is negative` }];
  if (price > PRICE_USD_PER_MTOK_MAX) {
    const reason = `${price} USD per million tokens is above ${PRICE_USD_PER_MTOK_MAX}, which no list asks for`;
    return [{ path, reason, suggestion: 'the unit is US dollars per million tokens' }];
  }
  if (price > 0 && price < PRICE_USD_PER_MTOK_MIN) {
    const suggestion = `multiply by 1,000,000: ${Number((price * 1e6).toPrecision(12))}`;
    return [{ path, reason: `${price} looks like US dollars per token, not per million tokens`, suggestion }];
  }
  return [];
}

function tokenPriceFaults(prices: Fields, names: readonly string[], path: string): Fault[] {
  const faults = names.flatMap((name) => tokenPriceFault(prices[name], `${path}.${name}`));
  const { inputUsdPerMTok: input, cachedInputUsdPerMTok: cached } = prices;
  if (typeof input === 'number' && typeof cached === 'number' && cached > input) {
    const reason = `${cached} is above the input price ${input}: reading a cache never costs more`;
    faults.push({ path: `${path}.cachedInputUsdPerMTok`, reason });
  }
  return faults;
}

function tierFaults(tiers: unknown, path: string): Fault[] {
  if (!Array.isArray(tiers)) return [];
  let previous = 0;
  return tiers.flatMap((tier: unknown, index) => {
    const at = `${path}[${index}]`;
    const fields = asFields(tier);
    if (fields === undefined) return [];
    const faults = tokenPriceFaults(fields, TIER_PRICES, at);
    const above = fields['abovePromptTokens'];
    if (typeof above !== 'number') return faults;
    if (index > 0 && above <= previous) {
      faults.push({ path: `${at}.abovePromptTokens`, reason: `${above} does not ascend from ${previous}` });
    }
    previous = above;
    return faults;
  });
}

/** What is wrong with a `prices` object beyond its shape: amounts, units, cache reads, discount and tiers. */
export function priceFaults(value: unknown, path: string): Fault[] {
  const prices = asFields(value);
  if (prices === undefined) return [];
  const faults = tokenPriceFaults(prices, BASE_PRICES, path);
  const { perRequestUsd, batchDiscount } = prices;
  if (typeof perRequestUsd === 'number' && !(perRequestUsd >= 0 && perRequestUsd <= 100)) {
    faults.push({
      path: `${path}.perRequestUsd`,
      reason: `${perRequestUsd} USD per request is not in [0, 100]`,
    });
  }
  if (typeof batchDiscount === 'number' && !(batchDiscount >= 0 && batchDiscount < 1)) {
    const suggestion =
      batchDiscount > 1 && batchDiscount < 100
        ? { suggestion: `write ${batchDiscount / 100} for ${batchDiscount} %` }
        : {};
    faults.push({
      path: `${path}.batchDiscount`,
      reason: `${batchDiscount} is not in [0, 1)`,
      ...suggestion,
    });
  }
  return [...faults, ...tierFaults(prices['tiers'], `${path}.tiers`)];
}
