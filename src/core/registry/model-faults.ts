import type { Fault } from '../fault.js';
import { asFields, priceFaults } from './price-faults.js';

function idFaults(id: unknown, provider: unknown, path: string): Fault[] {
  if (typeof id !== 'string') return [];
  const slash = id.indexOf('/');
  if (slash < 1 || slash === id.length - 1) {
    const suggestion =
      typeof provider === 'string' && slash < 0 ? { suggestion: `write "${provider}/${id}"` } : {};
    return [{ path: `${path}.id`, reason: `"${id}" is not provider/name`, ...suggestion }];
  }
  if (typeof provider !== 'string' || id.slice(0, slash) === provider) return [];
  const reason = `begins with "${id.slice(0, slash)}", but the provider is "${provider}"`;
  return [
    {
      path: `${path}.id`,
      reason,
      suggestion: `write "${provider}${id.slice(slash)}" or change the provider`,
    },
  ];
}

/**
 * What is wrong with one entry beyond its shape, so that it may be run on anything that was parsed.
 * Fields of a wrong type are left to the schema. Duplicate names are found over the whole list.
 */
export function modelFaults(value: unknown, path: string): Fault[] {
  const model = asFields(value);
  if (model === undefined) return [];
  const faults = idFaults(model['id'], model['provider'], path);
  const { contextWindowTokens: window, maxOutputTokens: output, inputModalities } = model;
  if (typeof window === 'number' && typeof output === 'number' && output > window) {
    const reason = `${output} tokens do not fit into the context window of ${window}`;
    faults.push({ path: `${path}.maxOutputTokens`, reason });
  }
  if (Array.isArray(inputModalities) && inputModalities.length === 0) {
    faults.push({ path: `${path}.inputModalities`, reason: 'is empty', suggestion: 'write ["text"]' });
  }
  const isPriced = model['prices'] !== undefined;
  if (isPriced && model['unpriced'] === true) {
    faults.push({ path: `${path}.unpriced`, reason: 'is true on a model that has prices' });
  }
  if (!isPriced && model['unpriced'] !== true) {
    const suggestion = 'add prices, or write "unpriced": true';
    faults.push({ path: `${path}.prices`, reason: 'is missing, and unknown is never free', suggestion });
  }
  return [...faults, ...priceFaults(model['prices'], `${path}.prices`)];
}

/** A name and the place where it was given. */
export interface GivenName {
  readonly name: string;
  readonly path: string;
  readonly file?: string;
}

/** Every name after its first use: ids and aliases share one space, since a caller may send either. */
export function nameFaults(names: Iterable<GivenName>): Fault[] {
  const first = new Map<string, GivenName>();
  const faults: Fault[] = [];
  for (const given of names) {
    const taken = first.get(given.name);
    if (taken === undefined) {
      first.set(given.name, given);
      continue;
    }
    const where =
      taken.file === undefined || taken.file === given.file ? taken.path : `${taken.file} ${taken.path}`;
    const file = given.file === undefined ? {} : { file: given.file };
    faults.push({ ...file, path: given.path, reason: `"${given.name}" is already the name at ${where}` });
  }
  return faults;
}

/** The names an entry claims: its id, then its aliases. */
export function namesOf(value: unknown, path: string, file?: string): GivenName[] {
  const model = asFields(value);
  if (model === undefined) return [];
  const origin = file === undefined ? {} : { file };
  const aliases: unknown[] = Array.isArray(model['aliases']) ? model['aliases'] : [];
  const given = [
    { name: model['id'], path: `${path}.id`, ...origin },
    ...aliases.map((name, index) => ({ name, path: `${path}.aliases[${index}]`, ...origin })),
  ];
  return given.filter((one): one is GivenName => typeof one.name === 'string');
}
