import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Availability, Impairment } from '../../../src/core/availability/breaker-state.js';
import { DEFAULT_AVAILABILITY } from '../../../src/core/availability/settings.js';
import { PROPENSITY_ONE } from '../../../src/core/bandit/propensity.js';
import type { ModelId } from '../../../src/core/registry/model.js';
import { deliberate, draw, type Deliberation } from '../../../src/core/selection/decide.js';
import type { DecisionSnapshot } from '../../../src/core/selection/snapshot.js';
import { START_MS } from '../../builders/learning.js';
import { modelEntry, ofModel, ruleEntry, smallPolicy, snapshotOf } from '../../builders/policy.js';
import { questionOf } from '../../builders/question.js';
import { chiSquared, chiSquaredLimit, sumOf } from '../../builders/statistics.js';

const MODELS = ['acme/a', 'acme/b', 'acme/c', 'borealis/d', 'borealis/e', 'cirrus/f'] as ModelId[];
const RETRY_AT_MS = START_MS + 5_000;
const OPEN: Impairment = { admitsProbe: false, retryAtMs: RETRY_AT_MS, reason: 'is open until then' };
const HALF_OPEN: Impairment = { admitsProbe: true, retryAtMs: START_MS + 1_000, reason: 'is half-open' };

const impaired = (
  entries: Readonly<Record<string, Impairment>>,
  alsoFailing: readonly ModelId[] = [],
): Availability => {
  const impairments = new Map(Object.entries(entries) as [ModelId, Impairment][]);
  return { impairments, failing: new Set([...impairments.keys(), ...alsoFailing]) };
};

let snapshot: DecisionSnapshot;
beforeAll(async () => {
  snapshot = snapshotOf(await smallPolicy({ models: MODELS.map((id) => modelEntry(id)) }));
});

const decide = (availability: Availability, on = snapshot): Deliberation =>
  deliberate(on, questionOf(), { nowMs: START_MS, explain: true, availability });
const ids = ({ candidates }: Deliberation): string[] => candidates.map(({ model }) => model.id);

describe('a model whose breaker is open', () => {
  it('is no candidate, and the explanation says until when', () => {
    const found = decide(impaired({ 'acme/a': OPEN }));
    expect(ids(found)).toEqual(MODELS.slice(1));
    expect(found.removals).toEqual([
      { model: 'acme/a', filter: 'availability', reason: 'is open until then' },
    ]);
    expect(sumOf(found.candidates.map(({ propensityQ16 }) => propensityQ16))).toBe(PROPENSITY_ONE);
    expect(found.retryAtMs).toBeUndefined();
  });

  it('leaves nobody where it was the last, and says when to ask again', () => {
    const all = Object.fromEntries(MODELS.map((id): [string, Impairment] => [id, OPEN]));
    const sooner = { ...OPEN, retryAtMs: RETRY_AT_MS - 1 };
    const found = decide(impaired({ ...all, 'cirrus/f': sooner }));
    expect(found).toMatchObject({ candidates: [], retryAtMs: RETRY_AT_MS - 1 });
  });

  it('is not what waiting helps against where another filter removes the model as well', async () => {
    const rules = [
      ruleEntry('no-a', 'exclude', { reason: 'no' }, { conditions: ofModel('acme/a') }),
      ruleEntry('only-acme', 'restrict', { models: ['acme/*'] }),
    ];
    const ruled = snapshotOf(
      await smallPolicy({ models: MODELS.slice(0, 2).map((id) => modelEntry(id)), rules }),
    );
    expect(decide(impaired({ 'acme/a': OPEN }), ruled).retryAtMs).toBeUndefined();
    const down = decide(impaired({ 'acme/a': OPEN, 'acme/b': OPEN }), ruled);
    expect(down).toMatchObject({ candidates: [], retryAtMs: RETRY_AT_MS });
    expect(down.removals.map(({ model, filter }) => [model, filter])).toEqual([
      ['acme/a', 'rule'],
      ['acme/b', 'availability'],
    ]);
  });

  it('is left alone where a rule pins it', async () => {
    const rules = [ruleEntry('pin', 'pin', { model: 'acme/a' })];
    const pinned = snapshotOf(await smallPolicy({ models: MODELS.map((id) => modelEntry(id)), rules }));
    expect(decide(impaired({ 'acme/a': OPEN }), pinned)).toMatchObject({
      candidates: [],
      retryAtMs: RETRY_AT_MS,
    });
  });
});

