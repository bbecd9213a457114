import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { definitionOf, type ExperimentEntry } from '../../src/core/experiment/parse-experiments.js';
import type { TenantId } from '../../src/core/ids.js';
import { DecisionRecord } from '../../src/gen/sextant/storage/v1/storage.js';
import {
  nothingToCompare,
  routedExperiment,
  routedModels,
  type RoutedExperiment,
} from '../../src/runtime/experiments/routed-models.js';
import { TooManyDecisions } from '../../src/runtime/evaluation/rewards.js';
import type { Runtime } from '../../src/runtime/runtime.js';
import { openMemoryStore } from '../../src/store/memory/memory-store.js';
import type { Store } from '../../src/store/ports.js';
import { policyFolder } from '../builders/policy.js';
import { questionOf } from '../builders/question.js';
import { actor, fixedEnvironment, openTestRuntime } from '../builders/runtime.js';

const ACME = 'acme' as TenantId;
const REQUESTS = 480;
const UNJUDGED_EVERY = 4;
const entry: ExperimentEntry = {
  id: 'two',
  unit: 'request',
  arms: [
    { id: 'control', weight: 0.5 },
    { id: 'uniform', weight: 0.5, bandit: { policy: 'uniform' } },
  ],
  metrics: [{ metric: 'quality' }],
};

let folder: string;
let store: Store;
let runtime: Runtime;
let experiment: RoutedExperiment;

beforeAll(async () => {
  folder = await policyFolder();
  store = openMemoryStore();
  const environment = fixedEnvironment();
  const decisionLog = { maxQueue: 1_000, attributes: [] };
  runtime = await openTestRuntime({ store, environment, policyFolder: folder, decisionLog });
  const request = (i: number): Promise<unknown> => {
    environment.timeMs += 1_000;
    const { ticket } = runtime.decider.select(questionOf(), false);
    const attempt = {
      attempt: 0,
      status: 'success' as const,
      qualitySource: '',
      usage: { inputTokens: 1_000, outputTokens: 100 },
    };
    const judged = { ...attempt, quality: (i % 10) / 10, qualitySource: 'test' };
    return runtime.reporter.report(ACME, ticket, [i % UNJUDGED_EVERY === 0 ? attempt : judged]);
  };
  // What was decided before the start is none of the experiment's.
  for (let i = 0; i < 10; i++) await request(i);
  const run = await runtime.experiments.start({ entry, definition: definitionOf(entry) }, ACME, {
    actor: actor('ops'),
    reason: 'a test',
  });
  for (let i = 0; i < REQUESTS; i++) await request(i);
  await runtime.decisionLog!.flush();
  experiment = routedExperiment(run.started);
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true });
});

/** The same log, changed. */
async function logged(
  change: (record: DecisionRecord) => void,
): Promise<Pick<Store, 'outcomes' | 'decisions'>> {
  const { decisions } = openMemoryStore();
  for await (const { body, ...key } of store.decisions.range(0, Number.MAX_SAFE_INTEGER)) {
    const record = DecisionRecord.decode(body);
    change(record);
    await decisions.append([{ ...key, body: DecisionRecord.encode(record).finish() }]);
  }
  return { outcomes: store.outcomes, decisions };
}

it('counts each decision of the experiment once, and those without a quality apart', async () => {
  const groups = await routedModels(store, experiment);
  expect(groups).toHaveLength(2);
  const sum = (read: (group: (typeof groups)[number]) => number): number =>
    groups.reduce((total, group) => total + read(group), 0);
  expect(sum(({ withoutQuality }) => withoutQuality)).toBe(REQUESTS / UNJUDGED_EVERY);
  expect(sum(({ decisions }) => decisions)).toBe(REQUESTS - REQUESTS / UNJUDGED_EVERY);
  expect(sum(({ withoutPropensity }) => withoutPropensity)).toBe(0);
  expect(nothingToCompare(groups)).toBeUndefined();
  const uniform = groups[1]!.models;
  expect(uniform.length).toBeGreaterThan(1);
  for (const { supported } of uniform) expect(supported).toBe(groups[1]!.decisions);
});

it('says nothing of a log whose choices have no probability, and why', async () => {
  const without = await logged((record) => {
    for (const candidate of record.candidates) candidate.propensityQ16 = 0;
  });
  const groups = await routedModels(without, experiment);
  expect(groups.flatMap(({ models }) => models)).toEqual([]);
  expect(nothingToCompare(groups)).toBe(
    `there is no decision of the experiment to compare models on: ${REQUESTS} have no probability of their choice: nothing follows from them`,
  );
  const { decisions } = openMemoryStore();
  const nothing = await routedModels({ outcomes: store.outcomes, decisions }, experiment);
  expect(nothingToCompare(nothing)).toContain('none is in the decision log');
});

it('is refused where more is to be held than is allowed, with a way that is open', async () => {
  const asked = routedModels(store, experiment, 20);
  await expect(asked).rejects.toThrow(TooManyDecisions);
  await expect(asked).rejects.toThrow('compare on a backup');
});
