import type { DecisionId, TenantId, UseCase } from '../../src/core/ids.js';
import { openLevelStore } from '../../src/store/level/open-level-store.js';
import { questionOf } from '../builders/question.js';
import { fixedEnvironment, openTestRuntime } from '../builders/runtime.js';

const SECOND_MS = 1_000;
const SECONDS = 660;
const FALLS_AFTER_SECONDS = 600;

interface DriftedStore {
  readonly storePath: string;
  readonly rulesPath: string;
  readonly tenant: string;
  readonly useCase: string;
  /** Where it ends. */
  readonly nowMs: number;
}

/** Writes a store of eleven minutes, with a decision a second, in the last of which every model's quality falls by half. */
export async function writeDriftedStore({ storePath, rulesPath, ...story }: DriftedStore): Promise<void> {
  const environment = fixedEnvironment();
  let ids = 0;
  environment.newDecisionId = () => {
    const time = environment.timeMs.toString(16).padStart(12, '0');
    const tail = (ids++).toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${tail}` as DecisionId;
  };
  environment.timeMs = story.nowMs - SECONDS * SECOND_MS;
  const runtime = await openTestRuntime({
    store: await openLevelStore(storePath),
    policyFolder: rulesPath,
    environment,
    decisionLog: { maxQueue: 10_000, attributes: [] },
  });
  const [tenant, useCase] = [story.tenant as TenantId, story.useCase as UseCase];
  for (let i = 0; i < SECONDS; i++) {
    const { ticket } = runtime.decider.select(questionOf({ tenant, useCase }), false);
    const quality = (i < FALLS_AFTER_SECONDS ? 0.9 : 0.45) + (i % 2 === 0 ? 0.05 : -0.05);
    const attempt = {
      attempt: 0,
      status: 'success',
      quality,
      qualitySource: 'test',
      latencyMs: 700,
    } as const;
    await runtime.reporter.report(tenant, ticket, [attempt]);
    environment.timeMs += SECOND_MS;
  }
  await runtime.close();
}
