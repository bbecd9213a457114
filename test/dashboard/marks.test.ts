import { expect, it } from 'vitest';
import { marksIn, marksOf } from '../../dashboard/src/marks.js';
import type { AnnotationsView } from '../../src/admin/views.js';

const drift = (changes: Partial<AnnotationsView['drifts'][number]>) => ({
  useCase: 'chat',
  model: 'acme/large',
  metric: 'quality',
  shift: -0.312,
  shiftSd: 0.05,
  z: -6,
  startMs: 40,
  isFromBefore: false,
  endMs: 60,
  ...changes,
});
const view = (changes: Partial<AnnotationsView> = {}): AnnotationsView => ({
  span: '1h',
  fromMs: 0,
  toMs: 100,
  driftSinceMs: 20,
  policies: [{ atMs: 50, version: 'ab'.repeat(32), action: 'policy rolled back' }],
  drifts: [drift({})],
  ...changes,
});

it('marks are numbered by time and say what happened', () => {
  expect(marksOf(view())).toMatchObject([
    { number: 1, kind: 'drift', fromMs: 40, toMs: 60, label: 'large drifted: quality −0.31' },
    { number: 2, fromMs: 50, toMs: 50, label: 'Policy abababababab in force again by a roll-back' },
  ]);
});

it('a time and a length are so many times what they were', () => {
  const drifts = [
    drift({ metric: 'latency', shift: Math.LN2 }),
    drift({ metric: 'tokens', shift: -Math.LN2 }),
  ];
  expect(marksOf(view({ policies: [], drifts })).map(({ label }) => label)).toEqual([
    'large drifted: latency ×2.0',
    'large drifted: answer length ×0.50',
  ]);
});

it('what lasts goes to the end of the span', () => {
  const [mark] = marksOf(view({ policies: [], drifts: [drift({ endMs: null, shift: 0.2 })] }));
  expect(mark).toMatchObject({ fromMs: 40, toMs: 100, isLasting: true });
  expect(mark!.label).toContain('+0.20');
});

it('a step has the marks that touch it, and the last one those after it', () => {
  const marks = marksOf(view());
  const startsMs = [0, 30, 45];
  const numbersIn = (i: number): number[] => marksIn(marks, startsMs, i).map(({ number }) => number);
  expect([0, 1, 2].map(numbersIn)).toEqual([[], [1], [1, 2]]);
});
