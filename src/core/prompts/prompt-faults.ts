import { suggestWord } from '../closest-word.js';
import type { Fault } from '../fault.js';
import type { Model } from '../registry/model.js';
import { asFields } from '../registry/price-faults.js';
import { PROMPT_LIMITS } from './prompt-limits.js';
import { PARAMETER_NAME, parseTemplate } from './template.js';

/** The models that a variant may be made for. */
export interface KnownModels {
  readonly models: readonly Pick<Model, 'id' | 'family'>[];
  /** Where they were looked for, in words: `models.json`. */
  readonly source: string;
}

/**
 * What is wrong with one entry beyond its shape, so that it may be run on anything that was parsed. Texts are never
 * quoted, since faults are logged. Duplicate ids are found over the whole list.
 */
export function promptFaults(value: unknown, path: string, known: KnownModels): Fault[] {
  const prompt = asFields(value);
  if (prompt === undefined) return [];
  return [
    ...targetFaults(prompt, path, known),
    ...contentFaults(prompt, path),
    ...parameterFaults(prompt, path),
  ];
}

type Entry = Readonly<Record<string, unknown>>;

function targetFaults({ model, family }: Entry, path: string, { models, source }: KnownModels): Fault[] {
  const faults: Fault[] = [];
  if (model !== undefined && family !== undefined) {
    faults.push({ path: `${path}.family`, reason: 'stands beside model, and only one of them may be there' });
  }
  const ids: readonly string[] = models.map(({ id }) => id);
  if (typeof model === 'string' && !ids.includes(model)) {
    const reason = `"${model}" is not a model of ${source}`;
    faults.push({ path: `${path}.model`, reason, ...suggestWord(model, ids) });
  }
  const families = [...new Set(models.flatMap((entry) => entry.family ?? []))];
  if (typeof family === 'string' && !families.includes(family)) {
    const reason = `no model of ${source} has the family "${family}"`;
    faults.push({ path: `${path}.family`, reason, ...suggestWord(family, families) });
  }
  return faults;
}

function contentFaults({ system, promptId }: Entry, path: string): Fault[] {
  if (system === undefined && promptId === undefined) {
    return [{ path: `${path}.system`, reason: 'is missing: a prompt has system or promptId' }];
  }
  const faults: Fault[] = [];
  if (system !== undefined && promptId !== undefined) {
    faults.push({
      path: `${path}.promptId`,
      reason: 'stands beside system, and only one of them may be there',
    });
  }
  if (typeof system === 'string') faults.push(...textFaults(system, `${path}.system`));
  return faults;
}

function textFaults(system: string, path: string): Fault[] {
  const { systemMaxChars, gapsMax } = PROMPT_LIMITS;
  if (system.trim() === '') return [{ path, reason: 'is empty' }];
  if (system.length > systemMaxChars) {
    return [{ path, reason: `has ${system.length} characters; at most ${systemMaxChars} are taken` }];
  }
  const parsed = parseTemplate(system);
  if (!parsed.ok) {
    return parsed.faults.map(({ line, column, reason }) => ({
      path,
      reason: `line ${line}, column ${column}: ${reason}`,
    }));
  }
  const gaps = parsed.template.names.length;
  return gaps > gapsMax ? [{ path, reason: `has ${gaps} gaps; at most ${gapsMax} are taken` }] : [];
}

function parameterFaults(entry: Entry, path: string): Fault[] {
  const { system, parameters: given } = entry;
  const parameters = asFields(given) ?? {};
  const names = Object.keys(parameters);
  const at = (name: string): string => `${path}.parameters[${JSON.stringify(name)}]`;
  const faults: Fault[] = [];
  const { parametersMax, valueMaxBytes } = PROMPT_LIMITS;
  faults.push(...descriptionFaults(entry, path));
  if (names.length > parametersMax) {
    faults.push({
      path: `${path}.parameters`,
      reason: `has ${names.length} entries; at most ${parametersMax} are taken`,
    });
  }
  for (const name of names) {
    if (!PARAMETER_NAME.test(name)) {
      faults.push({ path: at(name), reason: `the name must match ${PARAMETER_NAME.source}` });
    }
    faults.push(...descriptionFaults(asFields(parameters[name]) ?? {}, at(name)));
    const byDefault = asFields(parameters[name])?.['default'];
    if (typeof byDefault === 'string' && Buffer.byteLength(byDefault) > valueMaxBytes) {
      faults.push({ path: `${at(name)}.default`, reason: `must be at most ${valueMaxBytes} bytes` });
    }
  }
  const parsed = typeof system === 'string' ? parseTemplate(system) : undefined;
  if (!parsed?.ok) return faults;
  const used = new Set(parsed.template.names);
  for (const name of used) {
    if (Object.hasOwn(parameters, name)) continue;
    const reason = `the text has a gap for "${name}", which parameters does not have`;
    faults.push({ path: at(name), reason, ...suggestWord(name, names) });
  }
  for (const name of names) {
    if (!used.has(name) && PARAMETER_NAME.test(name)) {
      faults.push({ path: at(name), reason: 'the text has no gap for it' });
    }
  }
  return faults;
}

function descriptionFaults({ description }: Entry, path: string): Fault[] {
  const { descriptionMaxChars } = PROMPT_LIMITS;
  if (typeof description !== 'string' || description.length <= descriptionMaxChars) return [];
  return [{ path: `${path}.description`, reason: `must be at most ${descriptionMaxChars} characters` }];
}
