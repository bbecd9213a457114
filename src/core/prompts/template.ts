/** A text with gaps: `texts[0]`, the value of `names[0]`, `texts[1]`, and so on. */
export interface Template {
  readonly texts: readonly string[];
  readonly names: readonly string[];
}

export type ParsedTemplate =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly faults: readonly TemplateFault[] };

/** What is wrong at one place. The text itself is not quoted: prompts do not belong in logs. */
export interface TemplateFault {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  readonly reason: string;
}

export const PARAMETER_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** A backslash before the braces, or the braces with what is between them where they are closed in their line. */
const TAG = /\\\{\{|\{\{(?:([^{}\n]*)\}\})?/g;

/**
 * Parses the whole template language: `{{name}}` is a gap, spaces inside the braces are passed over, `\{{` is a plain
 * `{{`, and `}}` without an opening is plain text, as JSON has it. There are no sections, no expressions and no escapes
 * of values, so that a template cannot do anything but fill gaps.
 */
export function parseTemplate(text: string): ParsedTemplate {
  const texts: string[] = [];
  const names: string[] = [];
  const faults: TemplateFault[] = [];
  let plain = '';
  let from = 0;
  for (const match of text.matchAll(TAG)) {
    plain += text.slice(from, match.index);
    from = match.index + match[0].length;
    if (match[0].startsWith('\\')) {
      plain += '{{';
      continue;
    }
    const name = match[1]?.trim();
    if (name !== undefined && PARAMETER_NAME.test(name)) {
      texts.push(plain);
      names.push(name);
      plain = '';
    } else faults.push({ ...placeOf(text, match.index), reason: reasonFor(name) });
  }
  if (faults.length > 0) return { ok: false, faults };
  texts.push(plain + text.slice(from));
  return { ok: true, template: { texts, names } };
}

function reasonFor(name: string | undefined): string {
  if (name === undefined) return '"{{" is not closed in its line; write "\\{{" for plain braces';
  const words = 'letters, digits and "_", at most 63, and does not start with a digit';
  return `what "{{" opens is not the name of a parameter, which is ${words}; write "\\{{" for plain braces`;
}

function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/**
 * The text with its gaps filled. Values go in as they are: braces in them open nothing.
 * @param values one for every name of the template. @throws RangeError where one is missing.
 */
export function fillTemplate({ texts, names }: Template, values: ReadonlyMap<string, string>): string {
  let filled = texts[0]!;
  for (const [i, name] of names.entries()) {
    const value = values.get(name);
    if (value === undefined) throw new RangeError(`the parameter ${name} has no value`);
    filled += value + texts[i + 1]!;
  }
  return filled;
}