describe('a model whose breaker is half-open', () => {
  const probing = impaired({ 'cirrus/f': HALF_OPEN });

  it('has at least its share of choices, and the log says so', () => {
    const found = decide(probing);
    const probe = found.candidates.find(({ isProbe }) => isProbe)!;
    expect(probe.model.id).toBe('cirrus/f');
    const { share } = DEFAULT_AVAILABILITY.probes;
    expect(probe.propensityQ16).toBeGreaterThanOrEqual(Math.floor(share * PROPENSITY_ONE));
    const counts = new Map<string, number>();
    for (let seed = 0n; seed < 50_000n; seed++) {
      const { id } = draw(found, seed * 0x9e37_79b9n, 0).chain[0]!.model;
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    const observed = Float64Array.from(found.candidates, ({ model }) => counts.get(model.id) ?? 0);
    const logged = found.candidates.map(({ propensityQ16 }) => propensityQ16 / PROPENSITY_ONE);
    expect(chiSquared(observed, logged)).toBeLessThan(chiSquaredLimit(MODELS.length - 1));
  });

  it('is never a fallback, and its own fallbacks are of other providers', () => {
    const found = decide(impaired({ 'acme/a': HALF_OPEN }));
    let probes = 0;
    for (let seed = 0n; seed < 500n; seed++) {
      const [choice, first, ...others] = draw(found, seed * 0x9e37_79b9n, 4).chain;
      expect([first!, ...others].some(({ isProbe }) => isProbe)).toBe(false);
      if (!choice!.isProbe) continue;
      probes += 1;
      expect(first!.model.provider).not.toBe('acme');
    }
    expect(probes).toBeGreaterThan(0);
  });

  it('is chosen where it is the only one, without fallbacks', async () => {
    const lone = snapshotOf(await smallPolicy({ models: [modelEntry('acme/a')] }));
    const found = decide(impaired({ 'acme/a': HALF_OPEN }), lone);
    expect(draw(found, 1n, 4).chain).toMatchObject([{ isProbe: true, propensityQ16: PROPENSITY_ONE }]);
  });
});

describe('fallbacks', () => {
  const FAILING = 'failing';
  const anyAvailability = fc
    .array(fc.constantFrom(undefined, undefined, FAILING, OPEN, HALF_OPEN), { minLength: 6, maxLength: 6 })
    .map((list) => {
      const of = <T>(
        is: (one: (typeof list)[number]) => boolean,
        entry: (id: ModelId, i: number) => T,
      ): T[] => MODELS.flatMap((id, i) => (is(list[i]) ? [entry(id, i)] : []));
      const entries = of(
        (one) => typeof one === 'object',
        (id, i) => [id, list[i]] as const,
      );
      return impaired(
        Object.fromEntries(entries) as Record<string, Impairment>,
        of(
          (one) => one === FAILING,
          (id) => id,
        ),
      );
    });

  it('begin with a provider that is in no doubt, wherever there is one (property)', () => {
    fc.assert(
      fc.property(anyAvailability, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (availability, seed) => {
        const found = decide(availability);
        if (found.candidates.length === 0) return;
        const failing = (provider: string): number =>
          [...availability.failing].filter((id) => id.startsWith(`${provider}/`)).length;
        const [choice, ...chain] = draw(found, seed, 4).chain;
        const isInDoubt = ({ model: { provider } }: (typeof chain)[number]): boolean =>
          failing(provider) >= 2 || (choice!.isProbe === true && provider === choice!.model.provider);
        const firstInDoubt = chain.findIndex(isInDoubt);
        if (firstInDoubt >= 0) expect(chain.slice(firstInDoubt).every(isInDoubt)).toBe(true);
        const sound = found.candidates.filter(
          (candidate) => candidate !== choice && !candidate.isProbe && !isInDoubt(candidate),
        );
        if (sound.length > 0) expect(firstInDoubt).not.toBe(0);
      }),
    );
  });
});
