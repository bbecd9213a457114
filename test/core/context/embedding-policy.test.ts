import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { loadPolicy } from '../../../src/config/load-policy.js';
import { contextVector, contextLayout } from '../../../src/core/context/context-vector.js';
import { seededProjection } from '../../../src/core/context/embedding-map.js';
import type { Fault } from '../../../src/core/fault.js';
import { foldVersion } from '../../../src/core/learning/decay.js';
import { LearningState } from '../../../src/core/learning/learning-state.js';
import { TASK_TYPES, type TaskType } from '../../../src/core/profile.js';
import { deliberate } from '../../../src/core/selection/decide.js';
import { contextLayoutOf } from '../../../src/core/selection/policy.js';
import { HALF_LIVES, START_MS } from '../../builders/learning.js';
import { BANDIT, policyFolder, smallPolicy, snapshotOf } from '../../builders/policy.js';
import { questionWithInput, scoresOf } from '../../builders/question.js';
import { qualityOf } from '../../store/outcome-arbitrary.js';

const LINEAR = { policy: 'linear', linear: { ...BANDIT.linear, hashedWords: 16 } };
const taskScores = Object.fromEntries(TASK_TYPES.map((type) => [type, 0])) as Record<TaskType, number>;

async function faultsOf(embedding: object, bandit: object = LINEAR): Promise<readonly Fault[]> {
  const folder = await policyFolder({ embedding, bandit });
  try {
    const { policy } = await loadPolicy(folder);
    return policy.ok ? [] : policy.faults;
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('embedding.json', () => {
  it('adds its coordinates to the context', async () => {
    const plain = await smallPolicy({ bandit: LINEAR });
    const policy = await smallPolicy({
      bandit: LINEAR,
      embedding: { reduction: 'projection', dimensions: 12 },
    });
    expect(contextLayoutOf(policy).size).toBe(contextLayoutOf(plain).size + 12);
  });

  it('has room beside the hashed words, or is refused with what to lower them to', async () => {
    const tooMany = await faultsOf({ reduction: 'projection', dimensions: 57 });
    expect(tooMany).toMatchObject([{ file: 'embedding.json', path: 'dimensions' }]);
    expect(tooMany[0]!.suggestion).toContain('to 15');
    expect(await faultsOf({ reduction: 'projection', dimensions: 56 })).toEqual([]);
  });

  it('is refused with every row that is too short, and every member that does not belong', async () => {
    const components = [[1, 2], [1], [1, 2, 3]];
    expect(await faultsOf({ reduction: 'pca', mean: [0, 0], components })).toMatchObject([
      { path: 'components[1]', reason: 'has 1 numbers, and mean has 2' },
      { path: 'components[2]', reason: 'has 3 numbers, and mean has 2' },
    ]);
    expect(await faultsOf({ reduction: 'pca', dimensions: 3 })).not.toEqual([]);
    expect(await faultsOf({ reduction: 'umap', dimensions: 3 })).toMatchObject([{ path: 'reduction' }]);
    expect(await faultsOf({ reduction: 'projection', dimensions: 0 })).toMatchObject([
      { path: 'dimensions' },
    ]);
  });
});

describe('a context with an embedding', () => {
  const layout = contextLayout(4, seededProjection(8));
  const source = { profile: { dimensions: scoresOf(0.4) }, taskScores, messages: [] };

  it('ends with its coordinates, or with zeros where the caller sends none', () => {
    const reduced = contextVector({ ...source, embedding: [1, -2, 3] }, layout).slice(-8);
    expect(reduced.some((step) => step !== 0)).toBe(true);
    expect([...contextVector(source, layout).slice(-8)]).toEqual(Array(8).fill(0));
    expect(contextVector(source, layout)).toHaveLength(layout.size);
  });

  it('is ignored where the policy has no map', () => {
    const plain = contextLayout(4);
    expect(contextVector({ ...source, embedding: [1, 2] }, plain)).toEqual(contextVector(source, plain));
  });
});

describe('learning from contexts with embeddings', () => {
  const layout = contextLayout(0, seededProjection(4));
  const taughtBy = (contextMapId: number | undefined): number => {
    const state = new LearningState(HALF_LIVES, layout);
    const context = new Int8Array(layout.size).fill(1);
    state.fold(qualityOf(1, { context, ...(contextMapId !== undefined && { contextMapId }) }), 0);
    return state.regressionsOf(qualityOf(1).tenant).taught.quality;
  };

  it('takes only those of the map in force', () => {
    expect(taughtBy(layout.mapId)).toBe(1);
    expect(taughtBy(layout.mapId + 1)).toBe(0);
    expect(taughtBy(undefined)).toBe(0);
  });

  it('is another fold under another map, and the one it was without any', () => {
    const names = [contextLayout(4), layout, contextLayout(0, seededProjection(5))].map((each) =>
      foldVersion(HALF_LIVES, each),
    );
    expect(new Set(names).size).toBe(3);
    expect(names[0]).not.toContain('embedding');
  });

  it('moves the beliefs of requests that are alike', async () => {
    const policy = await smallPolicy({
      bandit: LINEAR,
      embedding: { reduction: 'projection', dimensions: 8 },
    });
    const learning = new LearningState(policy.bandit.halfLives, contextLayoutOf(policy));
    const snapshot = snapshotOf(policy, learning);
    const [here, there] = [
      [1, 0, 0, 1],
      [-1, 0, 0, -1],
    ].map((embedding) => questionWithInput({ embedding }));
    const deliberated = (question: typeof here) =>
      deliberate(snapshot, question!, { nowMs: START_MS, explain: false });
    const { context, contextMapId } = deliberated(here);
    for (let i = 0; i < 30; i++) {
      const taught = { context: context!, contextMapId: contextMapId!, useCase: here!.useCase };
      learning.fold(
        qualityOf(i, { ...taught, armId: snapshot.arms[0]!.armId, quality: { value: 0, source: 'test' } }),
        i,
      );
    }
    const qualityOfFirst = (question: typeof here) =>
      deliberated(question).candidates.find(({ arm }) => arm === snapshot.arms[0])!.belief.quality.mean;
    expect(qualityOfFirst(here)).toBeLessThan(qualityOfFirst(there) - 0.05);
  });
});
