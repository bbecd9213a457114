import type { Checked, Fault, SchemaCheck } from '../fault.js';
import { COORDINATES_MAX } from './context-layout.js';
import { principalComponents, seededProjection, type EmbeddingMap } from './embedding-map.js';

type EmbeddingFile =
  | { readonly reduction: 'projection'; readonly dimensions: number }
  | {
      readonly reduction: 'pca';
      readonly mean: readonly number[];
      readonly components: readonly (readonly number[])[];
    };

/**
 * Checks `rules/embedding.json` whole: every fault at once, or the map.
 *
 * @param hashedWords that the context has besides; unknown where bandit.json is at fault.
 */
export function parseEmbedding(
  { file, value }: { readonly file: string; readonly value: unknown },
  check: SchemaCheck,
  hashedWords = 0,
): Checked<EmbeddingMap> {
  const faults: Fault[] = check(value, file);
  if (faults.length > 0) return { ok: false, faults };
  const source = value as EmbeddingFile;
  const isProjection = source.reduction === 'projection';
  const dimensions = isProjection ? source.dimensions : source.components.length;
  if (dimensions + hashedWords > COORDINATES_MAX) {
    faults.push({
      file,
      path: isProjection ? 'dimensions' : 'components',
      reason: `${dimensions} and the ${hashedWords} of linear.hashedWords are ${dimensions + hashedWords}; a context has room for ${COORDINATES_MAX}`,
      suggestion: `lower linear.hashedWords in bandit.json to ${Math.max(0, COORDINATES_MAX - dimensions)}`,
    });
  }
  if (isProjection) return checked(faults, () => seededProjection(source.dimensions));
  const { mean, components } = source;
  components.forEach((row, i) => {
    if (row.length === mean.length) return;
    const reason = `has ${row.length} numbers, and mean has ${mean.length}`;
    faults.push({ file, path: `components[${i}]`, reason });
  });
  return checked(faults, () => principalComponents(mean, components));
}

const checked = <T>(faults: Fault[], make: () => T): Checked<T> =>
  faults.length > 0 ? { ok: false, faults } : { ok: true, value: make() };
