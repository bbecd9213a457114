import type { Checked, Fault, SchemaCheck } from '../fault.js';
import { promptFaults, type KnownModels } from './prompt-faults.js';
import type { PromptVariant } from './prompt-variant.js';
import { REVIEW_DEFAULTS, type PromptReviewSettings } from './review-settings.js';

/** `rules/prompts.json`: variants, and what is made of their outcomes. */
export interface Prompts {
  readonly variants: readonly PromptVariant[];
  readonly review: PromptReviewSettings;
}

/** What a policy without a `prompts.json` has. */
export const NO_PROMPTS: Prompts = { variants: [], review: REVIEW_DEFAULTS };

/** An entry as a file may hold it, with what the defaults fill in left out. */
export type PromptEntry = Omit<PromptVariant, 'parameters' | 'version'> &
  Partial<Pick<PromptVariant, 'parameters' | 'version'>>;

interface PromptsFile {
  readonly prompts: readonly PromptEntry[];
  readonly review?: Partial<PromptReviewSettings>;
}

/** The entry with its defaults filled in. */
export const withPromptDefaults = (entry: PromptEntry): PromptVariant => ({
  ...entry,
  parameters: entry.parameters ?? {},
  version: entry.version ?? 1,
});

/**
 * Checks `rules/prompts.json` whole: every fault at its path, those of meaning as well as of shape, or the variants in
 * the file's order.
 */
export function parsePrompts(
  { file, value }: { readonly file: string; readonly value: unknown },
  check: SchemaCheck,
  known: KnownModels,
): Checked<Prompts> {
  const list: unknown = (value as Partial<PromptsFile> | null)?.prompts;
  const entries: readonly unknown[] = Array.isArray(list) ? list : [];
  const shape = check(value, file);
  const refused = new Set(shape.map(({ path }) => path));
  const meaning = [
    ...entries.flatMap((entry, i) => promptFaults(entry, `prompts[${i}]`, known)),
    ...duplicates(entries),
  ].filter(({ path }) => !refused.has(path));
  const faults = [...shape, ...meaning.map((fault) => ({ file, ...fault }))];
  if (faults.length > 0) return { ok: false, faults };
  const { prompts, review } = value as PromptsFile;
  return {
    ok: true,
    value: { variants: prompts.map(withPromptDefaults), review: { ...REVIEW_DEFAULTS, ...review } },
  };
}

function duplicates(entries: readonly unknown[]): Fault[] {
  const first = new Map<unknown, number>();
  return entries.flatMap((entry, i) => {
    const id = (entry as Partial<PromptEntry> | null)?.id;
    if (typeof id !== 'string') return [];
    const other = first.get(id);
    if (other === undefined) first.set(id, i);
    return other === undefined
      ? []
      : [{ path: `prompts[${i}].id`, reason: `"${id}" is already the id of prompts[${other}]` }];
  });
}
