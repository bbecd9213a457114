import { expect, it } from 'vitest';
import { memorySums } from '../../src/core/learning/residual-sums.js';
import { LearningBase } from '../../src/gen/sextant/storage/v1/storage.js';
import { decodeBase, encodeBase } from '../../src/store/learning-base-codec.js';
import { ARM, taught, TENANT } from '../builders/linear-learning.js';
import { furthest, readings, START_MS } from '../builders/learning.js';
import type { UseCase } from '../../src/core/ids.js';

const QUALITY_RESIDUALS = 18;

const learned = () =>
  taught([
    { quality: 0.4, predicted: 0.9 },
    { quality: 0.6, predicted: 0.9 },
    { tokens: 300, predicted: 200, timeMs: START_MS + 5_000 },
  ]);

/** What the fold before this one wrote of the same outcomes: residuals of quality behind each row of a scope. */
function asV5(bytes: Uint8Array): Uint8Array {
  const base = LearningBase.decode(bytes);
  const residuals = base.sums!.scopes.flatMap(({ residuals: rows }) => rows)[0]!.sums;
  const rowOf = (sums: readonly number[]): number[] => [...sums, ...residuals.slice(0, QUALITY_RESIDUALS)];
  base.algorithm = 'v5';
  base.sums!.foldVersion = base.sums!.foldVersion.replace(/^v\d+/, 'v5');
  base.sums!.scopes = base.sums!.scopes.map((scope) => ({
    ...scope,
    arms: scope.arms.map((row) => ({ ...row, sums: rowOf(row.sums) })),
    residuals: [],
  }));
  return LearningBase.encode(base).finish();
}

it('a base is read as it was', () => {
  const state = learned();
  const read = decodeBase(encodeBase(state));
  expect(furthest(readings(read, START_MS), readings(state, START_MS))).toBe(0);
});

it('a base of the fold before is read, with the residuals that it had', () => {
  const state = learned();
  const read = decodeBase(asV5(encodeBase(state)));
  expect(read.version).toBe(state.version);
  const [was, is] = [state, read].map((each) => each.useCase(TENANT, 'chat' as UseCase)!);
  expect(is!.arms.get(ARM)).toEqual(was!.arms.get(ARM));
  const [before, after] = [was!.residuals.get(ARM)!, is!.residuals.get(ARM)!];
  expect(memorySums(after, 'quality', 2)).toEqual(memorySums(before, 'quality', 2));
  expect(memorySums(before, 'tokens', 2).weight).toBeGreaterThan(0);
  expect(memorySums(after, 'tokens', 2)).toEqual({ weight: 0, residual: 0, squares: 0 });
});

it('a base that is cut short or damaged is refused by name, or reads as something else, and never otherwise', () => {
  const bytes = encodeBase(learned());
  const codeOf = (changed: Uint8Array): string | undefined => {
    try {
      decodeBase(changed);
      return 'read';
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };
  for (let at = 0; at < bytes.length; at += 7) {
    const flipped = Uint8Array.from(bytes);
    flipped[at]! ^= 0x55;
    const seen = [codeOf(flipped), codeOf(bytes.subarray(0, at))];
    for (const code of seen) expect(['STORE_CORRUPT', 'STORE_NEWER', 'read']).toContain(code);
  }
});

it('a base of any other fold is refused, and which it is said', () => {
  const base = LearningBase.decode(encodeBase(learned()));
  expect(() => decodeBase(LearningBase.encode({ ...base, algorithm: 'v4' }).finish())).toThrow(
    expect.objectContaining({
      code: 'STORE_NEWER',
      message: expect.stringContaining('as v4') as string,
    }) as Error,
  );
});
