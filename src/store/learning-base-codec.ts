import { NO_CONTEXT, type ContextLayout } from '../core/context/context-layout.js';
import { METRIC_GROUPS } from '../core/learning/arm-stats.js';
import { FOLD_ALGORITHM, type HalfLives } from '../core/learning/decay.js';
import type { LearningState } from '../core/learning/learning-state.js';
import { LearningBase, LearningSnapshot } from '../gen/sextant/storage/v1/storage.js';
import { decodeLearning, encodeLearning } from './learning-codec.js';
import { fromV5, V5 } from './learning-base-v5.js';
import { takeField } from './scope-codec.js';
import { readable, StoreError } from './store-error.js';

/** The bytes that stand for the outcomes before a state's position. */
export function encodeBase(state: LearningState): Uint8Array {
  const base = LearningBase.encode({
    algorithm: FOLD_ALGORITHM,
    halfLivesMs: METRIC_GROUPS.map((group) => state.halfLives[group]),
    contextSize: state.layout.size,
    contextMapId: state.layout.mapId,
    sums: undefined,
  });
  return base.uint32(SUMS_TAG).bytes(encodeLearning(state)).finish();
}

/** Field 5 of a `LearningBase`. */
const SUMS_TAG = 0x2a;

/**
 * The state that `encodeBase` encoded, of this fold or the one before it, under the settings of that time.
 * @throws StoreError `STORE_NEWER` where another version of the fold made it, `STORE_CORRUPT` where it makes no sense.
 */
export function decodeBase(bytes: Uint8Array): LearningState {
  const { base, sums } = readable('the base of the outcome log cannot be read. Restore a backup', () =>
    readBase(bytes),
  );
  if (base.algorithm !== FOLD_ALGORITHM) {
    throw new StoreError(
      'STORE_NEWER',
      `outcomes were removed by a version that sums them up as ${base.algorithm}, this one does as ${FOLD_ALGORITHM}: use that version`,
    );
  }
  const halfLives = Object.fromEntries(
    METRIC_GROUPS.map((group, i) => [group, base.halfLivesMs[i]]),
  ) as unknown as HalfLives;
  const layout: ContextLayout = { ...NO_CONTEXT, size: base.contextSize, mapId: base.contextMapId };
  const state = sums && decodeLearning(sums, halfLives, layout);
  if (state === undefined)
    throw new StoreError('STORE_CORRUPT', 'the base of the outcome log contradicts itself. Restore a backup');
  return state;
}

/** All but the sums, and the bytes of those: they are megabytes. */
function readBase(bytes: Uint8Array): { readonly base: LearningBase; readonly sums: Uint8Array | undefined } {
  const { rest, values } = takeField(bytes, SUMS_TAG);
  const base = LearningBase.decode(rest);
  if (base.algorithm !== V5) {
    const [value] = values;
    return { base, sums: value?.cursor.bytes.subarray(value.cursor.pos, value.end) };
  }
  const { sums, ...told } = fromV5(LearningBase.decode(bytes));
  return { base: { ...told, sums: undefined }, sums: sums && LearningSnapshot.encode(sums).finish() };
}
