import { describe, expect, it } from 'vitest';
import { POLICY_CHECKS } from '../../../src/config/policy-schemas.js';
import { parsePriors } from '../../../src/core/bandit/parse-priors.js';
import { modelPriors, priorsAt } from '../../../src/core/bandit/priors.js';
import type { UseCase } from '../../../src/core/ids.js';
import type { Model, ModelId } from '../../../src/core/registry/model.js';

const models = ['acme/one', 'acme/two'].map((id) => ({ id: id as ModelId }) as Model);
const BASE = {
  quality: { mean: 0.75, strength: 2 },
  success: { mean: 0.98, strength: 20 },
  outputTokens: { median: 250, sigma: 1, strength: 4 },
  latencyMs: { median: 2500, sigma: 0.7, strength: 4 },
};

const parsed = (value: object) =>
  parsePriors({ file: 'priors.json', value: { default: BASE, ...value } }, POLICY_CHECKS.priors, { models });
const pathsOf = (value: object): string[] => {
  const result = parsed(value);
  return result.ok ? [] : result.faults.map(({ path }) => path).sort();
};

describe('parsePriors', () => {
  it('reads priors of use cases and levels', () => {
    const quality = (mean: number) => ({ models: { 'acme/one': { quality: { mean, strength: 9 } } } });
    const result = parsed({
      ...quality(0.1),
      levels: { high: quality(0.2) },
      useCases: { sql: { ...quality(0.3), levels: { low: quality(0.4) } } },
    });
    if (!result.ok) throw new Error('refused');
    const table = modelPriors(result.value, 'acme/one' as ModelId);
    const meanAt = (useCase: string, level?: 'low' | 'high') =>
      priorsAt(table, useCase as UseCase, level).quality.mean;
    expect([meanAt('chat'), meanAt('chat', 'low'), meanAt('chat', 'high')]).toEqual([0.1, 0.1, 0.2]);
    expect([meanAt('sql'), meanAt('sql', 'high'), meanAt('sql', 'low')]).toEqual([0.3, 0.3, 0.4]);
  });

  it('names every fault of the shape at its path', () => {
    const bad = { models: { 'acme/one': { quality: { mean: 1, strength: 2 } } } };
    expect(
      pathsOf({
        levels: { hihg: {}, low: bad },
        useCases: { sql: { ...bad, model: {} }, 'my-chat': { levels: { high: { ...bad, default: BASE } } } },
      }),
    ).toEqual([
      'levels.hihg',
      'levels.low.models["acme/one"].quality.mean',
      'useCases.sql.model',
      'useCases.sql.models["acme/one"].quality.mean',
      'useCases["my-chat"].levels.high.default',
      'useCases["my-chat"].levels.high.models["acme/one"].quality.mean',
    ]);
  });

  it('names every unknown model and impossible use case at its path', () => {
    const unknown = { models: { 'acme/onne': {} } };
    expect(
      pathsOf({
        ...unknown,
        levels: { medium: unknown },
        useCases: { 'SQL!': {}, sql: unknown, 'my-chat': { levels: { high: unknown } } },
      }),
    ).toEqual([
      'levels.medium.models["acme/onne"]',
      'models["acme/onne"]',
      'useCases.sql.models["acme/onne"]',
      'useCases["SQL!"]',
      'useCases["my-chat"].levels.high.models["acme/onne"]',
    ]);
  });

  it('takes a use case that is called like a member of every object', () => {
    expect(parsed({ useCases: { constructor: { models: { 'acme/one': {} } } } }).ok).toBe(true);
  });
});
