import type { Fault, SchemaCheck } from '../../core/fault.js';
import type { Model } from '../../core/registry/model.js';
import { modelToJson } from '../../core/registry/model-to-json.js';
import { parseModels } from '../../core/registry/parse-models.js';
import type { Model as WireModel } from '../../gen/sextant/v1/model.js';
import { lifecycleEnum, modalityEnum, modelStatusEnum, type EnumCodec } from '../encode/enums.js';
import { decodePrices } from '../encode/model.js';
import { decodeTokenCounting } from '../encode/token-counting.js';
import { missing } from './items.js';
import { decodeEnums } from './model-filter.js';
import { Violations } from './violations.js';

/** Fields that a caller may change, by their name in the contract. */
export const MUTABLE_FIELDS = [
  'display_name',
  'family',
  'status',
  'lifecycle',
  'input_modalities',
  'output_modalities',
  'capabilities',
  'context_window_tokens',
  'max_output_tokens',
  'prices',
  'unpriced',
  'rate_limits',
  'token_counting',
  'regions',
  'data_policies',
  'languages',
  'tags',
  'aliases',
] as const;
type MutableField = (typeof MUTABLE_FIELDS)[number];

/** The field of `Model` that a field of the contract stands for. */
const camelCase = (field: string): string =>
  field.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/**
 * A model from the wire, checked by the same rules as one in rules/models.json.
 * @throws SextantError INVALID_FIELD with every violation.
 */
export function decodeModel(wire: WireModel | undefined, checkSchema: SchemaCheck): Model {
  if (wire === undefined) throw missing('model');
  const violations = new Violations();
  const json = modelJson(wire, violations);
  return checkedModel(json, checkSchema, violations);
}

/** An entry with the masked fields taken from the wire. @throws SextantError INVALID_FIELD. */
export function changedModel(
  before: Model,
  wire: WireModel,
  mask: readonly string[] | undefined,
  checkSchema: SchemaCheck,
): Model {
  const violations = new Violations();
  const fields = maskedFields(mask, violations);
  const after = modelJson(wire, violations);
  const json: Record<string, unknown> = { ...modelToJson(before) };
  for (const field of fields) {
    const key = camelCase(field);
    if (after[key] === undefined) delete json[key];
    else json[key] = after[key];
  }
  // A model that gets prices is unpriced no more.
  if (fields.includes('prices') && !fields.includes('unpriced') && json['prices'] !== undefined)
    delete json['unpriced'];
  return checkedModel(json, checkSchema, violations);
}

function maskedFields(mask: readonly string[] | undefined, violations: Violations): readonly MutableField[] {
  if (mask === undefined || mask.length === 0) return MUTABLE_FIELDS;
  const fields: MutableField[] = [];
  mask.forEach((path, i) => {
    const field = MUTABLE_FIELDS.find((known) => known === path);
    if (field !== undefined) fields.push(field);
    else violations.add(`update_mask.paths[${i}]`, `"${path}" is not one of ${MUTABLE_FIELDS.join(', ')}`);
  });
  return fields;
}

/** The JSON of rules/models.json; what cannot be said in it is a violation. */
function modelJson(wire: WireModel, violations: Violations): Record<string, unknown> {
  const word = <W extends string>(name: string, value: number, codec: EnumCodec<W>): W | undefined => {
    if (value === 0) return undefined;
    const decoded = codec.decode(value);
    if (decoded === undefined)
      violations.add(`model.${name}`, `${value} is not one of ${codec.words.join(', ')}`);
    return decoded;
  };
  const modalities = (name: string, values: readonly number[]): string[] | undefined =>
    values.length === 0 ? undefined : decodeEnums(`model.${name}`, values, modalityEnum, violations);
  const list = (values: readonly string[]): readonly string[] | undefined =>
    values.length === 0 ? undefined : values;
  const text = (value: string): string | undefined => (value === '' ? undefined : value);
  return defined({
    id: wire.id,
    provider: wire.id.split('/')[0],
    displayName: text(wire.displayName) ?? wire.id,
    family: text(wire.family),
    status: word('status', wire.status, modelStatusEnum),
    lifecycle: word('lifecycle', wire.lifecycle, lifecycleEnum),
    inputModalities: modalities('input_modalities', wire.inputModalities) ?? [],
    outputModalities: modalities('output_modalities', wire.outputModalities),
    capabilities: list(wire.capabilities),
    contextWindowTokens: Number(wire.contextWindowTokens),
    maxOutputTokens: Number(wire.maxOutputTokens),
    prices: wire.prices && decodePrices(wire.prices),
    unpriced: wire.unpriced || undefined,
    rateLimits:
      wire.rateLimits &&
      defined({
        requestsPerMinute: numberOf(wire.rateLimits.requestsPerMinute),
        tokensPerMinute: numberOf(wire.rateLimits.tokensPerMinute),
      }),
    tokenCounting: wire.tokenCounting && decodeTokenCounting(wire.tokenCounting),
    regions: list(wire.regions),
    dataPolicies: list(wire.dataPolicies),
    languages: list(wire.languages),
    tags: list(wire.tags),
    aliases: list(wire.aliases),
  });
}

const numberOf = (value: bigint | undefined): number | undefined =>
  value === undefined ? undefined : Number(value);

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function checkedModel(
  json: Record<string, unknown>,
  checkSchema: SchemaCheck,
  violations: Violations,
): Model {
  const parsed = parseModels({ models: [json] }, { file: '', checkSchema });
  if (!parsed.ok) violations.addAll(parsed.faults.map(wireFault));
  violations.throwIfAny();
  return (parsed as { value: readonly Model[] }).value[0]!;
}

/** Advice on a file is written as JSON. */
const wireWords = (suggestion: string): string =>
  suggestion.replaceAll('"unpriced": true', 'unpriced = true');

/** `models[0].prices.inputUsdPerMTok` of the file is `model.prices.input_nano_usd_per_mtok` on the wire. */
function wireFault({ path, reason, suggestion }: Fault): Fault {
  const wirePath = path
    .replace(/^models\[0\]/, 'model')
    .replace(/UsdPerMTok/g, 'NanoUsdPerMtok')
    .replace(/(perRequest|perToolCall)Usd/g, '$1NanoUsd')
    .replace(/cacheWrite1h/g, 'cacheWrite_1h')
    .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (wirePath.includes('nano_usd') && reason === 'is required') {
    const meant = 'set free_tokens beside it where it is meant';
    return { path: wirePath, reason: 'is missing or 0, and unknown is never free', suggestion: meant };
  }
  // The file's advice counts in USD, the wire in nano-USD.
  if (wirePath.includes('nano_usd'))
    return { path: wirePath, reason: `${reason} (in USD; the wire has nano-USD)` };
  return { path: wirePath, reason, ...(suggestion !== undefined && { suggestion: wireWords(suggestion) }) };
}
