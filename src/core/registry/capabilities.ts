import { CAPABILITIES, MODALITIES, type Modality, type Model } from './model.js';

/** A capability of `CAPABILITIES`, or `tag:<tag>` for a free label of the model. */
export type Label = string;

/** What a request needs of a model. An absent or empty member asks for nothing. */
export interface CapabilityFilter {
  readonly allOf: readonly Label[];
  readonly anyOf: readonly Label[];
  readonly noneOf: readonly Label[];
  /** Prompt and answer together, in tokens. */
  readonly minContextWindowTokens?: number;
  readonly minOutputTokens?: number;
  readonly inputModalities?: readonly Modality[];
  readonly outputModalities?: readonly Modality[];
  /** Any one of these; a model that states no region has none of them. */
  readonly regions?: readonly string[];
  /** All of these. */
  readonly dataPolicies?: readonly string[];
  /** Any one of these. */
  readonly providers?: readonly string[];
  /** Any one of these. */
  readonly families?: readonly string[];
}

/** The filter that every model passes. */
export const ANY_MODEL: CapabilityFilter = { allOf: [], anyOf: [], noneOf: [] };

/** The first need that a model does not meet. */
export interface Mismatch {
  /** A stable word for counting: `capability:tools`, `context_window`, `region`, … */
  readonly requirement: string;
  /** A piece of a sentence: `needs capability json_schema`. */
  readonly detail: string;
}

export const TAG_PREFIX = 'tag:';

const CAPABILITY_NAMES: ReadonlySet<string> = new Set(CAPABILITIES);
const MODALITY_NAMES: ReadonlySet<string> = new Set(MODALITIES);

export function isKnownCapability(label: Label): boolean {
  return CAPABILITY_NAMES.has(label) || (label.startsWith(TAG_PREFIX) && label.length > TAG_PREFIX.length);
}

export function isKnownModality(name: string): boolean {
  return MODALITY_NAMES.has(name);
}

function has(model: Model, label: Label): boolean {
  return label.startsWith(TAG_PREFIX)
    ? model.tags.includes(label.slice(TAG_PREFIX.length))
    : (model.capabilities as readonly string[]).includes(label);
}

function named(label: Label): string {
  return label.startsWith(TAG_PREFIX) ? `tag ${label.slice(TAG_PREFIX.length)}` : `capability ${label}`;
}

function labelMismatch(model: Model, filter: CapabilityFilter): Mismatch | null {
  const absent = filter.allOf.find((label) => !has(model, label));
  if (absent !== undefined) return { requirement: `capability:${absent}`, detail: `needs ${named(absent)}` };
  if (filter.anyOf.length > 0 && !filter.anyOf.some((label) => has(model, label))) {
    return { requirement: 'capability:any_of', detail: `needs one of ${filter.anyOf.map(named).join(', ')}` };
  }
  const unwanted = filter.noneOf.find((label) => has(model, label));
  if (unwanted === undefined) return null;
  return { requirement: `not_capability:${unwanted}`, detail: `has ${named(unwanted)}, which is ruled out` };
}

function limitMismatch(model: Model, filter: CapabilityFilter): Mismatch | null {
  const { minContextWindowTokens: window = 0, minOutputTokens: output = 0 } = filter;
  if (model.contextWindowTokens < window) {
    const detail = `context window ${model.contextWindowTokens} tokens, needs ${window}`;
    return { requirement: 'context_window', detail };
  }
  if (model.maxOutputTokens < output) {
    return {
      requirement: 'output_limit',
      detail: `output limit ${model.maxOutputTokens} tokens, needs ${output}`,
    };
  }
  return null;
}

function modalityMismatch(model: Model, filter: CapabilityFilter): Mismatch | null {
  const input = filter.inputModalities?.find((modality) => !model.inputModalities.includes(modality));
  if (input !== undefined)
    return { requirement: `input_modality:${input}`, detail: `does not read ${input}` };
  const output = filter.outputModalities?.find((modality) => !model.outputModalities.includes(modality));
  if (output !== undefined)
    return { requirement: `output_modality:${output}`, detail: `does not write ${output}` };
  return null;
}

function oneOf(wanted: readonly string[] | undefined, offered: readonly string[]): boolean {
  return wanted === undefined || wanted.length === 0 || wanted.some((one) => offered.includes(one));
}

function placeMismatch(model: Model, filter: CapabilityFilter): Mismatch | null {
  if (!oneOf(filter.regions, model.regions)) {
    const stated = model.regions.length === 0 ? 'states no region' : `is in ${model.regions.join(', ')}`;
    return { requirement: 'region', detail: `${stated}, needs ${filter.regions?.join(' or ')}` };
  }
  const policy = filter.dataPolicies?.find((one) => !model.dataPolicies.includes(one));
  if (policy !== undefined)
    return { requirement: `data_policy:${policy}`, detail: `needs data policy ${policy}` };
  if (!oneOf(filter.providers, [model.provider])) {
    const detail = `provider ${model.provider}, needs ${filter.providers?.join(' or ')}`;
    return { requirement: 'provider', detail };
  }
  if (!oneOf(filter.families, model.family === undefined ? [] : [model.family])) {
    const family = model.family === undefined ? 'no family' : `family ${model.family}`;
    return { requirement: 'family', detail: `${family}, needs ${filter.families?.join(' or ')}` };
  }
  return null;
}

/** The first need of `filter` that `model` does not meet, labels first, then limits; null when it meets all. */
export function matchCapabilities(model: Model, filter: CapabilityFilter): Mismatch | null {
  return (
    labelMismatch(model, filter) ??
    limitMismatch(model, filter) ??
    modalityMismatch(model, filter) ??
    placeMismatch(model, filter)
  );
}
