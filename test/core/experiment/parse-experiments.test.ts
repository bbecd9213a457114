import { afterAll, describe, expect, it } from 'vitest';
import { rm } from 'node:fs/promises';
import { loadPolicy } from '../../../src/config/load-policy.js';
import { armSettings, splitBudgets } from '../../../src/core/experiment/arm-settings.js';
import { overlapFault } from '../../../src/core/experiment/overlap.js';
import type { UseCase } from '../../../src/core/ids.js';
import { definitionOf } from '../../builders/experiment.js';
import { policyFolder, smallPolicy } from '../../builders/policy.js';

const entry = (changes: object = {}) => ({
  id: 'one',
  unit: 'attribute:user',
  arms: [
    { id: 'control', weight: 0.5 },
    { id: 'treatment', weight: 0.5 },
  ],
  metrics: [{ metric: 'quality' }],
  ...changes,
});
const arm = (change: object) => [
  { id: 'control', weight: 0.5 },
  { id: 'treatment', weight: 0.5, ...change },
];

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

async function faultsOf(...experiments: readonly object[]): Promise<string[]> {
  const folder = await policyFolder({
    experiments,
    budgets: [{ id: 'team', averageUsdPerRequest: 0.01 }],
    prompts: [
      { id: 'terse', useCase: 'chat', status: 'active', model: 'acme/small', system: 'Be brief.' },
      { id: 'draft', useCase: 'chat', status: 'draft', system: 'Be kind.' },
    ],
  });
  folders.push(folder);
  const { policy } = await loadPolicy(folder);
  return policy.ok ? [] : policy.faults.map(({ file, path, reason }) => `${file} ${path}: ${reason}`);
}

describe('rules/experiments.json', () => {
  it('is part of the policy, with its defaults filled in', async () => {
    const { experiments } = await smallPolicy({ experiments: [entry()] });
    expect(experiments[0]!.definition).toMatchObject({
      id: 'one',
      salt: 'one',
      layer: 'default',
      slice: { from: 0, to: 1 },
      unit: { kind: 'attribute', name: 'user' },
      control: 'control',
      holdout: 0,
      ramp: 1,
      alpha: 0.05,
      minimumUnits: 200,
      plannedUnits: 2_000,
    });
    expect((await smallPolicy()).experiments).toEqual([]);
  });

  it('takes sound changes of arms', async () => {
    expect(
      await faultsOf(
        entry({
          useCases: ['chat'],
          arms: arm({
            model: 'acme/small',
            promptVariant: 'terse',
            budgets: { team: { averageUsdPerRequest: 0.02 } },
          }),
        }),
        entry({ id: 'two', useCases: ['other'], arms: arm({ bandit: { exploration: { floor: 0.01 } } }) }),
      ),
    ).toEqual([]);
  });

  it.each([
    [{ arms: arm({ weight: 0.4 }) }, 'arms: weights sum to 0.9, and must sum to 1'],
    [{ holdout: 0.1 }, 'arms: weights and the holdout sum to 1.1, and must sum to 1'],
    [{ arms: arm({ id: 'control' }) }, 'arms[1].id: "control" is there twice'],
    [{ arms: arm({ id: 'holdout' }) }, 'arms[1].id: "holdout" is kept for the holdout'],
    [{ control: 'contrl' }, 'control: "contrl" is no arm of this experiment'],
    [
      { metrics: [{ metric: 'quality' }, { metric: 'quality' }] },
      'metrics[1].metric: "quality" is there twice',
    ],
    [{ metrics: [{ metric: 'quality', capMs: 5 }] }, 'metrics[0].capMs: is for latency, not for quality'],
    [
      { guardrails: [{ metric: 'cost', worseBy: 1 }] },
      'guardrails[0].metric: "cost" is not among the metrics, and is not measured',
    ],
    [{ slice: { from: 0.5, to: 0.5 } }, 'slice: holds nothing: from, 0.5, must be below to, 0.5'],
    [{ unit: 'tenant' }, 'unit: one tenant cannot be split: units are tenants only where tenants is "all"'],
    [{ arms: arm({ model: 'acme/smal' }) }, 'arms[1].model: "acme/smal" is no model here'],
    [
      { useCases: ['chat'], arms: arm({ promptVariant: 'none' }) },
      'arms[1].promptVariant: "none" is no prompt variant here',
    ],
    [
      { useCases: ['chat'], arms: arm({ promptVariant: 'draft' }) },
      'arms[1].promptVariant: "draft" is draft: approve it first',
    ],
    [
      { arms: arm({ promptVariant: 'terse' }) },
      'arms[1].promptVariant: "terse" is of use case chat: the experiment must be about it alone',
    ],
    [
      { useCases: ['chat'], arms: arm({ model: 'acme/large', promptVariant: 'terse' }) },
      'arms[1].promptVariant: "terse" is for no model but others than acme/large',
    ],
    [{ arms: arm({ budgets: { crew: {} } }) }, 'arms[1].budgets.crew: is no budget of budgets.json'],
    [
      { arms: arm({ policyVersion: '0123456789', bandit: {} }) },
      'arms[1].policyVersion: has settings of its own: bandit and budgets cannot be changed beside it',
    ],
  ])('refuses %j', async (changes, expected) => {
    expect(await faultsOf(entry(changes))).toContain(`experiments.json experiments[0].${expected}`);
  });

  it('refuses settings that bandit.json could not have, and two of one id', async () => {
    const [fault] = await faultsOf(entry({ arms: arm({ bandit: { exploration: { floor: 2 } } }) }));
    expect(fault).toMatch(/^experiments\.json experiments\[0\]\.arms\[1\]\.bandit\.exploration\.floor: /);
    expect(await faultsOf(entry(), entry())).toEqual([
      'experiments.json experiments[1].id: "one" is already the id of experiments[0]',
    ]);
  });
});

