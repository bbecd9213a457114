import type { Fault } from '../fault.js';

/** A price above this is a units mistake: no list asks for it. */
const PRICE_USD_PER_MTOK_MAX = 10_000;
/** A price below this, and above zero, looks like US dollars per token. */
const PRICE_USD_PER_MTOK_MIN = 0.0001;

const TIER_PRICES = [
  'inputUsdPerMTok',
  'outputUsdPerMTok',
  'cachedInputUsdPerMTok',
  'cacheWriteUsdPerMTok',
  'cacheWrite1hUsdPerMTok',
];
const BASE_PRICES = [
  ...TIER_PRICES,
  'reasoningUsdPerMTok',
  'audioInputUsdPerMTok',
  'audioOutputUsdPerMTok',
  'imageInputUsdPerMTok',
  'imageOutputUsdPerMTok',
];
/** USD per request, or per call of a tool. */
const FEES = ['perRequestUsd', 'perToolCallUsd'];
const FEE_USD_MAX = 100;

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

/** What is wrong with a `prices` object beyond its shape: amounts, units, currency, tiers and dates. */
export function priceFaults(value: unknown, path: string): Fault[] {
  const prices = asFields(value);
  if (prices === undefined) return [];
  return [
    ...currencyFaults(prices['currency'], path),
    ...rowFaults(prices, path),
    ...scheduleFaults(prices, path),
  ];
}

/** Budgets and reports count US dollars, and a rate that nobody renews would be a wrong price. */
function currencyFaults(currency: unknown, path: string): Fault[] {
  if (typeof currency !== 'string' || currency === 'USD') return [];
  const reason = `prices in ${currency} are not taken: the registry counts US dollars`;
  const suggestion = `convert the prices at the rate of your invoice and write "USD", or put a new row into the schedule when the rate changes`;
  return [{ path: `${path}.currency`, reason, suggestion }];
}

function rowFaults(prices: Fields, path: string): Fault[] {
  const faults = tokenPriceFaults(prices, BASE_PRICES, path);
  for (const name of FEES) {
    const fee = prices[name];
    if (typeof fee === 'number' && !(fee >= 0 && fee <= FEE_USD_MAX)) {
      const what = name === 'perRequestUsd' ? 'request' : 'tool call';
      faults.push({
        path: `${path}.${name}`,
        reason: `${fee} USD per ${what} is not in [0, ${FEE_USD_MAX}]`,
      });
    }
  }
  const { batchDiscount } = prices;
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

/** Every row has a date of its own, the prices beside the schedule too: else nobody could say which holds. */
function scheduleFaults({ schedule, from }: Fields, path: string): Fault[] {
  if (!Array.isArray(schedule)) return [];
  const faults: Fault[] = [];
  if (schedule.length > 0 && from === undefined) {
    const reason = 'is missing: beside a schedule, the prices need the date from which they hold';
    faults.push({ path: `${path}.from`, reason });
  }
  const dates = new Map([[from, `${path}.from`]]);
  schedule.forEach((row: unknown, index) => {
    const at = `${path}.schedule[${index}]`;
    const fields = asFields(row);
    if (fields === undefined) return;
    faults.push(...rowFaults(fields, at));
    const taken = typeof fields['from'] === 'string' ? dates.get(fields['from']) : undefined;
    if (taken !== undefined) {
      faults.push({
        path: `${at}.from`,
        reason: `${String(fields['from'])} is already the date of ${taken}`,
      });
    }
    dates.set(fields['from'], `${at}.from`);
  });
  return faults;
}
