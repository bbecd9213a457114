import type { FitExample } from '../../core/complexity/fit/example.js';
import { modelOfArmKey } from '../../core/prompts/prompt-book.js';
import type { DimensionScores } from '../../core/profile.js';
import { ArmNumbers } from '../../runtime/arm-numbers.js';
import { decodeDecision } from '../../runtime/decision-codec.js';
import type { Store } from '../../store/ports.js';

/** What a store's logs have to fit to. */
export interface FitLog {
  readonly examples: readonly FitExample[];
  /** Qualities whose decision was not kept. */
  readonly passedOver: number;
  readonly tenants: readonly string[];
}

/** Which of the log counts. */
export interface FitLogFilter {
  readonly tenant?: string;
  /** Only answers of these models; all where absent. */
  readonly models?: readonly string[];
}

/**
 * Joins a stopped store's decisions and reported qualities. The target is how far the answer fell short of 1. Each model
 * in each use case has a base rate of its own, so that which model was chosen for what does not count as complexity;
 * a use case is a family. @throws StoreError.
 */
export async function readFitLog(store: Store, { tenant, models }: FitLogFilter): Promise<FitLog> {
  const modelOf = new Map(
    [...(await ArmNumbers.open(store.documents)).all].map(([key, armId]) => [armId, modelOfArmKey(key)]),
  );
  const dimensionsOf = await loggedDimensions(store);
  const examples: FitExample[] = [];
  const tenants = new Set<string>();
  let passedOver = 0;
  for await (const { outcomes } of store.outcomes.read(0)) {
    for (const { decisionId, quality, armId, useCase, ...outcome } of outcomes) {
      if (quality === undefined || (tenant !== undefined && outcome.tenant !== tenant)) continue;
      const model = modelOf.get(armId) ?? `arm ${armId}`;
      if (models !== undefined && !models.includes(model)) continue;
      tenants.add(outcome.tenant);
      const dimensions = dimensionsOf.get(decisionId);
      if (dimensions === undefined) {
        passedOver += 1;
        continue;
      }
      const family = `${outcome.tenant}/${useCase}`;
      examples.push({ source: `${family} ${model}`, family, dimensions, target: 1 - quality.value });
    }
  }
  return { examples, passedOver, tenants: [...tenants].sort() };
}

async function loggedDimensions({ decisions }: Store): Promise<ReadonlyMap<string, DimensionScores>> {
  const found = new Map<string, DimensionScores>();
  for await (const logged of decisions.range(0, Number.MAX_SAFE_INTEGER)) {
    const decision = decodeDecision(logged);
    const dimensions = decision?.question.input.complexity;
    if (decision !== undefined && dimensions !== undefined) found.set(decision.decisionId, dimensions);
  }
  return found;
}
