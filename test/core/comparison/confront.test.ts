import { describe, expect, it } from 'vitest';
import { ask, confront, type ConfrontedRequest } from '../../../src/core/comparison/confront.js';
import type { DecisionSnapshot } from '../../../src/core/selection/snapshot.js';
import { START_MS } from '../../builders/learning.js';
import {
  modelEntry,
  ofModel,
  ruleEntry,
  smallPolicy,
  snapshotOf,
  type PolicyParts,
} from '../../builders/policy.js';
import { questionOf } from '../../builders/question.js';

const request = (changes: Partial<ConfrontedRequest['question']> = {}): ConfrontedRequest => ({
  question: questionOf(changes),
  options: { nowMs: START_MS },
  knowsParameters: true,
});

const snapshotWith = async (parts: PolicyParts = {}): Promise<DecisionSnapshot> =>
  snapshotOf(await smallPolicy(parts));

/** The small policy held against one with these parts. */
async function confronted(parts: PolicyParts, of = request()) {
  return confront(await snapshotWith(parts), of, ask(await snapshotWith(), of).answer);
}

describe('a request under another policy', () => {
  it('is answered alike by the same policy', async () => {
    expect(await confronted({})).toMatchObject({ difference: 'none', changedShare: 0, losses: [] });
  });

  it('loses candidates to a rule, which is named', async () => {
    const rules = [
      ruleEntry('no-acme-large', 'exclude', { reason: 'dear' }, { conditions: ofModel('acme/large') }),
    ];
    expect(await confronted({ rules })).toMatchObject({
      difference: 'candidates',
      gone: ['acme/large'],
      losses: [{ cause: 'rule no-acme-large', arms: 1 }],
    });
  });

  it('is refused by a rule, or where nobody is left', async () => {
    const rules = [ruleEntry('closed', 'reject', { reason: 'closed' })];
    expect(await confronted({ rules })).toMatchObject({
      difference: 'refused',
      losses: [{ cause: 'rule closed', arms: 4 }],
    });
  });

  it('loses models that the other registry does not have, and those that a filter removes', async () => {
    const models = [modelEntry('acme/small', { contextWindowTokens: 500, maxOutputTokens: 100 })];
    const { losses } = await confronted({ models });
    expect(losses).toEqual([
      { cause: 'not in the registry', arms: 3 },
      { cause: 'filter context_window', arms: 1 },
    ]);
  });

  it('has other weights where a rule of the other policy weighs', async () => {
    const rules = [ruleEntry('thrift', 'weigh', { quality: 1, cost: 9, latency: 0 })];
    expect((await confronted({ rules })).otherWeights).toBe(true);
  });

  it('is refused without the parameters that a prompt of the other policy needs, unless nobody knows them', async () => {
    const prompts = [
      {
        id: 'brief',
        useCase: 'chat',
        model: 'acme/small',
        system: 'Answer {{name}} briefly.',
        parameters: { name: {} },
        status: 'active',
      },
    ];
    const refused = await confronted({ prompts });
    expect(refused.difference).toBe('refused');
    expect(refused.losses[0]!.cause).toContain('prompt_parameters["name"] is required by prompt brief');
    const logged = { ...request(), knowsParameters: false };
    const found = await confronted({ prompts }, logged);
    expect(found).toMatchObject({
      difference: 'candidates',
      gone: ['acme/small'],
      come: ['acme/small (brief v1)'],
    });
  });
});
