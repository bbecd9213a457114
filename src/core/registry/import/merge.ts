import { CAPABILITIES, type Model, type PriceRow, type Prices } from '../model.js';
import { modelToJson } from '../model-to-json.js';
import { withDefaults } from '../parse-models.js';
import type { ImportResult } from './entry.js';

export interface MergeOptions {
  /** Changes known models only; a new one is left out. */
  readonly updateOnly?: boolean;
  /** Takes prices from this list for models that were priced from another one. */
  readonly switchSource?: boolean;
}

export interface FieldChange {
  /** `prices.inputUsdPerMTok` */
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface ModelChange {
  readonly id: string;
  readonly kind: 'added' | 'updated' | 'unchanged' | 'left';
  /** Of an update, by field; empty otherwise. */
  readonly fields: readonly FieldChange[];
  /** Why a model was left as it is. */
  readonly reason?: string;
}

export interface Merged {
  /** Known models in their order, then the new ones. */
  readonly models: readonly Model[];
  readonly changes: readonly ModelChange[];
}

function listOf(source: string | undefined): string | undefined {
  return source?.split(':', 1)[0];
}

/** Prices that no list has for every model: what a person added stays where the list is silent. */
const KEPT = [
  'batchDiscount',
  'cacheWrite1hUsdPerMTok',
  'imageInputUsdPerMTok',
  'imageOutputUsdPerMTok',
  'perToolCallUsd',
] as const satisfies readonly (keyof PriceRow)[];

function mergedPrices(before: Prices | undefined, after: Prices): Prices {
  if (before === undefined) return after;
  const kept = KEPT.filter((field) => after[field] === undefined && before[field] !== undefined);
  const merged = { ...after, ...Object.fromEntries(kept.map((field) => [field, before[field]])) };
  return withHistory(before, merged);
}

/** Where prices have dates, a new price begins on the list's date, and the old one goes to the schedule. */
function withHistory(before: Prices, after: Prices): Prices {
  const { from, schedule = [], asOf: _, source: __, currency: ___, ...row } = before;
  if (from === undefined) return after;
  const isSame = JSON.stringify(rowOf(after)) === JSON.stringify(rowOf(before));
  const { asOf } = after;
  if (isSame || asOf === undefined || asOf <= from)
    return { ...after, from, ...(schedule.length > 0 && { schedule }) };
  const others = schedule.filter((other) => other.from !== asOf);
  return { ...after, from: asOf, schedule: [...others, { from, ...row }] };
}

function rowOf({
  from: _,
  schedule: __,
  asOf: ___,
  source: ____,
  currency: _____,
  ...row
}: Prices): [string, unknown][] {
  return Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1));
}

function repriced(model: Model, prices: Prices): Model {
  const { unpriced: _, ...rest } = model;
  return withDefaults({ ...rest, prices: mergedPrices(model.prices, prices) });
}

/** Tags, regions, policies, aliases, names, limits and status are a person's; the list has the rest. */
function updated(known: Model, listed: Model): Model {
  const facts = {
    ...known,
    inputModalities: listed.inputModalities,
    outputModalities: listed.outputModalities,
    // A list's silence on a capability denies nothing.
    capabilities: CAPABILITIES.filter(
      (one) => known.capabilities.includes(one) || listed.capabilities.includes(one),
    ),
    contextWindowTokens: listed.contextWindowTokens,
    maxOutputTokens: listed.maxOutputTokens,
    ...(listed.lifecycle === 'deprecated' ? { lifecycle: listed.lifecycle } : {}),
  };
  return listed.prices === undefined ? withDefaults(facts) : repriced(facts, listed.prices);
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldChanges(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  path = '',
): FieldChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const [old, now] = [before[name], after[name]];
    if (JSON.stringify(old) === JSON.stringify(now)) return [];
    const field = `${path}${name}`;
    return isFields(old) && isFields(now)
      ? fieldChanges(old, now, `${field}.`)
      : [{ field, before: old, after: now }];
  });
}

interface Incoming {
  readonly id: string;
  readonly source: string | undefined;
  readonly added: Model | undefined;
  readonly apply: (known: Model) => Model;
}

function incomingOf(result: ImportResult): Incoming[] {
  return [
    ...result.models.map(({ model }): Incoming => ({
      id: model.id,
      source: model.prices?.source,
      added: model,
      apply: (known) => updated(known, model),
    })),
    ...result.priceUpdates.map(({ id, prices }): Incoming => ({
      id,
      source: prices.source,
      added: undefined,
      apply: (known) => repriced(known, prices),
    })),
  ];
}

function isOtherList(known: Model, incoming: Incoming): boolean {
  const from = known.prices?.source;
  return from !== undefined && listOf(from) !== listOf(incoming.source);
}

interface Match {
  /** Places in the known models. */
  readonly at: readonly number[];
  /** The known model of this name that has an entry of its own in the list. */
  readonly claimed?: string;
}

/** Finds the models an entry speaks for: those priced from its key, else the one of its id or alias. */
function matcher(known: readonly Model[], incoming: readonly Incoming[]): (entry: Incoming) => Match {
  const listed = new Set(incoming.map(({ source }) => source));
  const bySource = new Map<string, number[]>();
  for (const [at, { prices }] of known.entries()) {
    if (prices?.source !== undefined)
      bySource.set(prices.source, [...(bySource.get(prices.source) ?? []), at]);
  }
  const byName = new Map(
    known.flatMap((model, at) => [model.id, ...model.aliases].map((name) => [name, at] as const)),
  );
  return ({ id, source }) => {
    const priced = source === undefined ? undefined : bySource.get(source);
    if (priced !== undefined) return { at: priced };
    const at = byName.get(id);
    if (at === undefined) return { at: [] };
    const own = known[at]?.prices?.source;
    return own !== undefined && listed.has(own) ? { at: [], claimed: own } : { at: [at] };
  };
}

function left(id: string, reason: string): ModelChange {
  return { id, kind: 'left', fields: [], reason };
}

/**
 * Brings known models up to date with a list. An entry belongs to the models priced from its key, else to
 * the model of its id or alias. Prices, windows and modalities are the list's, and so is `deprecated`;
 * capabilities are added to; everything else stays as a person wrote it. A model priced from another list
 * is left alone unless `switchSource`.
 */
export function mergeModels(
  known: readonly Model[],
  result: ImportResult,
  options: MergeOptions = {},
): Merged {
  const models = [...known];
  const changes: ModelChange[] = [];
  const incoming = incomingOf(result);
  const match = matcher(known, incoming);
  for (const entry of incoming) {
    const { at, claimed } = match(entry);
    if (at.length === 0 && options.updateOnly !== true) {
      if (claimed !== undefined) changes.push(left(entry.id, `is priced from ${claimed}`));
      else if (entry.added === undefined)
        changes.push(left(entry.id, 'is new, and the list has no context window'));
      else {
        models.push(entry.added);
        changes.push({ id: entry.id, kind: 'added', fields: [] });
      }
    }
    for (const index of at) {
      const before = models[index] as Model;
      if (isOtherList(before, entry) && options.switchSource !== true) {
        changes.push(left(before.id, `is priced from ${before.prices?.source}`));
        continue;
      }
      const after = entry.apply(before);
      models[index] = after;
      const fields = fieldChanges(modelToJson(before), modelToJson(after));
      changes.push({ id: before.id, kind: fields.length > 0 ? 'updated' : 'unchanged', fields });
    }
  }
  return { models, changes };
}
