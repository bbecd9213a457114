import { PROPENSITY_ONE } from '../../src/core/bandit/propensity.js';
import { LearningState } from '../../src/core/learning/learning-state.js';
import { contextLayoutOf, type Policy } from '../../src/core/selection/policy.js';
import { deliberate } from '../../src/core/selection/decide.js';
import { decisionSnapshot } from '../../src/core/selection/snapshot.js';
import { armOf, benchRegistry } from '../quality/bench-registry.js';
import type { OutcomeSet } from '../quality/outcome-set.js';
import { START_MS } from '../quality/replay.js';
import { STEADY } from '../quality/stage.js';
import { outcomeAt, type ReadPrompt } from './logged-run.js';

/** What a policy earns on average, per request. */
export interface Truth {
  readonly quality: number;
  readonly costUsd: number;
}

/**
 * The replay of a policy on every prompt of a set, over all its draws: Σ_x Σ_k π(k|x)·r(x, k) / N.
 * @param learning what it has learned; nothing where absent.
 */
export function truthOf(
  set: OutcomeSet,
  policy: Policy,
  prompts: readonly ReadPrompt[],
  { learning, nowMs = START_MS }: { readonly learning?: LearningState; readonly nowMs?: number } = {},
): Truth {
  const state = learning ?? new LearningState(policy.bandit.halfLives, contextLayoutOf(policy));
  const snapshot = decisionSnapshot(policy, benchRegistry(set, STEADY[0]!), state);
  let [quality, costUsd] = [0, 0];
  prompts.forEach(({ question, context }, p) => {
    const asLogged = context && { context };
    const { candidates } = deliberate(snapshot, question, {
      nowMs,
      explain: false,
      ...(asLogged && { asLogged }),
    });
    for (const { arm, propensityQ16 } of candidates) {
      if (propensityQ16 === 0) continue;
      const outcome = outcomeAt(set, p, armOf(arm.armId));
      quality += (propensityQ16 / PROPENSITY_ONE) * outcome.quality;
      costUsd += (propensityQ16 / PROPENSITY_ONE) * (outcome.costUsd ?? 0);
    }
  });
  return { quality: quality / prompts.length, costUsd: costUsd / prompts.length };
}
