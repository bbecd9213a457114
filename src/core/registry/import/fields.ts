import type { Prices, PriceTier } from '../model.js';
import { asFields } from '../price-faults.js';

export type Fields = Readonly<Record<string, unknown>>;

/** Thrown by the readers below for one entry of a list; the converter turns it into the entry's reason. */
export class EntryFault extends Error {}

export function fieldsOf(value: unknown, what: string): Fields {
  const fields = asFields(value);
  if (fields === undefined) throw new EntryFault(`${what} is not an object`);
  return fields;
}

/** @throws EntryFault when the field is there and is not a finite number of at least zero. */
export function amountAt(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new EntryFault(`${name}: ${JSON.stringify(value) ?? typeof value} is not an amount`);
}

/** @throws EntryFault when the field is there and is not a positive whole number of tokens. Zero means not stated. */
export function tokensAt(fields: Fields, name: string): number | undefined {
  const value = amountAt(fields, name);
  if (value === undefined || value === 0) return undefined;
  if (Number.isSafeInteger(value)) return value;
  throw new EntryFault(`${name}: ${value} is not a whole number of tokens`);
}

export function textAt(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

export function textsAt(fields: Fields, name: string): readonly string[] | undefined {
  const value = fields[name];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : undefined;
}

/** The nearest whole nano-dollar: undoes what multiplying a binary fraction adds (2.4999999 → 2.5). */
export function roundToNanoUsd(usd: number): number {
  return Math.round(usd * 1e9) / 1e9;
}

/** Amounts as a list states them, in USD per million tokens, `perRequestUsd` in USD. Zero and absent are alike. */
export interface ListedPrices {
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly cachedInput?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly cacheWrite1h?: number | undefined;
  readonly reasoning?: number | undefined;
  readonly audioInput?: number | undefined;
  readonly audioOutput?: number | undefined;
  readonly perRequestUsd?: number | undefined;
  readonly batchDiscount?: number | undefined;
  readonly tiers?: readonly ListedTier[];
}

export interface ListedTier {
  readonly abovePromptTokens: number;
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly cachedInput?: number | undefined;
  readonly cacheWrite?: number | undefined;
}

function positive<K extends string>(name: K, usd: number | undefined): Partial<Record<K, number>> {
  const rounded = usd === undefined ? 0 : roundToNanoUsd(usd);
  return (rounded > 0 ? { [name]: rounded } : {}) as Partial<Record<K, number>>;
}

function tierOf(tier: ListedTier, base: Pick<Prices, 'inputUsdPerMTok' | 'outputUsdPerMTok'>): PriceTier {
  return {
    abovePromptTokens: tier.abovePromptTokens,
    inputUsdPerMTok: base.inputUsdPerMTok,
    outputUsdPerMTok: base.outputUsdPerMTok,
    ...positive('inputUsdPerMTok', tier.input),
    ...positive('outputUsdPerMTok', tier.output),
    ...positive('cachedInputUsdPerMTok', tier.cachedInput),
    ...positive('cacheWriteUsdPerMTok', tier.cacheWrite),
  };
}

/** The prices, or why there are none: a zero or missing price is unknown, never free. */
export function pricesOf(listed: ListedPrices): Prices | string {
  for (const side of ['input', 'output'] as const) {
    if (listed[side] === undefined) return `no ${side} price`;
    if (roundToNanoUsd(listed[side]) === 0) return `the ${side} price is 0, which is not taken as free`;
  }
  const base = {
    inputUsdPerMTok: roundToNanoUsd(listed.input ?? 0),
    outputUsdPerMTok: roundToNanoUsd(listed.output ?? 0),
  };
  const tiers = (listed.tiers ?? []).map((tier) => tierOf(tier, base));
  return {
    ...base,
    ...positive('cachedInputUsdPerMTok', listed.cachedInput),
    ...positive('cacheWriteUsdPerMTok', listed.cacheWrite),
    ...positive('cacheWrite1hUsdPerMTok', listed.cacheWrite1h),
    ...positive('reasoningUsdPerMTok', listed.reasoning),
    ...positive('audioInputUsdPerMTok', listed.audioInput),
    ...positive('audioOutputUsdPerMTok', listed.audioOutput),
    ...positive('perRequestUsd', listed.perRequestUsd),
    ...positive('batchDiscount', listed.batchDiscount),
    ...(tiers.length > 0 ? { tiers: tiers.sort((a, b) => a.abovePromptTokens - b.abovePromptTokens) } : {}),
  };
}
