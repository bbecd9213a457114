import { afterAll, beforeAll, expect, test } from 'vitest';
import { OutcomeStatus } from '../../src/gen/sextant/v1/outcome.js';
import { startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { editJson, policyFolder, SOUND } from './policy-folder.js';
import { ask } from './samples.js';

/** A model that answers this kind of question well, among two that mostly do not. */
const BEST = 'google/gemini-2.5-flash';
const USE_CASE = 'capitals';
const ROUNDS = 200;

let server: BuiltServer;
let sextant: Sextant;

beforeAll(async () => {
  const rulesPath = policyFolder(SOUND);
  // Models that were never tried would get their share of the draws that are counted here.
  editJson(rulesPath, 'bandit.json', (value) => ({
    ...value,
    exploration: { floor: 0, newcomerShare: 0, newcomerPulls: 20 },
  }));
  server = await startServer({ rulesPath });
  sextant = connect(server.address);
});

afterAll(() => sextant.close());

/** One round of a caller's life: ask which model, call it, say how it went. */
async function round(i: number): Promise<{ model: string; propensity: number }> {
  const { choice, ticket, propensity } = await sextant.select(ask(USE_CASE));
  const isGood = choice!.model === BEST ? i % 10 !== 0 : i % 5 === 0;
  await sextant.report({
    ticket,
    attempts: [{ status: OutcomeStatus.SUCCESS, quality: isGood ? 1 : 0, costNanoUsd: 50_000n }],
  });
  return { model: choice!.model, propensity };
}

async function shareOfBest(selects: number): Promise<number> {
  const decisions = await Promise.all(Array.from({ length: selects }, () => sextant.select(ask(USE_CASE))));
  return decisions.filter(({ choice }) => choice?.model === BEST).length / selects;
}

const qualities = async () => {
  const { posteriors } = await sextant.listPosteriors({ useCase: USE_CASE });
  return new Map(posteriors.map(({ model, quality }) => [model, quality!]));
};

test('a decision names a model, the odds it was chosen at, and fallbacks of the same policy', async () => {
  const decision = await sextant.select(ask(USE_CASE));
  expect(SOUND).toContain(decision.choice!.model);
  expect(decision.decisionId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  expect([decision.choice!, ...decision.fallbacks].map(({ model }) => model).sort()).toEqual([...SOUND]);
  expect(decision.fallbacks.map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(decision.ticket.length).toBeLessThanOrEqual(512);
  expect(decision.reason).toContain(decision.choice!.model);
  expect(decision.policyVersion).toBe((await sextant.activePolicy({})).version);
});

test('a report moves the belief about the model that answered, and no other', async () => {
  expect((await qualities()).size).toBe(0);
  const { choice, ticket } = await sextant.select(ask(USE_CASE));
  await sextant.report({ ticket, attempts: [{ quality: 1, qualitySource: 'test' }] });
  const after = await qualities();
  expect([...after.keys()]).toEqual([choice!.model]);
  expect(after.get(choice!.model)!.observations).toBeCloseTo(1, 3);
  expect(after.get(choice!.model)!.mean).toBeGreaterThan(choice!.expectedQuality);
});

test('after 200 rounds the better model is chosen mostly, and the beliefs say why', async () => {
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push(await round(i));
  for (const { propensity } of rounds) {
    expect(propensity).toBeGreaterThan(0);
    expect(propensity).toBeLessThanOrEqual(1);
  }
  expect(await shareOfBest(50)).toBeGreaterThan(0.8);
  const beliefs = await qualities();
  for (const [model, { low, mean, high }] of beliefs) {
    expect(low).toBeLessThan(mean);
    expect(mean).toBeLessThan(high);
    if (model !== BEST) expect(mean).toBeLessThan(beliefs.get(BEST)!.mean);
  }
  // One outcome of the test before, then an execution and a quality each.
  const { stateSequence } = await sextant.listPosteriors({});
  expect(stateSequence).toBe(BigInt(1 + 2 * ROUNDS));
});

test('the propensities of all candidates sum to one, and Explain shows them without deciding', async () => {
  const { explanation } = await sextant.explain({ request: ask(USE_CASE) });
  const odds = explanation!.candidates.map(({ propensity }) => propensity);
  expect(odds.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
  expect(odds).toEqual([...odds].sort((a, b) => b - a));
  expect(explanation!.candidates[0]!.model).toBe(BEST);
  const { stateSequence } = await sextant.listPosteriors({});
  expect(explanation!.stateSequence).toBe(stateSequence);
});

test('a restart forgets nothing: beliefs and choices are as before', async () => {
  const before = await sextant.listPosteriors({});
  sextant.close();
  await server.restart();
  sextant = connect(server.address);
  const after = await sextant.listPosteriors({});
  expect(after.stateSequence).toBe(before.stateSequence);
  expect(after.posteriors.map(({ model, quality }) => [model, quality!.mean.toFixed(4)])).toEqual(
    before.posteriors.map(({ model, quality }) => [model, quality!.mean.toFixed(4)]),
  );
  expect(await shareOfBest(50)).toBeGreaterThan(0.8);
});
