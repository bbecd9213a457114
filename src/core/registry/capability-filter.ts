import type { Fault } from '../fault.js';
import { isKnownCapability, isKnownModality, TAG_PREFIX, type CapabilityFilter } from './capabilities.js';
import { suggestWord } from '../closest-word.js';
import { CAPABILITIES, MODALITIES } from './model.js';

type LabelList = 'allOf' | 'anyOf' | 'noneOf';

function labelFaults(filter: CapabilityFilter, list: LabelList, path: string): Fault[] {
  return filter[list].flatMap((label, index) => {
    if (isKnownCapability(label)) return [];
    const at = `${path}.${list}[${index}]`;
    if (label === TAG_PREFIX) return [{ path: at, reason: 'names no tag', suggestion: 'write tag:<tag>' }];
    const near = suggestWord(label, CAPABILITIES);
    const suggestion = near.suggestion ?? `write ${TAG_PREFIX}${label} for a free label`;
    return [{ path: at, reason: `"${label}" is not a capability`, suggestion }];
  });
}

function contradictions(filter: CapabilityFilter, path: string): Fault[] {
  const none = new Set(filter.noneOf);
  const faults: Fault[] = filter.allOf.flatMap((label, index) =>
    none.has(label) ? [{ path: `${path}.allOf[${index}]`, reason: `"${label}" is in noneOf as well` }] : [],
  );
  if (filter.anyOf.length > 0 && filter.anyOf.every((label) => none.has(label))) {
    faults.push({ path: `${path}.anyOf`, reason: 'every label is in noneOf as well' });
  }
  return faults;
}

function limitFaults(filter: CapabilityFilter, path: string): Fault[] {
  return (['minContextWindowTokens', 'minOutputTokens'] as const).flatMap((name) => {
    const tokens = filter[name];
    if (tokens === undefined || (Number.isSafeInteger(tokens) && tokens > 0)) return [];
    return [{ path: `${path}.${name}`, reason: `${tokens} is not a positive whole number of tokens` }];
  });
}

function modalityFaults(filter: CapabilityFilter, path: string): Fault[] {
  return (['inputModalities', 'outputModalities'] as const).flatMap((name) =>
    (filter[name] ?? []).flatMap((modality, index) =>
      isKnownModality(modality)
        ? []
        : [
            {
              path: `${path}.${name}[${index}]`,
              reason: `"${String(modality)}" is not a modality`,
              ...suggestWord(modality, MODALITIES),
            },
          ],
    ),
  );
}

/**
 * Every fault of a filter that a caller or a rule wrote, at its place under `path`: unknown labels and
 * modalities, labels both asked for and ruled out, and limits that are not positive whole tokens.
 */
export function validateCapabilityFilter(filter: CapabilityFilter, path: string): Fault[] {
  return [
    ...(['allOf', 'anyOf', 'noneOf'] as const).flatMap((list) => labelFaults(filter, list, path)),
    ...contradictions(filter, path),
    ...limitFaults(filter, path),
    ...modalityFaults(filter, path),
  ];
}
