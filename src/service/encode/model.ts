import { NANO_USD_PER_USD, usdFromNanoUsd } from '../../core/money.js';
import type { PriceRow, Prices, PriceTier, RateLimits } from '../../core/registry/model.js';
import type { RegistryEntry } from '../../core/registry/registry.js';
import {
  ModelOrigin,
  type Model as WireModel,
  type Prices as WirePrices,
  type PriceTier as WireTier,
  type RateLimits as WireRateLimits,
} from '../../gen/sextant/v1/model.js';
import { lifecycleEnum, modalityEnum, modelStatusEnum } from './enums.js';
import { timestampFromMs } from './time.js';
import { encodeTokenCounting } from './token-counting.js';

const nano = (usd: number): bigint => BigInt(Math.round(usd * NANO_USD_PER_USD));
const optional = <Key extends string>(key: Key, usd: number | undefined): Partial<Record<Key, bigint>> =>
  usd === undefined ? {} : ({ [key]: nano(usd) } as Record<Key, bigint>);

/** A registry entry as the contract shows it. */
export function encodeModel({ model, etag, origin }: RegistryEntry, updateTimeMs?: number): WireModel {
  return {
    id: model.id,
    provider: model.provider,
    displayName: model.displayName,
    family: model.family ?? '',
    status: modelStatusEnum.encode(model.status),
    lifecycle: lifecycleEnum.encode(model.lifecycle),
    inputModalities: model.inputModalities.map((word) => modalityEnum.encode(word)),
    outputModalities: model.outputModalities.map((word) => modalityEnum.encode(word)),
    capabilities: [...model.capabilities],
    contextWindowTokens: BigInt(model.contextWindowTokens),
    maxOutputTokens: BigInt(model.maxOutputTokens),
    ...(model.prices && { prices: encodePrices(model.prices) }),
    unpriced: model.unpriced ?? false,
    ...(model.rateLimits && { rateLimits: encodeRateLimits(model.rateLimits) }),
    ...(model.tokenCounting && { tokenCounting: encodeTokenCounting(model.tokenCounting) }),
    regions: [...model.regions],
    dataPolicies: [...model.dataPolicies],
    languages: [...model.languages],
    tags: [...model.tags],
    aliases: [...model.aliases],
    etag,
    origin: origin === 'file' ? ModelOrigin.FILE : ModelOrigin.RPC,
    ...(updateTimeMs !== undefined && { updateTime: timestampFromMs(updateTimeMs) }),
  };
}

function encodePrices(prices: Prices): WirePrices {
  return {
    ...encodeRow(prices),
    from: prices.from ?? '',
    schedule: (prices.schedule ?? []).map((row) => ({
      ...encodeRow(row),
      from: row.from,
      schedule: [],
      asOf: '',
      source: '',
    })),
    asOf: prices.asOf ?? '',
    source: prices.source ?? '',
  };
}

function encodeRow(row: PriceRow) {
  return {
    inputNanoUsdPerMtok: nano(row.inputUsdPerMTok),
    outputNanoUsdPerMtok: nano(row.outputUsdPerMTok),
    ...optional('cachedInputNanoUsdPerMtok', row.cachedInputUsdPerMTok),
    ...optional('cacheWriteNanoUsdPerMtok', row.cacheWriteUsdPerMTok),
    ...optional('cacheWrite1hNanoUsdPerMtok', row.cacheWrite1hUsdPerMTok),
    ...optional('reasoningNanoUsdPerMtok', row.reasoningUsdPerMTok),
    ...optional('audioInputNanoUsdPerMtok', row.audioInputUsdPerMTok),
    ...optional('audioOutputNanoUsdPerMtok', row.audioOutputUsdPerMTok),
    ...optional('imageInputNanoUsdPerMtok', row.imageInputUsdPerMTok),
    ...optional('imageOutputNanoUsdPerMtok', row.imageOutputUsdPerMTok),
    ...optional('perRequestNanoUsd', row.perRequestUsd),
    ...optional('perToolCallNanoUsd', row.perToolCallUsd),
    ...(row.batchDiscount !== undefined && { batchDiscount: row.batchDiscount }),
    tiers: (row.tiers ?? []).map(encodeTier),
    freeTokens: hasFreeTokens(row),
  };
}

