import { modelFaults } from '../model-faults.js';
import { CAPABILITIES, MODALITIES } from '../model.js';
import type { Capability, Lifecycle, Modality, Model, ModelId, Prices } from '../model.js';
import { withDefaults } from '../parse-models.js';
import { EntryFault, pricesOf, type ListedPrices } from './fields.js';

export interface ImportOptions {
  /** ISO date on which the list was read. Decides dated entries, and is written where the list has no date. */
  readonly asOf?: string;
  /** Takes a model without a usable price as `unpriced`, where it would be skipped. */
  readonly keepUnpriced?: boolean;
  /** Capabilities that the list does not record, given to every model that does not deny them. */
  readonly assume?: readonly Capability[];
}

export interface ImportedModel {
  /** The entry's key in the list. */
  readonly key: string;
  readonly model: Model;
}

/** A price without a context window: it can update a known model and cannot make a new one. */
export interface PriceUpdate {
  readonly key: string;
  readonly id: ModelId;
  readonly prices: Prices;
}

export interface Skipped {
  readonly key: string;
  readonly reason: string;
}

/** What a list turned into. Every entry of the list is in exactly one of the three. */
export interface ImportResult {
  readonly models: readonly ImportedModel[];
  readonly priceUpdates: readonly PriceUpdate[];
  readonly skipped: readonly Skipped[];
}

/** One entry of a list in the registry's words, before it is known to be usable. */
export interface ListedModel {
  readonly provider: string;
  readonly name: string;
  readonly displayName: string | undefined;
  readonly family?: string | undefined;
  readonly lifecycle: Lifecycle;
  readonly inputModalities: readonly string[];
  readonly outputModalities: readonly string[];
  readonly capabilities: readonly Capability[];
  /** Capabilities that the list says the model lacks. */
  readonly denied?: readonly Capability[];
  readonly contextWindowTokens: number | undefined;
  readonly maxOutputTokens: number | undefined;
  readonly prices: ListedPrices;
  readonly asOf?: string | undefined;
  readonly isOpenWeights?: boolean;
}

const ID_PATTERN = /^[a-z0-9][a-z0-9_.-]*\/[A-Za-z0-9@][A-Za-z0-9_.:@+/-]*$/;

/** Tag by what three prompt tokens and one answer token cost together, in USD per million tokens of that mix. */
export function priceTag(prices: Prices): string {
  const blended = (3 * prices.inputUsdPerMTok + prices.outputUsdPerMTok) / 4;
  if (blended < 0.5) return 'tier:economy';
  return blended < 4 ? 'tier:standard' : 'tier:premium';
}

function known(modalities: readonly string[]): Modality[] {
  return MODALITIES.filter((modality) => modalities.includes(modality));
}

function capabilitiesOf(listed: ListedModel, options: ImportOptions): Capability[] {
  const denied = new Set(listed.denied);
  const granted = new Set([...listed.capabilities, ...(options.assume ?? [])]);
  return CAPABILITIES.filter((capability) => granted.has(capability) && !denied.has(capability));
}

function modelOf(
  listed: ListedModel,
  window: number,
  prices: Prices | undefined,
  options: ImportOptions,
): Model {
  const family = listed.family?.toLowerCase().replace(/[^a-z0-9_.:-]+/g, '-');
  return withDefaults({
    id: `${listed.provider}/${listed.name}` as ModelId,
    provider: listed.provider,
    displayName: (listed.displayName ?? listed.name).slice(0, 120),
    ...(family ? { family } : {}),
    lifecycle: listed.lifecycle,
    inputModalities: known(listed.inputModalities),
    outputModalities: known(listed.outputModalities),
    capabilities: capabilitiesOf(listed, options),
    contextWindowTokens: window,
    // Lists disagree on whether the window holds the answer; no answer is longer than the window.
    maxOutputTokens: Math.min(listed.maxOutputTokens ?? window, window),
    ...(prices === undefined ? { unpriced: true } : { prices }),
    tags: [
      ...(prices === undefined ? [] : [priceTag(prices)]),
      ...(listed.isOpenWeights ? ['open_weights'] : []),
    ],
  });
}

type Outcome =
  | { readonly kind: 'model'; readonly model: Model }
  | { readonly kind: 'price'; readonly id: ModelId; readonly prices: Prices }
  | { readonly kind: 'skip'; readonly reason: string };

function skip(reason: string): Outcome {
  return { kind: 'skip', reason };
}

function outcomeOf(listed: ListedModel, source: string, options: ImportOptions): Outcome {
  const id = `${listed.provider}/${listed.name}`;
  if (!ID_PATTERN.test(id) || id.length > 200) return skip(`"${id}" cannot be a model id`);
  if (!listed.inputModalities.includes('text') || !listed.outputModalities.includes('text')) {
    return skip('does not turn text into text');
  }
  const priced = pricesOf(listed.prices);
  const window = listed.contextWindowTokens;
  if (typeof priced === 'string') {
    if (options.keepUnpriced !== true) return skip(priced);
    if (window === undefined) return skip(`${priced}, and no context window`);
    return { kind: 'model', model: modelOf(listed, window, undefined, options) };
  }
  const asOf = listed.asOf ?? options.asOf;
  const prices = { ...priced, ...(asOf === undefined ? {} : { asOf }), source };
  const model = modelOf(listed, window ?? 1, prices, options);
  const fault = modelFaults(model, 'model')[0];
  if (fault !== undefined) return skip(`${fault.path.slice('model.'.length)}: ${fault.reason}`);
  return window === undefined ? { kind: 'price', id: model.id, prices } : { kind: 'model', model };
}

/**
 * Converts the entries of one list in order. `read` turns an entry into the registry's words, returns the
 * reason to leave it out, or throws EntryFault naming the field that is wrong. Of two entries that become
 * one id the first is taken.
 */
export function convertEntries<T>(
  list: { readonly name: string; readonly entries: Iterable<readonly [key: string, entry: T]> },
  options: ImportOptions,
  read: (entry: T, key: string) => ListedModel | string,
): ImportResult {
  const models: ImportedModel[] = [];
  const priceUpdates: PriceUpdate[] = [];
  const skipped: Skipped[] = [];
  const firstKeys = new Map<string, string>();
  const outcome = (entry: T, key: string): Outcome => {
    try {
      const listed = read(entry, key);
      return typeof listed === 'string' ? skip(listed) : outcomeOf(listed, `${list.name}:${key}`, options);
    } catch (error) {
      if (error instanceof EntryFault) return skip(error.message);
      throw error;
    }
  };
  for (const [key, entry] of list.entries) {
    const result = outcome(entry, key);
    if (result.kind === 'skip') {
      skipped.push({ key, reason: result.reason });
      continue;
    }
    const id = result.kind === 'model' ? result.model.id : result.id;
    const first = firstKeys.get(id);
    if (first !== undefined) {
      skipped.push({ key, reason: `becomes ${id}, as ${first} does` });
      continue;
    }
    firstKeys.set(id, key);
    if (result.kind === 'model') models.push({ key, model: result.model });
    else priceUpdates.push({ key, id: result.id, prices: result.prices });
  }
  return { models, priceUpdates, skipped };
}