describe('two experiments', () => {
  const other = definitionOf({ id: 'other' });
  it('may be about other requests, or hold other slices of one layer', () => {
    expect(
      overlapFault(
        definitionOf({ useCases: ['a' as UseCase] }),
        { ...other, useCases: ['b' as UseCase] },
        true,
      ),
    ).toBeUndefined();
    expect(overlapFault(definitionOf(), other, false)).toBeUndefined();
    expect(
      overlapFault(
        definitionOf({ slice: { from: 0, to: 0.5 } }),
        { ...other, slice: { from: 0.5, to: 1 } },
        true,
      ),
    ).toBeUndefined();
  });

  it.each([
    [{}, 'slice', 'overlap from 0 to 1'],
    [{ layer: 'a' }, 'layer', 'different layers'],
    [{ unit: { kind: 'request' } as const }, 'unit', 'different units'],
    [{ allTenants: true }, 'tenants', 'only one of them is about all tenants'],
  ])('may not share a request: with %j the fault is of %s', (changes, path, reason) => {
    const fault = overlapFault(definitionOf(changes), other, !('allTenants' in changes));
    expect(fault).toEqual({ path, reason: expect.stringContaining(reason) as string });
  });

  it('of one file are refused at the second', async () => {
    expect(await faultsOf(entry(), entry({ id: 'two' }))).toEqual([
      'experiments.json experiments[1].slice: "two" and "one" are about the same requests: their slices of layer "default" overlap from 0 to 1',
    ]);
  });
});

describe('what an arm changes', () => {
  it('is merged into the files’ settings, member by member', async () => {
    const { settingsJson, bandit } = await smallPolicy({
      budgets: [{ id: 'team', averageUsdPerRequest: 0.01 }],
    });
    const checks = { bandit: () => [], budgets: () => [] };
    const settings = armSettings(
      settingsJson,
      { bandit: { weights: { cost: 0.5 } }, budgets: { team: { averageUsdPerRequest: 0.02 } } },
      checks,
    );
    if (!settings.ok) throw new Error('refused');
    expect(settings.value.bandit.weights.cost).toBeCloseTo(0.5 / 1.3, 10);
    expect(settings.value.bandit.halfLives).toEqual(bandit.halfLives);
    expect(settings.value.budgets[0]!.averageNanoUsdPerRequest).toBe(20_000_000);
    expect(splitBudgets(settings.value.budgets, 0.5, '~1.0')[0]!.id).toBe('team~1.0');
  });

  it('splits a period’s money so that arms and the rest have no more than all', async () => {
    const period = { usd: 10, every: 'day', timeZone: 'UTC', onExhausted: 'stop' };
    const { budgets } = await smallPolicy({ budgets: [{ id: 'team', period }] });
    const limits = [0.3, 0.3, 0.4].map((share) => splitBudgets(budgets, share, '')[0]!.period!.limitNanoUsd);
    expect(limits.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(10e9);
    expect(limits[0]).toBeCloseTo(3e9, -1);
  });
});
