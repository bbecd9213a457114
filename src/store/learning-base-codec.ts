import { NO_CONTEXT, type ContextLayout } from '../core/context/context-layout.js';
import { METRIC_GROUPS } from '../core/learning/arm-stats.js';
import { FOLD_ALGORITHM, type HalfLives } from '../core/learning/decay.js';
import type { LearningState } from '../core/learning/learning-state.js';
import { LearningBase, LearningSnapshot } from '../gen/sextant/storage/v1/storage.js';
import { decodeLearning, encodeLearning } from './learning-codec.js';
import { fromV5, V5 } from './learning-base-v5.js';
import { StoreError } from './store-error.js';

/** The bytes that stand for the outcomes before a state's position. */
export function encodeBase(state: LearningState): Uint8Array {
  return LearningBase.encode({
    algorithm: FOLD_ALGORITHM,
    halfLivesMs: METRIC_GROUPS.map((group) => state.halfLives[group]),
    contextSize: state.layout.size,
    contextMapId: state.layout.mapId,
    sums: LearningSnapshot.decode(encodeLearning(state)),
  }).finish();
}

/**
 * The state that `encodeBase` encoded, of this fold or the one before it, under the settings of that time.
 * @throws StoreError `STORE_NEWER` where another version of the fold made it, `STORE_CORRUPT` where it makes no sense.
 */
export function decodeBase(bytes: Uint8Array): LearningState {
  const found = LearningBase.decode(bytes);
  const base = found.algorithm === V5 ? fromV5(found) : found;
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
  const state = base.sums && decodeLearning(LearningSnapshot.encode(base.sums).finish(), halfLives, layout);
  if (state === undefined)
    throw new StoreError('STORE_CORRUPT', 'the base of the outcome log contradicts itself. Restore a backup');
  return state;
}
