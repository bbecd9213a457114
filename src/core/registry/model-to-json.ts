import { createHash } from 'node:crypto';
import type { DatedPriceRow, Model, PriceRow, Prices, PriceTier } from './model.js';
import { withDefaults, type ModelEntry } from './parse-models.js';

// The order in which fields are written, so that two equal models are equal text.
// prettier-ignore
const MODEL_FIELDS = [
  'id', 'provider', 'displayName', 'family', 'status', 'lifecycle',
  'inputModalities', 'outputModalities', 'capabilities', 'contextWindowTokens', 'maxOutputTokens',
  'prices', 'unpriced', 'rateLimits', 'tokenCounting', 'regions', 'dataPolicies', 'languages', 'tags', 'aliases',
] as const satisfies readonly (keyof Model)[];

// prettier-ignore
const ROW_FIELDS = [
  'inputUsdPerMTok', 'outputUsdPerMTok', 'cachedInputUsdPerMTok', 'cacheWriteUsdPerMTok', 'cacheWrite1hUsdPerMTok',
  'reasoningUsdPerMTok', 'audioInputUsdPerMTok', 'audioOutputUsdPerMTok', 'imageInputUsdPerMTok',
  'imageOutputUsdPerMTok', 'perRequestUsd', 'perToolCallUsd', 'batchDiscount', 'tiers',
] as const satisfies readonly (keyof PriceRow)[];

const PRICE_FIELDS = [
  'from',
  'currency',
  ...ROW_FIELDS,
  'schedule',
  'asOf',
  'source',
] as const satisfies readonly (keyof Prices)[];
const DATED_FIELDS = ['from', ...ROW_FIELDS] as const satisfies readonly (keyof DatedPriceRow)[];

// prettier-ignore
const TIER_FIELDS = [
  'abovePromptTokens', 'inputUsdPerMTok', 'outputUsdPerMTok', 'cachedInputUsdPerMTok', 'cacheWriteUsdPerMTok',
  'cacheWrite1hUsdPerMTok',
] as const satisfies readonly (keyof PriceTier)[];

function ordered<T extends object>(value: T, fields: readonly (keyof T & string)[]): Record<string, unknown> {
  const kept = fields.filter((field) => value[field] !== undefined);
  return Object.fromEntries(kept.map((field) => [field, value[field]]));
}

function pricesToJson(prices: Prices): Record<string, unknown> {
  const json = rowToJson(prices, PRICE_FIELDS);
  if (prices.schedule !== undefined) {
    json['schedule'] = prices.schedule.map((row) => rowToJson(row, DATED_FIELDS));
  }
  return json;
}

function rowToJson<T extends PriceRow>(
  row: T,
  fields: readonly (keyof T & string)[],
): Record<string, unknown> {
  const json = ordered(row, fields);
  if (row.tiers !== undefined) json['tiers'] = row.tiers.map((tier) => ordered(tier, TIER_FIELDS));
  if (row.tiers?.length === 0) delete json['tiers'];
  return json;
}

/** What a file leaves out; the defaults themselves are `withDefaults`'s. */
const DEFAULTED = {
  status: 'active',
  lifecycle: 'stable',
  outputModalities: ['text'],
  capabilities: [],
  regions: [],
  dataPolicies: [],
  languages: [],
  tags: [],
  aliases: [],
  unpriced: false,
};

/** The model as `rules/models.json` holds it: fields in a fixed order, defaults left out. */
export function modelToJson(model: ModelEntry): Record<string, unknown> {
  const json = ordered(withDefaults(model), MODEL_FIELDS);
  for (const [field, value] of Object.entries(DEFAULTED)) {
    if (JSON.stringify(json[field]) === JSON.stringify(value)) delete json[field];
  }
  if (model.prices !== undefined) json['prices'] = pricesToJson(model.prices);
  return json;
}

/** Sixteen hexadecimal digits of SHA-256 over the canonical JSON: equal exactly when the models are equal. */
export function modelEtag(model: ModelEntry): string {
  return createHash('sha256')
    .update(JSON.stringify(modelToJson(model)))
    .digest('hex')
    .slice(0, 16);
}

const LINE_WIDTH = 110;

function formatted(value: unknown, indent: string, lead: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    if (items.length === 0) return '[]';
    const flat = `[${items.map((item) => JSON.stringify(item)).join(', ')}]`;
    const isScalar = items.every((item) => typeof item !== 'object');
    if (isScalar && lead + flat.length < LINE_WIDTH) return flat;
    return `[\n${items.map((item) => inner + formatted(item, inner, inner.length)).join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(value).map(([name, member]) => {
    const start = `${inner}${JSON.stringify(name)}: `;
    return start + formatted(member, inner, start.length);
  });
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${indent}}`;
}

/** The text of a models file: canonical models, ordered by id, short lists on one line, a newline at the end. */
export function modelsFileText(models: readonly ModelEntry[]): string {
  const sorted = [...models].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const file = { $schema: './schema/models.schema.json', models: sorted.map(modelToJson) };
  return `${formatted(file, '', 0)}\n`;
}
