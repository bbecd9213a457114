import type { Model } from '../registry/model.js';
import { RULE_LIMITS } from './limits.js';

/** Names models by id, with `*` for any run of characters, or by tag. A model is in it that either names. */
export interface ModelSelector {
  readonly ids: ReadonlySet<string>;
  readonly globs: readonly string[];
  readonly tags: readonly string[];
}

/** Whether `text` matches `glob`, where `*` is any run of characters. O(glob · text), no backtracking beyond one star. */
export function matchesGlob(glob: string, text: string): boolean {
  let g = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    // A star comes first: an id may hold one too.
    if (glob[g] === '*') {
      star = g++;
      resume = t;
    } else if (g < glob.length && glob[g] === text[t]) {
      g++;
      t++;
    } else if (star >= 0) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (glob[g] === '*') g++;
  return g === glob.length;
}

/** Why a pattern is refused, if it is. */
export function globFault(glob: string): string | undefined {
  const { globLength, globStars } = RULE_LIMITS;
  if (glob.length <= globLength && glob.split('*').length - 1 <= globStars) return undefined;
  return `a pattern has at most ${globLength} characters and ${globStars} stars`;
}

/** Sorts ids from globs once, so that the common case is one lookup. */
export function modelSelector(models: readonly string[], tags: readonly string[]): ModelSelector {
  return {
    ids: new Set(models.filter((id) => !id.includes('*'))),
    globs: models.filter((id) => id.includes('*')),
    tags,
  };
}

/** Whether the selector names this model. */
export function selects(selector: ModelSelector, model: Model): boolean {
  if (selector.ids.has(model.id)) return true;
  for (const glob of selector.globs) if (matchesGlob(glob, model.id)) return true;
  for (const tag of selector.tags) if (model.tags.includes(tag)) return true;
  return false;
}
