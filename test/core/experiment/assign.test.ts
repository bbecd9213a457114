import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { grow, NO_ALLOCATION } from '../../../src/core/experiment/allocation.js';
import {
  assign,
  covers,
  unitOf,
  type Assignable,
  type PositionOf,
} from '../../../src/core/experiment/assign.js';
import type { ExperimentDefinition } from '../../../src/core/experiment/definition.js';
import { exposureFromBytes, exposureToBytes } from '../../../src/core/experiment/exposure.js';
import type { TenantId, UseCase } from '../../../src/core/ids.js';
import { allocationOf, definitionOf } from '../../builders/experiment.js';
import { chiSquared, chiSquaredLimit } from '../../builders/statistics.js';

const position: PositionOf = (...names) =>
  Number(createHash('sha256').update(names.join('\0')).digest().readBigUInt64BE(0) >> 11n);
const ACME = 'acme' as TenantId;

const running = (changes: Partial<ExperimentDefinition> = {}, ramp = 1): Assignable => {
  const definition = definitionOf(changes);
  const shares = definition.arms.map(({ weight }) => ramp * weight);
  return { number: 3, definition, tenant: ACME, allocation: grow(NO_ALLOCATION, shares) };
};
const drawn = (experiment: Assignable, unit: string, attributes = {}) =>
  assign(experiment, { tenant: ACME, attributes }, { unit, position });
const users = Array.from({ length: 6_000 }, (_, i) => `user-${i}`);

describe('assignment', () => {
  it('splits units by the weights', () => {
    const experiment = running({
      arms: [
        { id: 'control', weight: 0.6, change: {} },
        { id: 'treatment', weight: 0.4, change: {} },
      ],
    });
    const counts = [0, 0];
    for (const user of users) counts[drawn(experiment, user)!.group]! += 1;
    expect(chiSquared(counts, [0.6, 0.4])).toBeLessThan(chiSquaredLimit(1));
  });

  it('of one experiment says nothing of that of another: salts draw anew', () => {
    const [one, other] = [running(), running({ salt: 'another' })];
    const counts = [0, 0, 0, 0];
    for (const user of users) counts[2 * drawn(one, user)!.group + drawn(other, user)!.group]! += 1;
    expect(chiSquared(counts, [0.25, 0.25, 0.25, 0.25])).toBeLessThan(chiSquaredLimit(3));
  });

  it('stays under a ramp: who is in stays in the same arm', () => {
    const [small, large] = [running({}, 0.1), running()];
    const ramped = { ...large, allocation: grow(small.allocation, [0.5, 0.5]) };
    const early = users.filter((user) => drawn(small, user) !== undefined);
    expect(early.length).toBeGreaterThan(400);
    for (const user of early) expect(drawn(ramped, user)!.group).toBe(drawn(small, user)!.group);
    expect(users.every((user) => drawn(ramped, user) !== undefined)).toBe(true);
  });

  it('keeps slices of one layer apart', () => {
    const [left, right] = [
      running({ slice: { from: 0, to: 0.5 } }),
      running({ slice: { from: 0.5, to: 1 } }),
    ];
    for (const user of users)
      expect([left, right].filter((each) => drawn(each, user) !== undefined)).toHaveLength(1);
  });

  it('takes the unit from the request, and none where it does not tell it', () => {
    const question = { tenant: ACME, attributes: { user: 'u1', empty: '' } };
    const of = (unit: ExperimentDefinition['unit'], allTenants = false) =>
      unitOf({ unit, allTenants }, question, 'decision');
    expect(of({ kind: 'attribute', name: 'user' })).toBe('u1');
    expect(of({ kind: 'attribute', name: 'user' }, true)).toBe('acme\u0000u1');
    expect(of({ kind: 'attribute', name: 'empty' })).toBeUndefined();
    expect(of({ kind: 'attribute', name: 'constructor' })).toBeUndefined();
    expect(of({ kind: 'tenant' })).toBe('acme');
    expect(of({ kind: 'request' })).toBe('decision');
  });

  it('carries a covariate that is a number, and no other', () => {
    const experiment = running({ covariate: { attribute: 'before', missing: 0 } });
    expect(drawn(experiment, 'user-1', { before: ' 0.75 ' })!.covariate).toBe(0.75);
    for (const before of ['', 'much', 'NaN', '1e99'])
      expect(drawn(experiment, 'user-1', { before })!.covariate).toBeUndefined();
  });

  it('covers its tenant and use cases alone', () => {
    const experiment = running({ useCases: ['chat' as UseCase] });
    const asked = (tenant: string, useCase: string) =>
      covers(experiment, { tenant: tenant as TenantId, useCase: useCase as UseCase });
    expect([asked('acme', 'chat'), asked('other', 'chat'), asked('acme', 'sql')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(
      covers(
        { ...experiment, definition: definitionOf({ allTenants: true }) },
        { tenant: 'other' as TenantId, useCase: 'x' as UseCase },
      ),
    ).toBe(true);
    expect(allocationOf(definitionOf()).shares).toEqual([[0.5, 0.5]]);
  });
});

describe('an exposure', () => {
  it('comes back from its bytes', () => {
    const exposure = { experiment: 65_535, group: 255, phase: 7, position: 2 ** 53 - 1 };
    expect(exposureFromBytes(exposureToBytes(exposure))).toEqual(exposure);
    expect(exposureToBytes({ ...exposure, covariate: 1.5 })).toHaveLength(15);
    expect(exposureFromBytes(exposureToBytes(undefined))).toBeUndefined();
    expect(() => exposureFromBytes(Buffer.alloc(5))).toThrow('5 bytes');
  });
});
