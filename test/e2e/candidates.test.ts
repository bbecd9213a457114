import { afterAll, beforeAll, expect, test } from 'vitest';
import { Modality, ModelStatus } from '../../src/gen/sextant/v1/model.js';
import { Filter } from '../../src/gen/sextant/v1/selection.js';
import { startServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { editJson, forUseCase, policyFolder, SOUND, writeRule } from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { ask } from './samples.js';

const UNPRICED = 'acme/unpriced';
const OFF = 'acme/off';
let sextant: Sextant;

beforeAll(async () => {
  const rulesPath = policyFolder([...SOUND, 'groq/llama-3.1-8b-instant']);
  writeRule(rulesPath, 'no-amazon', {
    conditions: {
      all: [
        forUseCase('no-amazon'),
        { fact: 'model', path: '$.provider', operator: 'equal', value: 'amazon' },
      ],
    },
    event: { type: 'exclude', params: { reason: 'has no contract' } },
  });
  writeRule(rulesPath, 'no-games', {
    conditions: forUseCase('games'),
    event: { type: 'reject', params: { reason: 'games are not paid for' } },
  });
  writeRule(rulesPath, 'cheap-first', {
    conditions: forUseCase('cheap'),
    event: { type: 'weigh', params: { quality: 0, cost: 1, latency: 0 } },
  });
  editJson(rulesPath, 'budgets.json', (value) => ({
    ...value,
    budgets: [{ id: 'tight', tenant: 'default', useCase: 'budgeted', averageUsdPerRequest: 0.001 }],
  }));
  // The premium tier has no cap: where money is limited in any way, an unpriced model is no candidate.
  editJson(rulesPath, 'tenants.json', (value) => ({
    ...value,
    tenants: { default: { tier: 'premium', tags: [] } },
  }));
  sextant = connect((await startServer({ rulesPath })).address);
  const model = {
    inputModalities: [Modality.TEXT],
    outputModalities: [Modality.TEXT],
    contextWindowTokens: 100_000n,
    maxOutputTokens: 4_000n,
    unpriced: true,
  };
  await sextant.createModel({ model: { ...model, id: UNPRICED } });
  await sextant.createModel({ model: { ...model, id: OFF, status: ModelStatus.DISABLED } });
});

afterAll(() => sextant.close());

const explained = async (useCase: string) => (await sextant.explain({ request: ask(useCase) })).explanation!;

test('where no model is left, the error names each one with the filter and the reason', async () => {
  const refusal = await refusalOf(
    sextant.select({
      ...ask('no-amazon'),
      requirements: { noneOf: ['tag:tier:standard'], minContextWindowTokens: 2_000_000n },
    }),
  );
  expect(refusal).toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'NO_CANDIDATE' });
  expect(refusal.message).toMatch(/^none of 6 models can take this request/);
  const named = refusal.preconditions.flatMap(({ subject }) => subject.split(', '));
  expect(named.sort()).toEqual([...SOUND, 'groq/llama-3.1-8b-instant', UNPRICED, OFF].sort());
  expect(refusal.preconditions.find(({ subject }) => subject === OFF)).toMatchObject({
    type: 'status',
    description: 'is disabled',
  });
});

test('a rule that removes the last models is named with its reason', async () => {
  const request = { ...ask('no-amazon'), requirements: { providers: ['amazon'] } };
  const { preconditions } = await refusalOf(sextant.select(request));
  expect(preconditions).toContainEqual({
    type: 'rule:no-amazon',
    subject: 'amazon/nova-lite',
    description: 'has no contract',
  });
});

test('a rule that rejects the request says so, and asks no model', async () => {
  expect(await refusalOf(sextant.select(ask('games')))).toMatchObject({
    code: 'FAILED_PRECONDITION',
    reason: 'REQUEST_REJECTED',
    preconditions: [{ type: 'rule', subject: 'no-games', description: 'games are not paid for' }],
  });
});

test('the explanation names the rules that fired, on which model, and what removed each', async () => {
  const { removals, firedRules, considered, candidates } = await explained('no-amazon');
  expect(considered).toBe(removals.length + candidates.length);
  expect(firedRules).toContainEqual({ ruleId: 'no-amazon', event: 'exclude', model: 'amazon/nova-lite' });
  expect(removals).toContainEqual({
    model: 'amazon/nova-lite',
    filter: Filter.RULE,
    ruleId: 'no-amazon',
    reason: 'has no contract',
  });
  expect(candidates.map(({ model }) => model)).not.toContain('amazon/nova-lite');

  const cheap = await explained('cheap');
  expect(cheap).toMatchObject({ weightsRuleId: 'cheap-first', weights: { quality: 0, cost: 1, latency: 0 } });
});

test('an image that is told by its size alone goes to models that read images', async () => {
  const { input, useCase } = ask('pictures');
  const request = { useCase, input: { ...input, images: [{ widthPx: 800, heightPx: 600 }] } };
  const { removals, candidates } = (await sextant.explain({ request })).explanation!;
  expect(candidates.length).toBeGreaterThan(0);
  expect(removals).toContainEqual(
    expect.objectContaining({ model: 'groq/llama-3.1-8b-instant', ruleId: 'capability-image-input' }),
  );
});

test('an unpriced model takes requests, but none that a budget limits', async () => {
  expect((await explained('free')).candidates.map(({ model }) => model)).toContain(UNPRICED);
  const budgeted = await explained('budgeted');
  expect(budgeted.budgetId).not.toBe('');
  expect(budgeted.removals.find(({ model }) => model === UNPRICED)).toMatchObject({
    filter: Filter.UNPRICED,
  });

  const decisions = await Promise.all(
    Array.from({ length: 60 }, () => sextant.select({ ...ask('budgeted'), maxFallbacks: 4 })),
  );
  const named = new Set(
    decisions.flatMap(({ choice, fallbacks }) => [choice!, ...fallbacks]).map(({ model }) => model),
  );
  expect(named).not.toContain(UNPRICED);
  expect(named.size).toBeGreaterThan(1);
});

test('over many selects of one request, each model is chosen as often as its propensity says', async () => {
  const selects = 1_000;
  const counts = new Map<string, number>();
  for (let taken = 0; taken < selects; taken += 50) {
    const items = Array.from({ length: 50 }, (_, i) => ({ id: String(i), request: ask('odds') }));
    for (const { outcome } of (await sextant.selectBatch({ items })).results) {
      const model = outcome?.$case === 'response' ? outcome.value.choice!.model : expect.fail();
      counts.set(model, (counts.get(model) ?? 0) + 1);
    }
  }
  for (const { model, propensity } of (await explained('odds')).candidates) {
    const sd = Math.sqrt((propensity * (1 - propensity)) / selects);
    expect(Math.abs((counts.get(model) ?? 0) / selects - propensity), model).toBeLessThan(
      5 * sd + 1 / 65_536,
    );
  }
});
