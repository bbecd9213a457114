import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { definitionOf, type ExperimentEntry } from '../../src/core/experiment/parse-experiments.js';
import type { DecisionId, TenantId } from '../../src/core/ids.js';
import { STAT } from '../../src/core/learning/arm-stats.js';
import { ExperimentSnapshot, LearningSnapshot } from '../../src/gen/sextant/storage/v1/storage.js';
import {
  verifyExperiments,
  type VerifiedExperiment,
} from '../../src/runtime/experiments/verify-experiments.js';
import type { RetentionSettings } from '../../src/runtime/retention.js';
import type { Runtime } from '../../src/runtime/runtime.js';
import { ephemeralTicketKeys } from '../../src/runtime/ticket-keys.js';
import { openMemoryStore } from '../../src/store/memory/memory-store.js';
import type { Store } from '../../src/store/ports.js';
import { policyFolder, writeJson } from '../builders/policy.js';
import { questionOf } from '../builders/question.js';
import { actor, fixedEnvironment, openTestRuntime, type FixedEnvironment } from '../builders/runtime.js';

const ACME = 'acme' as TenantId;
const KEYS = ephemeralTicketKeys();
const CHANGE = { actor: actor('ops'), reason: 'a test' };
const SNAPSHOT_EVERY = 50;
const USERS = 60;
const SNAPSHOT = ['experiment-fold', '1'] as const;

const entry: ExperimentEntry = {
  id: 'two',
  unit: 'attribute:user',
  arms: [
    { id: 'control', weight: 0.5 },
    { id: 'other', weight: 0.5, bandit: { policy: 'uniform' } },
  ],
  metrics: [{ metric: 'quality' }],
};

let store: Store;
let environment: FixedEnvironment;
let folder: string;
let runtime: Runtime;

const open = (retention?: RetentionSettings): Promise<Runtime> =>
  openTestRuntime({
    store,
    keys: KEYS,
    environment,
    policyFolder: folder,
    snapshotEveryOutcomes: SNAPSHOT_EVERY,
    ...(retention && { retention }),
  });
beforeEach(async () => {
  store = openMemoryStore();
  environment = fixedEnvironment();
  folder = await policyFolder();
  runtime = await open();
});
afterEach(async () => {
  await runtime.close();
  await rm(folder, { recursive: true });
});

let ids = 0;
const decisionIdAt = (timeMs: number): DecisionId => {
  const time = timeMs.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${(ids++).toString(16).padStart(12, '0')}` as DecisionId;
};

async function work(users: number): Promise<void> {
  for (let user = 0; user < users; user++) {
    environment.timeMs += 1_000;
    const { ticket } = runtime.decider.select(questionOf({ attributes: { user: `user-${user}` } }), false);
    const usage = { inputTokens: 1_000, outputTokens: 100 };
    const attempt = { attempt: 0, status: 'success' as const, quality: 0.7, qualitySource: 'test', usage };
    await runtime.reporter.report(ACME, ticket, [attempt]);
  }
}
const start = () => runtime.experiments.start({ entry, definition: definitionOf(entry) }, ACME, CHANGE);

async function verified(): Promise<VerifiedExperiment> {
  const [found] = await verifyExperiments(store, runtime.snapshot().policy);
  return found!;
}

/** Changes what was kept of the experiment, with a checksum that is right. */
async function damaged(change: (kept: ExperimentSnapshot) => void): Promise<void> {
  await runtime.experiments.close();
  const { body, revision } = (await store.documents.get(...SNAPSHOT))!;
  const kept = ExperimentSnapshot.decode(body);
  change(kept);
  await store.documents.put(...SNAPSHOT, ExperimentSnapshot.encode(kept).finish(), revision);
}

/** Changes what one arm believes. */
const believing = (change: (learning: LearningSnapshot) => void) => (kept: ExperimentSnapshot) => {
  const group = kept.groups[1]!;
  const learning = LearningSnapshot.decode(group.learning);
  change(learning);
  group.learning = Buffer.from(LearningSnapshot.encode(learning).finish());
};

const SOUND = { id: 'two', units: USERS, differences: [], isPartOnly: false, beliefs: 'equal' };

it('sums and beliefs of arms are those of a fold of the log, wherever they were kept', async () => {
  await work(20);
  await start();
  await work(USERS);
  expect(await verified()).toEqual(SOUND);
  await runtime.experiments.close();
  expect(await verified()).toEqual(SOUND);
});

it('damage of an arm’s counts is found, by the arm', async () => {
  await start();
  await work(USERS);
  await damaged(({ groups }) => (groups[0]!.decisions += 1n));
  expect((await verified()).differences).toEqual([
    expect.stringMatching(/^arm control: \d+ decisions are kept, \d+ are in the log$/),
  ]);
});

it.each([
  [
    'a sum of an arm',
    (learning: LearningSnapshot) => (learning.scopes[0]!.arms[0]!.sums[STAT.qualityX]! *= 1.001),
  ],
  ['an arm that is missing', (learning: LearningSnapshot) => learning.scopes[0]!.arms.pop()],
  ['a landmark', (learning: LearningSnapshot) => (learning.landmarksMs[0]! += 1_000)],
])('damage of what an arm believes is found, by the arm: %s', async (_, change) => {
  await work(20);
  await start();
  await work(USERS);
  await damaged(believing(change));
  const { differences, beliefs } = await verified();
  expect(beliefs).toBe('differ');
  expect(differences).toEqual([expect.stringMatching(/^beliefs of arm other: \d+ sums differ, such as /)]);
});

it('beliefs that were made anew under other half-lives are those of a fold as well', async () => {
  await work(20);
  await start();
  await work(USERS);
  const { halfLifeHours, ...rest } = runtime.snapshot().policy.settingsJson.bandit as {
    halfLifeHours: object;
  };
  await writeJson(folder, 'bandit.json', { ...rest, halfLifeHours: { ...halfLifeHours, quality: 24 } });
  expect(await runtime.policies.reload()).toEqual([]);
  await work(USERS);
  await runtime.experiments.close();
  expect(await verified()).toEqual(SOUND);
});

it('arms that began with outcomes that have left the log are held against what stands for these', async () => {
  await work(20);
  // Decisions carry the time, by which retention tells those that nobody reports on any more.
  Object.assign(environment, { newDecisionId: () => decisionIdAt(environment.timeMs) });
  await runtime.close();
  runtime = await open({ outcomeKeepMs: 1, everyMs: 20 });
  environment.timeMs += 30 * 86_400_000;
  await expect.poll(() => store.outcomes.base(), { timeout: 30_000 }).toBe(40);
  await runtime.close();
  runtime = await open();
  await start();
  await work(USERS);
  await runtime.experiments.close();
  expect(await verified()).toEqual(SOUND);
  // The log cannot tell damage from arms that were made anew later, and verify says that it does not know.
  await damaged(believing((learning) => (learning.scopes[0]!.arms[0]!.sums[STAT.qualityX]! *= 1.001)));
  expect(await verified()).toMatchObject({ differences: [], beliefs: 'unknown' });
});

it('one that has ended has no beliefs to hold against anything', async () => {
  await start();
  await work(USERS);
  await runtime.experiments.stop('two', ACME, undefined, CHANGE);
  expect(await verified()).toEqual({ ...SOUND, beliefs: 'none' });
});
