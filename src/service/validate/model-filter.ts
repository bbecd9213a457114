import { validateCapabilityFilter } from '../../core/registry/capability-filter.js';
import { ANY_MODEL, type CapabilityFilter } from '../../core/registry/capabilities.js';
import type { Modality } from '../../core/registry/model.js';
import type { ModelFilter } from '../../gen/sextant/v1/model.js';
import { modalityEnum, type EnumCodec } from '../encode/enums.js';
import { LIMITS } from '../limits.js';
import type { Violations } from './violations.js';

/** The words of a list of enum numbers; unknown, unset and repeated ones are violations. */
export function decodeEnums<Word extends string>(
  path: string,
  values: readonly number[],
  codec: EnumCodec<Word>,
  violations: Violations,
): Word[] {
  const words: Word[] = [];
  // More values than words must repeat one; the first that do say enough.
  values.slice(0, codec.words.length + 1).forEach((value, i) => {
    const word = codec.decode(value);
    if (word === undefined)
      violations.add(`${path}[${i}]`, `${value} is not one of ${codec.words.join(', ')}`);
    else if (words.includes(word)) violations.add(`${path}[${i}]`, `${word} is there twice`);
    else words.push(word);
  });
  return words;
}

/** Turns the wire's filter into the registry's, naming every violation under `path`. */
export function decodeModelFilter(
  path: string,
  wire: ModelFilter | undefined,
  violations: Violations,
): CapabilityFilter {
  if (wire === undefined) return ANY_MODEL;
  const lists = {
    all_of: wire.allOf,
    any_of: wire.anyOf,
    none_of: wire.noneOf,
    regions: wire.regions,
    data_policies: wire.dataPolicies,
    providers: wire.providers,
  };
  for (const [name, given] of Object.entries(lists)) {
    const list = given.slice(0, LIMITS.labelsMax);
    if (given.length > LIMITS.labelsMax)
      violations.add(`${path}.${name}`, `must have at most ${LIMITS.labelsMax} entries`);
    list.forEach((label, i) => {
      violations.text(`${path}.${name}[${i}]`, label, { maxBytes: LIMITS.nameMaxBytes, required: true });
      if (list.indexOf(label) !== i) violations.add(`${path}.${name}[${i}]`, `"${label}" is there twice`);
    });
  }
  const modalities = (name: string, values: readonly number[]): { list: readonly Modality[] } => ({
    list: decodeEnums(`${path}.${name}`, values, modalityEnum, violations),
  });
  const filter: CapabilityFilter = {
    allOf: atMost(wire.allOf),
    anyOf: atMost(wire.anyOf),
    noneOf: atMost(wire.noneOf),
    ...(wire.minContextWindowTokens !== undefined && {
      minContextWindowTokens: violations.whole(
        `${path}.min_context_window_tokens`,
        wire.minContextWindowTokens,
        TOKENS,
      ),
    }),
    ...(wire.minOutputTokens !== undefined && {
      minOutputTokens: violations.whole(`${path}.min_output_tokens`, wire.minOutputTokens, TOKENS),
    }),
    inputModalities: modalities('input_modalities', wire.inputModalities).list,
    outputModalities: modalities('output_modalities', wire.outputModalities).list,
    regions: atMost(wire.regions),
    dataPolicies: atMost(wire.dataPolicies),
    providers: atMost(wire.providers),
  };
  for (const fault of validateCapabilityFilter(filter, path)) {
    const wireFault = { ...fault, path: snakeCase(fault.path) };
    // Emptiness and repeats were named above, in the wire's terms.
    if (!violations.faults.some((known) => known.path === wireFault.path)) violations.addAll([wireFault]);
  }
  return filter;
}

/** What was too long is refused already; the rest of it is not looked at. */
const atMost = (list: readonly string[]): readonly string[] => list.slice(0, LIMITS.labelsMax);

const TOKENS = { low: 1n, high: LIMITS.tokensMax };

/** Callers see the names of the contract. */
const snakeCase = (path: string): string => path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
