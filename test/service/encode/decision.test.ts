import { expect, it } from 'vitest';
import { LearningState } from '../../../src/core/learning/learning-state.js';
import { deliberate } from '../../../src/core/selection/decide.js';
import { contextLayoutOf } from '../../../src/core/selection/policy.js';
import { encodeExplanation } from '../../../src/service/encode/decision.js';
import { START_MS } from '../../builders/learning.js';
import { BANDIT, smallPolicy, snapshotOf } from '../../builders/policy.js';
import { questionOf } from '../../builders/question.js';
import { qualityOf } from '../../store/outcome-arbitrary.js';

const SECOND_MS = 1_000;

it('an explanation tells by how much drift has moved a model, and nothing of models that did not drift', async () => {
  const policy = await smallPolicy({ bandit: { ...BANDIT, policy: 'linear' } });
  const learning = new LearningState(policy.bandit.halfLives, contextLayoutOf(policy));
  const snapshot = snapshotOf(policy, learning);
  const question = questionOf();
  const nowMs = START_MS + 1_240 * SECOND_MS;
  const explained = () => deliberate(snapshot, question, { nowMs, explain: true });
  const { context } = explained();
  const [fallen, steady] = snapshot.arms.map(({ armId }) => armId);
  for (let i = 0; i < 1_240; i++) {
    const isFallen = i % 2 === 0;
    const value = isFallen && i >= 1_200 ? 0.4 : 0.9;
    const outcome = qualityOf(i, {
      useCase: question.useCase,
      context: context!,
      armId: (isFallen ? fallen : steady)!,
      eventTimeMs: START_MS + i * SECOND_MS,
      receiveTimeMs: START_MS + i * SECOND_MS,
      expectedQualityQ16: Math.round(0.9 * 65_535),
      quality: { value, source: 'test' },
    });
    learning.fold(outcome, i);
  }
  const { candidates } = encodeExplanation(explained());
  const driftOf = (arm: number): number =>
    candidates.find(({ model }) => model === snapshot.arms[arm]!.model.id)!.qualityDrift;
  expect(driftOf(0)).toBeLessThan(-0.3);
  expect(driftOf(1)).toBe(0);
});
