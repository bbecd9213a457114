import { NANO_USD_PER_USD, usdFromNanoUsd } from '../../core/money.js';
import type { Prices, PriceTier, RateLimits } from '../../core/registry/model.js';
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
    inputNanoUsdPerMtok: nano(prices.inputUsdPerMTok),
    outputNanoUsdPerMtok: nano(prices.outputUsdPerMTok),
    ...optional('cachedInputNanoUsdPerMtok', prices.cachedInputUsdPerMTok),
    ...optional('cacheWriteNanoUsdPerMtok', prices.cacheWriteUsdPerMTok),
    ...optional('reasoningNanoUsdPerMtok', prices.reasoningUsdPerMTok),
    ...optional('perRequestNanoUsd', prices.perRequestUsd),
    ...(prices.batchDiscount !== undefined && { batchDiscount: prices.batchDiscount }),
    tiers: (prices.tiers ?? []).map(encodeTier),
    asOf: prices.asOf ?? '',
    source: prices.source ?? '',
  };
}

function encodeTier(tier: PriceTier): WireTier {
  return {
    abovePromptTokens: BigInt(tier.abovePromptTokens),
    inputNanoUsdPerMtok: nano(tier.inputUsdPerMTok),
    outputNanoUsdPerMtok: nano(tier.outputUsdPerMTok),
    ...optional('cachedInputNanoUsdPerMtok', tier.cachedInputUsdPerMTok),
    ...optional('cacheWriteNanoUsdPerMtok', tier.cacheWriteUsdPerMTok),
  };
}

function encodeRateLimits({ requestsPerMinute, tokensPerMinute }: RateLimits): WireRateLimits {
  return {
    ...(requestsPerMinute !== undefined && { requestsPerMinute: BigInt(requestsPerMinute) }),
    ...(tokensPerMinute !== undefined && { tokensPerMinute: BigInt(tokensPerMinute) }),
  };
}

/** Prices as the registry keeps them, in USD per million tokens. */
export function decodePrices(wire: WirePrices): Prices {
  return {
    inputUsdPerMTok: usdFromNanoUsd(wire.inputNanoUsdPerMtok),
    outputUsdPerMTok: usdFromNanoUsd(wire.outputNanoUsdPerMtok),
    ...usd('cachedInputUsdPerMTok', wire.cachedInputNanoUsdPerMtok),
    ...usd('cacheWriteUsdPerMTok', wire.cacheWriteNanoUsdPerMtok),
    ...usd('reasoningUsdPerMTok', wire.reasoningNanoUsdPerMtok),
    ...usd('perRequestUsd', wire.perRequestNanoUsd),
    ...(wire.batchDiscount !== undefined && { batchDiscount: wire.batchDiscount }),
    ...(wire.tiers.length > 0 && { tiers: wire.tiers.map(decodeTier) }),
    ...(wire.asOf !== '' && { asOf: wire.asOf }),
    ...(wire.source !== '' && { source: wire.source }),
  };
}

function decodeTier(tier: WireTier): PriceTier {
  return {
    abovePromptTokens: Number(tier.abovePromptTokens),
    inputUsdPerMTok: usdFromNanoUsd(tier.inputNanoUsdPerMtok),
    outputUsdPerMTok: usdFromNanoUsd(tier.outputNanoUsdPerMtok),
    ...usd('cachedInputUsdPerMTok', tier.cachedInputNanoUsdPerMtok),
    ...usd('cacheWriteUsdPerMTok', tier.cacheWriteNanoUsdPerMtok),
  };
}

const usd = <Key extends string>(key: Key, nanoUsd: bigint | undefined): Partial<Record<Key, number>> =>
  nanoUsd === undefined ? {} : ({ [key]: usdFromNanoUsd(nanoUsd) } as Record<Key, number>);