function encodeTier(tier: PriceTier): WireTier {
  return {
    abovePromptTokens: BigInt(tier.abovePromptTokens),
    inputNanoUsdPerMtok: nano(tier.inputUsdPerMTok),
    outputNanoUsdPerMtok: nano(tier.outputUsdPerMTok),
    ...optional('cachedInputNanoUsdPerMtok', tier.cachedInputUsdPerMTok),
    ...optional('cacheWriteNanoUsdPerMtok', tier.cacheWriteUsdPerMTok),
    ...optional('cacheWrite1hNanoUsdPerMtok', tier.cacheWrite1hUsdPerMTok),
    freeTokens: hasFreeTokens(tier),
  };
}

const hasFreeTokens = ({ inputUsdPerMTok, outputUsdPerMTok }: PriceRow | PriceTier): boolean =>
  inputUsdPerMTok === 0 || outputUsdPerMTok === 0;

function encodeRateLimits({ requestsPerMinute, tokensPerMinute }: RateLimits): WireRateLimits {
  return {
    ...(requestsPerMinute !== undefined && { requestsPerMinute: BigInt(requestsPerMinute) }),
    ...(tokensPerMinute !== undefined && { tokensPerMinute: BigInt(tokensPerMinute) }),
  };
}

/** Prices as a file has them, in USD per million tokens, and unchecked: what the wire leaves out is left out. */
export function decodePrices(wire: WirePrices): Record<string, unknown> {
  const { schedule } = wire;
  return {
    ...decodeRow(wire),
    ...(wire.from !== '' && { from: wire.from }),
    ...(schedule.length > 0 && {
      schedule: schedule.map((row) => ({ ...decodeRow(row), from: row.from })),
    }),
    ...(wire.asOf !== '' && { asOf: wire.asOf }),
    ...(wire.source !== '' && { source: wire.source }),
  };
}

function decodeRow(wire: WirePrices): Record<string, unknown> {
  return {
    ...textPrices(wire),
    ...usd('cachedInputUsdPerMTok', wire.cachedInputNanoUsdPerMtok),
    ...usd('cacheWriteUsdPerMTok', wire.cacheWriteNanoUsdPerMtok),
    ...usd('cacheWrite1hUsdPerMTok', wire.cacheWrite1hNanoUsdPerMtok),
    ...usd('reasoningUsdPerMTok', wire.reasoningNanoUsdPerMtok),
    ...usd('audioInputUsdPerMTok', wire.audioInputNanoUsdPerMtok),
    ...usd('audioOutputUsdPerMTok', wire.audioOutputNanoUsdPerMtok),
    ...usd('imageInputUsdPerMTok', wire.imageInputNanoUsdPerMtok),
    ...usd('imageOutputUsdPerMTok', wire.imageOutputNanoUsdPerMtok),
    ...usd('perRequestUsd', wire.perRequestNanoUsd),
    ...usd('perToolCallUsd', wire.perToolCallNanoUsd),
    ...(wire.batchDiscount !== undefined && { batchDiscount: wire.batchDiscount }),
    ...(wire.tiers.length > 0 && { tiers: wire.tiers.map(decodeTier) }),
  };
}

function decodeTier(tier: WireTier): Record<string, unknown> {
  return {
    abovePromptTokens: Number(tier.abovePromptTokens),
    ...textPrices(tier),
    ...usd('cachedInputUsdPerMTok', tier.cachedInputNanoUsdPerMtok),
    ...usd('cacheWriteUsdPerMTok', tier.cacheWriteNanoUsdPerMtok),
    ...usd('cacheWrite1hUsdPerMTok', tier.cacheWrite1hNanoUsdPerMtok),
  };
}

/** A 0 that nobody says is meant cannot be told from a price that was left out. */
function textPrices(wire: WirePrices | WireTier): Record<string, number> {
  const told = (nanoUsd: bigint): bigint | undefined =>
    nanoUsd === 0n && !wire.freeTokens ? undefined : nanoUsd;
  return {
    ...usd('inputUsdPerMTok', told(wire.inputNanoUsdPerMtok)),
    ...usd('outputUsdPerMTok', told(wire.outputNanoUsdPerMtok)),
  };
}

const usd = <Key extends string>(key: Key, nanoUsd: bigint | undefined): Partial<Record<Key, number>> =>
  nanoUsd === undefined ? {} : ({ [key]: usdFromNanoUsd(nanoUsd) } as Record<Key, number>);
