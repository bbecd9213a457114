import { describe, expect, it } from 'vitest';
import { driftOf, type Drift } from '../../../src/core/bandit/drift.js';
import type { UseCase } from '../../../src/core/ids.js';
import { STAT } from '../../../src/core/learning/arm-stats.js';
import type { LearningState } from '../../../src/core/learning/learning-state.js';
import { ARM, repeated, taught, TENANT, type Lesson } from '../../builders/linear-learning.js';
import { START_MS } from '../../builders/learning.js';

const NOISE = 0.02;
const SECOND_MS = 1000;

/** One lesson a second, from a second on. */
const paced = (lessons: readonly Lesson[], from = 0): Lesson[] =>
  lessons.map((lesson, i) => ({ ...lesson, timeMs: START_MS + (from + i) * SECOND_MS }));

function driftIn(state: LearningState, nowSecond: number, noise = NOISE): Drift | undefined {
  const nowMs = START_MS + nowSecond * SECOND_MS;
  const { arms, residuals } = state.useCase(TENANT, 'chat' as UseCase)!;
  return driftOf(residuals.get(ARM)!, {
    metric: 'quality',
    known: arms.get(ARM)![STAT.qualityW]! * state.readFactor('quality', nowMs),
    noise,
    factorOf: (memory) => state.readFactor(memory, nowMs),
  });
}

/** As predicted, but for noise that cancels out. */
const settled = (count: number): Lesson[] =>
  Array.from({ length: count }, (_, i) => ({ predicted: 0.9, quality: i % 2 === 0 ? 0.95 : 0.85 }));
const fallen = (count: number): Lesson[] => repeated(count, { predicted: 0.9, quality: 0.5 });

describe('drift of an arm’s quality', () => {
  it('is none while outcomes are as predicted', () => {
    expect(driftIn(taught(paced(settled(600))), 600)).toBeUndefined();
  });

  it('is seen within twenty outcomes of a fall by 0.4, and is nearly as large', () => {
    const drift = driftIn(taught(paced([...settled(600), ...fallen(20)])), 620);
    expect(drift!.shift).toBeGreaterThan(-0.42);
    expect(drift!.shift).toBeLessThan(-0.25);
    expect(drift!.z).toBeLessThan(-4);
  });

  it('is seen upwards too', () => {
    const risen = repeated(20, { predicted: 0.5, quality: 0.9 });
    const before = repeated(600, { predicted: 0.5, quality: 0.5 });
    expect(driftIn(taught(paced([...before, ...risen])), 620)!.shift).toBeGreaterThan(0.25);
  });

  it('fades when the arm is no longer tried, and leaves more doubt', () => {
    const state = taught(paced([...settled(600), ...fallen(20)]));
    const [soon, late] = [driftIn(state, 620)!, driftIn(state, 710)!];
    expect(Math.abs(late.shift)).toBeLessThan(Math.abs(soon.shift) / 2);
    expect(late.variance).toBeGreaterThan(soon.variance);
    expect(late.variance).toBeLessThanOrEqual(NOISE / 0.1);
  });

  it('is seen by the shortest memory where ten outcomes come in its time', () => {
    expect(driftIn(taught(paced([...settled(600), ...fallen(10)])), 610)!.memory).toBe('seconds12');
  });

  it('is held by what the longer memory has of the time since, after the shorter one has faded', () => {
    const state = taught(paced([...settled(600), ...fallen(100)]));
    const [soon, late] = [driftIn(state, 700)!, driftIn(state, 1_000)!];
    expect(soon.memory).toBe('seconds72');
    expect(soon.shift).toBeCloseTo(-0.4, 1);
    expect(late.shift).toBeCloseTo(-0.4, 1);
    // Of the outcomes 100 s and less ago, as 72 s halves them: (1 − 2^(−100/72)) ÷ (1 − 2^(−1/72)), noise of the rest aside.
    const since = (1 - 2 ** (-100 / 72)) / (1 - 2 ** (-1 / 72));
    expect(NOISE / soon.variance).toBeGreaterThan(0.9 * since);
    expect(NOISE / soon.variance).toBeLessThan(1.1 * since);
    expect((late.variance * (1 / 2) ** (300 / 72)) / soon.variance).toBeCloseTo(1, 1);
  });

  it('is over once the memory that tells the shift is empty, though the longer one is still sure', () => {
    const state = taught(paced([...settled(600), ...fallen(20)]));
    for (const second of [4_220, 100_000]) expect(driftIn(state, second)).toBeUndefined();
  });

  it('never makes a quality less sure than a coin', () => {
    const noise = 0.2;
    const state = taught(paced([...settled(600), ...fallen(200)]));
    const seconds = Array.from({ length: 200 }, (_, i) => 800 + 20 * i);
    const variances = seconds.flatMap((second) => driftIn(state, second, noise)?.variance ?? []);
    expect(Math.max(...variances)).toBe(0.25);
  });

  it('is over once outcomes are as predicted again', () => {
    const state = taught(paced([...settled(600), ...fallen(30), ...settled(600)]));
    expect(Math.abs(driftIn(state, 1_230)?.shift ?? 0)).toBeLessThan(0.02);
  });

  it('needs eight outcomes', () => {
    expect(driftIn(taught(paced([...settled(600), ...fallen(3)])), 603)).toBeUndefined();
  });

  it('is not what predictions were wrong by before anything was known', () => {
    const learning = Array.from({ length: 60 }, (_, i) => ({
      predicted: 0.75 - 0.6 * (1 - 1 / (i + 1)),
      quality: 0.15,
    }));
    expect(driftIn(taught(paced(learning)), 60)).toBeUndefined();
  });

  it('does not depend on the order of reports', () => {
    const lessons = paced([...settled(600), ...fallen(25)]);
    const [ahead, back] = [taught(lessons), taught([...lessons].reverse())].map((state) =>
      driftIn(state, 625)!,
    );
    expect(back!.memory).toBe(ahead!.memory);
    expect(back!.shift).toBeCloseTo(ahead!.shift, 9);
    expect(back!.z).toBeCloseTo(ahead!.z, 6);
  });
});
