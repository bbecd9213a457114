import { describe, expect, it } from 'vitest';
import type { UseCase } from '../../src/core/ids.js';
import { compareStates } from '../../src/core/learning/compare-states.js';
import { LearningState } from '../../src/core/learning/learning-state.js';
import { LearningSnapshot } from '../../src/gen/sextant/storage/v1/storage.js';
import { decodeLearning, encodeLearning } from '../../src/store/learning-codec.js';
import { HALF_LIVES } from '../builders/learning.js';
import { CONTEXT_LAYOUT, contextOfSteps } from '../builders/linear-learning.js';
import { outcomeOf, qualityOf } from '../store/outcome-arbitrary.js';

type Key = string | number;
type Tree = Record<Key, unknown>;

/** Two use cases, each with contexts, a segment and an account. */
function learnedState(): LearningState {
  const state = new LearningState(HALF_LIVES, CONTEXT_LAYOUT);
  const context = contextOfSteps(3, 20);
  const log = ['chat', 'sql'].flatMap((name) => {
    const common = { useCase: name as UseCase, context };
    return [outcomeOf(1, common), qualityOf(1, common)];
  });
  log.forEach((outcome, sequence) => state.fold(outcome, sequence));
  return state;
}

/** Every place of a number below a node. */
function numbersBelow(node: unknown, path: readonly Key[] = []): (readonly Key[])[] {
  if (typeof node === 'number' || typeof node === 'bigint') return [path];
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => numbersBelow(value, [...path, key]));
}

const decoded = (snapshot: LearningSnapshot): LearningState =>
  decodeLearning(LearningSnapshot.encode(snapshot).finish(), HALF_LIVES, CONTEXT_LAYOUT)!;

/** More than rounding is. */
const OFF = 1e-6;

/** The snapshot with one number that is off: whole numbers by one, others by a little. */
function changedAt(path: readonly Key[]): LearningSnapshot {
  const snapshot = LearningSnapshot.decode(encodeLearning(learnedState()));
  const parent = path
    .slice(0, -1)
    .reduce<Tree>((node, key) => node[key] as Tree, snapshot as unknown as Tree);
  const key = path.at(-1)!;
  const value = parent[key] as number | bigint;
  if (typeof value === 'bigint') parent[key] = value + 1n;
  else if (path.includes('landmarksMs') || key === 'armId') parent[key] = value + 1;
  else parent[key] = value + OFF * Math.max(1, Math.abs(value));
  return snapshot;
}

describe('what verify compares of two states', () => {
  const whole = LearningSnapshot.decode(encodeLearning(learnedState()));
  // Which regression a row is of is a name, and no sum.
  const places = numbersBelow(whole).filter((path) => path.at(-1) !== 'metric');

  it('is every number that a snapshot keeps: one that is off is named', () => {
    for (const part of ['sums', 'xx', 'xy', 'scalars', 'landmarksMs', 'baseLambda', 'gradient', 'quarters'])
      expect(places.some((path) => path.includes(part))).toBe(true);
    expect(places.length).toBeGreaterThan(500);
    const unseen = places.filter(
      (path) => compareStates(learnedState(), decoded(changedAt(path))).length === 0,
    );
    expect(unseen.map((path) => path.join('.'))).toEqual([]);
  });
});
