import { createHash } from 'node:crypto';
import type { PromptEntry } from './parse-prompts.js';

// The order in which fields are written, so that two equal variants are equal text.
// prettier-ignore
const FIELDS = [
  'id', 'useCase', 'model', 'family', 'description', 'system', 'promptId', 'version', 'status',
] as const satisfies readonly (keyof PromptEntry)[];

/** The variant as `rules/prompts.json` holds it: fields in a fixed order. */
export function promptToJson(entry: PromptEntry): Record<string, unknown> {
  const kept = FIELDS.filter((field) => entry[field] !== undefined);
  const json: Record<string, unknown> = Object.fromEntries(kept.map((field) => [field, entry[field]]));
  const parameters = Object.entries(entry.parameters ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  if (parameters.length > 0) {
    json['parameters'] = Object.fromEntries(
      parameters.map(([name, { description, default: byDefault }]) => [
        name,
        {
          ...(description !== undefined && { description }),
          ...(byDefault !== undefined && { default: byDefault }),
        },
      ]),
    );
  }
  return json;
}

/** Sixteen hexadecimal digits of SHA-256 over the canonical JSON: equal exactly when the variants are equal. */
export function promptEtag(entry: PromptEntry): string {
  return createHash('sha256')
    .update(JSON.stringify(promptToJson(entry)))
    .digest('hex')
    .slice(0, 16);
}
