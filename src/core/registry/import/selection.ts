import type { ModelId } from '../model.js';
import { withDefaults } from '../parse-models.js';
import type { ImportResult } from './entry.js';

/** Which entries of a converted list are wanted, and what they are to be called. */
export interface Selection {
  /** Providers, as the registry or as the list names them. Empty: all. */
  readonly providers: readonly string[];
  /** Globs over the id or the list's key, where `*` stands for anything. Empty: all. */
  readonly globs: readonly string[];
  /** New ids by the list's key: `deepinfra/meta-llama/Llama` → `meta-llama/llama`. */
  readonly renames: ReadonlyMap<string, ModelId>;
}

function globPattern(glob: string): RegExp {
  const literal = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`, 'i');
}

/** Keeps what is wanted of a list and gives it its new names. A renamed model's provider is its new id's. */
export function selectEntries(result: ImportResult, selection: Selection): ImportResult {
  const globs = selection.globs.map(globPattern);
  const { providers, renames } = selection;
  const isWanted = (key: string, id: string): boolean => {
    const fromProvider = [key, id].some((name) =>
      providers.some((provider) => name.startsWith(`${provider}/`)),
    );
    return (
      (providers.length === 0 || fromProvider) &&
      (globs.length === 0 || globs.some((glob) => glob.test(id) || glob.test(key)))
    );
  };
  const idOf = (key: string, id: ModelId): ModelId => renames.get(key) ?? id;
  return {
    models: result.models
      .filter(({ key, model }) => isWanted(key, idOf(key, model.id)))
      .map(({ key, model }) => {
        const id = idOf(key, model.id);
        return { key, model: withDefaults({ ...model, id, provider: id.slice(0, id.indexOf('/')) }) };
      }),
    priceUpdates: result.priceUpdates
      .filter(({ key, id }) => isWanted(key, idOf(key, id)))
      .map((update) => ({ ...update, id: idOf(update.key, update.id) })),
    skipped: result.skipped.filter(({ key }) => isWanted(key, key)),
  };
}
