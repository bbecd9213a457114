import { describe, expect, it } from 'vitest';
import { HISTORY_POINTS_MAX } from '../../../src/core/experiment/experiment-history.js';
import { comparisonsOf, pastComparisons } from '../../../src/core/experiment/result.js';
import type { Comparison } from '../../../src/core/experiment/statistics/comparison.js';
import { rngFromSeed } from '../../../src/core/random.js';
import {
  decodeExperimentState,
  encodeExperimentState,
} from '../../../src/runtime/experiments/experiment-snapshot.js';
import { definitionOf, FoldedRun, positionAt } from '../../builders/experiment.js';
import { qualityOf } from '../../store/outcome-arbitrary.js';

const START_MS = 1_800_000_000_000;

interface Shown {
  readonly timeMs: number;
  readonly comparison: Comparison | undefined;
}

/** One report every so often; tells what was said of the second arm before each. */
function played(run: FoldedRun, reports: number, everyMs: number): Shown[] {
  const rng = rngFromSeed(3n);
  const shown: Shown[] = [];
  for (let i = 0; i < reports; i++) {
    const receiveTimeMs = START_MS + i * everyMs;
    shown.push({ timeMs: receiveTimeMs, comparison: comparisonsOf(run.state, 0)[1] });
    const group = i % 2;
    const exposure = { experiment: 1, phase: 0, group, position: positionAt((rng() + group) / 2) };
    const quality = { value: 0.5 * rng() + 0.2 * group, source: '' };
    run.fold(qualityOf(1, { quality, exposure, eventTimeMs: START_MS, receiveTimeMs }));
  }
  return shown;
}

describe('the history of an experiment', () => {
  it('says of times past what was said then', () => {
    const run = new FoldedRun(definitionOf({ minimumUnits: 5 }));
    const shown = played(run, 60, 700);
    const past = pastComparisons(run.state);
    expect(past.length).toBeGreaterThan(25);
    for (const { timeMs, metric, group, comparison } of past) {
      expect([timeMs % 1_000, metric, group]).toEqual([0, 'quality', 1]);
      // Nothing came between the step's start and the first report in it.
      expect(comparison).toEqual(shown.find((look) => look.timeMs >= timeMs)!.comparison);
    }
    expect(past.at(-1)!.comparison.alwaysValid).toBeDefined();
    expect(past.some(({ units }) => units < 5)).toBe(false);
  });

  it('is bounded, however long it runs, and covers all of the run', () => {
    const run = new FoldedRun(definitionOf({ minimumUnits: 2 }));
    played(run, 3_000, 1_500);
    const { points, stepMs } = run.state.history;
    expect(points.length).toBeLessThanOrEqual(HISTORY_POINTS_MAX);
    expect(points.length).toBeGreaterThan(HISTORY_POINTS_MAX / 3);
    expect(stepMs).toBe(64_000);
    for (const { timeMs } of points) expect(timeMs % stepMs).toBe(0);
    expect(points[0]!.timeMs).toBeLessThan(START_MS + 2 * stepMs);
    expect(points.at(-1)!.timeMs).toBeGreaterThan(START_MS + 3_000 * 1_500 - 2 * stepMs);
  });

  it('stands still where times of receipt go backward', () => {
    const run = new FoldedRun(definitionOf());
    played(run, 10, 1_000);
    const before = run.state.history.points.length;
    played(run, 5, 1_000);
    expect(run.state.history.points).toHaveLength(before);
  });

  it('is kept in snapshots; one from before there was a history begins with none', () => {
    const run = new FoldedRun(definitionOf({ minimumUnits: 5 }));
    played(run, 60, 700);
    const reread = (withHistory: boolean) =>
      decodeExperimentState(encodeExperimentState(run.state, [], { withHistory }), 1, run.definition)!.state;
    expect(reread(true).history).toEqual(run.state.history);
    expect(pastComparisons(reread(true))).toEqual(pastComparisons(run.state));
    expect(reread(false).history.points).toEqual([]);
  });
});
