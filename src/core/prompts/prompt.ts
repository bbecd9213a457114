import { estimateTokens } from '../tokens/estimate-tokens.js';
import type { Prompt, PromptVariant } from './prompt-variant.js';
import { fillTemplate, parseTemplate } from './template.js';

/** Reads a checked variant. @throws RangeError where its template was never checked. */
export function promptOf(variant: PromptVariant): Prompt {
  const { system, parameters } = variant;
  const required = Object.keys(parameters).filter((name) => parameters[name]!.default === undefined);
  if (system === undefined) return { variant, systemTokens: 0, required };
  const parsed = parseTemplate(system);
  if (!parsed.ok) throw new RangeError(`the template of ${variant.id} is faulty`);
  const systemTokens = estimateTokens(parsed.template.texts.join(''));
  return { variant, template: parsed.template, systemTokens, required };
}

/** Parameters that a request would have to give, and did not. */
export const missingParameters = (
  { required }: Prompt,
  given: Readonly<Record<string, string>>,
): readonly string[] => required.filter((name) => !Object.hasOwn(given, name));

/** A prompt as a caller gets it: its values, and the text with them in it. */
export interface FilledPrompt {
  readonly variant: PromptVariant;
  /** Absent where the caller keeps the text. */
  readonly system?: string;
  /** Every parameter of the variant with the value that was used. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** @param given values by name; what the variant does not know is passed over. @throws RangeError where one is missing. */
export function fillPrompt(
  { variant, template }: Prompt,
  given: Readonly<Record<string, string>>,
): FilledPrompt {
  const parameters = new Map<string, string>();
  for (const [name, { default: byDefault }] of Object.entries(variant.parameters)) {
    const value = Object.hasOwn(given, name) ? given[name] : byDefault;
    if (value !== undefined) parameters.set(name, value);
  }
  return { variant, parameters, ...(template && { system: fillTemplate(template, parameters) }) };
}
