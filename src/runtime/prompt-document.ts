import { withPromptDefaults, type PromptEntry } from '../core/prompts/parse-prompts.js';
import { promptToJson } from '../core/prompts/prompt-to-json.js';
import type { PromptVariant } from '../core/prompts/prompt-variant.js';

interface PromptDocument {
  readonly prompt: PromptEntry;
  readonly updateTimeMs: number;
}

interface StoredContent {
  readonly variant: PromptVariant;
  readonly updateTimeMs: number;
}

/** A stored variant as JSON, in the same form as in rules/prompts.json, so that an export can be pasted there. */
export function encodeStoredPrompt({ variant, updateTimeMs }: StoredContent): Uint8Array {
  return Buffer.from(JSON.stringify({ prompt: promptToJson(variant), updateTimeMs }), 'utf8');
}

export function decodeStoredPrompt(body: Uint8Array): StoredContent {
  const { prompt, updateTimeMs } = JSON.parse(Buffer.from(body).toString('utf8')) as PromptDocument;
  return { variant: withPromptDefaults(prompt), updateTimeMs };
}
