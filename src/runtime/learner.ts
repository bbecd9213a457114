import type { HalfLives } from '../core/learning/decay.js';
import { NO_CONTEXT } from '../core/context/context-layout.js';
import { LearningState } from '../core/learning/learning-state.js';
import { restate } from '../core/learning/restate.js';
import { decodeBase } from '../store/learning-base-codec.js';
import { decodeLearning, encodeLearning } from '../store/learning-codec.js';
import type { OutcomeLog, SnapshotStore } from '../store/ports.js';

/** How a start came by its state. */
export interface Recovery {
  readonly state: LearningState;
  /** Position of the snapshot that was used; 0 where none was. */
  readonly fromSequence: number;
  readonly foldedOutcomes: number;
}

/**
 * Where a fold of the log begins: with nothing, or with what its base came to, as these settings go on from it.
 * @throws StoreError where the base is damaged or of a later version.
 */
export async function foundation(
  log: Pick<OutcomeLog, 'readBase'>,
  halfLives: HalfLives,
  layout = NO_CONTEXT,
): Promise<LearningState> {
  const base = await log.readBase();
  return base === undefined
    ? new LearningState(halfLives, layout)
    : restate(decodeBase(base), halfLives, layout);
}

/** The fold of the whole log. @throws StoreError. */
export async function foldWhole(
  log: OutcomeLog,
  halfLives: HalfLives,
  layout = NO_CONTEXT,
): Promise<LearningState> {
  const state = await foundation(log, halfLives, layout);
  await foldTail(state, log);
  return state;
}

/** Folds the log on top of a state, from its position to the end. @returns how many outcomes were folded. */
export async function foldTail(state: LearningState, log: OutcomeLog): Promise<number> {
  const before = state.sequence;
  for await (const { firstSequence, outcomes } of log.read(state.sequence)) {
    for (let i = 0; i < outcomes.length; i++) state.fold(outcomes[i]!, firstSequence + i);
  }
  return state.sequence - before;
}

/** The state as the log has it: the newest usable snapshot, and the log's tail on top. */
export async function recover(
  log: OutcomeLog,
  snapshots: SnapshotStore,
  halfLives: HalfLives,
  layout = NO_CONTEXT,
): Promise<Recovery> {
  const bytes = await snapshots.load();
  const kept = bytes === undefined ? undefined : decodeLearning(bytes, halfLives, layout);
  // A snapshot ahead of the log would hide outcomes that are not there; from one behind the base no way leads on.
  const isUsable = kept !== undefined && kept.sequence <= log.head() && kept.sequence >= log.base();
  const state = isUsable ? kept : await foundation(log, halfLives, layout);
  const fromSequence = state.sequence;
  const foldedOutcomes = await foldTail(state, log);
  return { state, fromSequence, foldedOutcomes };
}

/** Keeps the state as a snapshot; the log stays the truth. */
export async function saveSnapshot(state: LearningState, snapshots: SnapshotStore): Promise<void> {
  await snapshots.save(encodeLearning(state));
}
