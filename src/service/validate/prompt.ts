import type { Fault, SchemaCheck } from '../../core/fault.js';
import { parsePrompts } from '../../core/prompts/parse-prompts.js';
import type { KnownModels } from '../../core/prompts/prompt-faults.js';
import { PROMPT_LIMITS } from '../../core/prompts/prompt-limits.js';
import type { PromptVariant } from '../../core/prompts/prompt-variant.js';
import { PARAMETER_NAME } from '../../core/prompts/template.js';
import type { PromptParameter, PromptVariant as WirePrompt } from '../../gen/sextant/v1/prompt.js';
import { missing } from './items.js';
import { Violations } from './violations.js';

export interface PromptChecks {
  readonly checkSchema: SchemaCheck;
  readonly known: KnownModels;
}

/**
 * A new draft from the wire, checked by the same rules as one in rules/prompts.json.
 * @throws SextantError INVALID_FIELD with every violation.
 */
export function decodePrompt(
  wire: WirePrompt | undefined,
  { checkSchema, known }: PromptChecks,
): PromptVariant {
  if (wire === undefined) throw missing('prompt');
  const json = { prompts: [promptJson(wire)] };
  const parsed = parsePrompts({ file: '', value: json }, checkSchema, known);
  const violations = new Violations();
  if (!parsed.ok) violations.addAll(parsed.faults.map(wireFault));
  violations.throwIfAny();
  return (parsed as { value: { variants: readonly PromptVariant[] } }).value.variants[0]!;
}

/** The JSON of rules/prompts.json. */
function promptJson({ id, useCase, target, content, parameters, version, description }: WirePrompt) {
  return {
    id,
    useCase,
    ...(target && { [target.$case]: target.value }),
    ...(content && { [content.$case]: content.value }),
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, parameter]) => [name, parameterJson(parameter)]),
    ),
    ...(version !== 0 && { version }),
    ...(description !== '' && { description }),
    status: 'draft',
  };
}

const parameterJson = ({ description, defaultValue }: PromptParameter) => ({
  ...(description !== '' && { description }),
  ...(defaultValue !== undefined && { default: defaultValue }),
});

/** `prompts[0].parameters["userName"].default` of the file is `prompt.parameters["userName"].default_value` on the wire. */
function wireFault({ path, reason, suggestion }: Fault): Fault {
  const wirePath = path
    .replace(/^prompts\[0\]/, 'prompt')
    .replace(/\.default$/, '.default_value')
    .replace(/("[^"]*")|([A-Z])/g, (_, quoted: string | undefined, letter: string) =>
      quoted === undefined ? `_${letter.toLowerCase()}` : quoted,
    );
  return { path: wirePath, reason, ...(suggestion !== undefined && { suggestion }) };
}

/** Values for the parameters of prompts, by name. */
export function readPromptParameters(
  path: string,
  wire: Readonly<Record<string, string>>,
  violations: Violations,
): Readonly<Record<string, string>> {
  const { parametersMax, valueMaxBytes } = PROMPT_LIMITS;
  const names = Object.keys(wire);
  if (names.length > parametersMax) violations.add(path, `must have at most ${parametersMax} entries`);
  for (const name of names.slice(0, parametersMax)) {
    const at = `${path}[${JSON.stringify(name)}]`;
    if (!PARAMETER_NAME.test(name))
      violations.add(at, 'the name must be letters, digits and "_", at most 63, and not start with a digit');
    // Values may hold what they like, line breaks among it: they are texts.
    if (Buffer.byteLength(wire[name]!) > valueMaxBytes)
      violations.add(at, `must be at most ${valueMaxBytes} bytes`);
  }
  return wire;
}
