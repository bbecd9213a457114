import { describe, expect, it } from 'vitest';
import { grow } from '../../../src/core/experiment/allocation.js';
import { comparisonsOf, experimentResult, trippedGuardrails } from '../../../src/core/experiment/result.js';
import { rngFromSeed } from '../../../src/core/random.js';
import { definitionOf, FoldedRun, positionAt } from '../../builders/experiment.js';
import { outcomeOf, qualityOf } from '../../store/outcome-arbitrary.js';

/** Users of both arms with some reports each; treatment is better by `effect`. */
function filled(run: FoldedRun, users: number, effect: number, seed = 1n): FoldedRun {
  const rng = rngFromSeed(seed);
  for (let user = 0; user < users; user++) {
    const group = user % 2;
    const position = positionAt((user + 0.5) / users / 2 + group / 2);
    const level = 0.5 + 0.2 * rng();
    for (let i = 0; i < 1 + (user % 4); i++)
      run.quality({ group, position }, level + group * effect + 0.1 * rng());
  }
  return run;
}

describe('an experiment’s state', () => {
  it('counts units, not reports, and only those of its own number', () => {
    const run = new FoldedRun(definitionOf());
    run.quality({ group: 0, position: positionAt(0.1) }, 0.4);
    run.quality({ group: 0, position: positionAt(0.1) }, 0.6);
    run.quality({ group: 1, position: positionAt(0.9) }, 1);
    run.fold(qualityOf(1));
    run.fold(qualityOf(1, { exposure: { experiment: 2, group: 0, phase: 0, position: 1 } }));
    const [quality] = experimentResult(run.state, run.allocation).metrics;
    expect(quality!.groups.map(({ mean }) => [mean.units, mean.count, mean.mean])).toEqual([
      [1, 4, 0.5],
      [1, 2, 1],
    ]);
    expect(run.state.sequence).toBe(5);
    expect(quality!.isReadable).toBe(false);
  });

  it('passes over what it has, so that a replay counts nothing twice', () => {
    const run = filled(new FoldedRun(definitionOf()), 20, 0);
    const before = Array.from(run.state.groups[0]!.sums[0]!);
    const outcome = qualityOf(1, { exposure: { experiment: 1, group: 0, phase: 0, position: 5 } });
    run.state.fold(outcome, 3, { allocation: run.allocation, stopped: [] });
    expect(Array.from(run.state.groups[0]!.sums[0]!)).toEqual(before);
  });

  it('says nothing of a difference before both arms have their least number of units', () => {
    const run = filled(new FoldedRun(definitionOf({ minimumUnits: 50 })), 98, 0.3);
    expect(comparisonsOf(run.state, 0)).toEqual([undefined, undefined]);
    filled(run, 1_000, 0.3, 2n);
    const comparison = comparisonsOf(run.state, 0)[1]!;
    expect(comparison.difference).toBeCloseTo(0.3, 1);
    expect(comparison.alwaysValid!.low).toBeGreaterThan(0);
    expect(comparison.alwaysValid!.high - comparison.alwaysValid!.low).toBeGreaterThan(
      comparison.fixed.high - comparison.fixed.low,
    );
  });

  it('measures first attempts: success, capped latency and cost', () => {
    const metrics = [{ metric: 'success' }, { metric: 'latency', cap: 1_000 }, { metric: 'cost' }] as const;
    const run = new FoldedRun(definitionOf({ metrics }));
    run.execution({ group: 0, position: 1 }, { latencyMs: 5_000, costNanoUsd: 7 });
    run.execution({ group: 0, position: 2 }, { status: 'timeout' });
    run.execution({ group: 0, position: 3 }, { status: 'content_filtered', latencyMs: 500 });
    const exposure = { experiment: 1, group: 0, phase: 0, position: 4 };
    run.fold(outcomeOf(2, { attempt: 1, exposure }));
    const { metrics: found, routed } = experimentResult(run.state, run.allocation);
    expect(found.map(({ groups }) => groups[0]!.mean.mean)).toEqual([0.5, 750, 7]);
    expect(routed[0]).toEqual([{ armId: 7, decisions: 3, qualities: 0, meanQuality: NaN }]);
  });

  it('weighs reports by inverse shares, so that a ramp does not take days for arms', () => {
    const definition = definitionOf({ minimumUnits: 2 });
    const run = new FoldedRun(definition, grow({ slots: [], shares: [] }, [0.5, 0.1]));
    // Quality is 0.2 in the first phase and 0.8 in the second, in both arms.
    for (let i = 0; i < 50; i++) run.quality({ group: 0, position: positionAt(0.005 * i) }, 0.2);
    for (let i = 0; i < 10; i++) run.quality({ group: 1, position: positionAt(0.5 + 0.005 * i) }, 0.2);
    run.allocation = grow(run.allocation, [0.5, 0.5]);
    for (let i = 0; i < 50; i++) run.quality({ group: 0, position: positionAt(0.25 + 0.005 * i) }, 0.8);
    for (let i = 0; i < 50; i++) run.quality({ group: 1, position: positionAt(0.6 + 0.005 * i) }, 0.8);
    const [control, treatment] = experimentResult(run.state, run.allocation).metrics[0]!.groups;
    expect(control!.mean.mean).toBeCloseTo(0.5, 10);
    expect(treatment!.mean.mean).toBeCloseTo(0.5, 10);
  });

  it('alarms where an arm loses units, and tests each phase by what it gained', () => {
    const run = new FoldedRun(definitionOf(), grow({ slots: [], shares: [] }, [0.5, 0.1]));
    for (let i = 0; i < 500; i++) {
      run.quality({ group: 0, position: positionAt(i / 1_000) }, 1);
      if (i % 5 === 0) run.quality({ group: 1, position: positionAt(0.5 + i / 5_000) }, 1);
    }
    run.allocation = grow(run.allocation, [0.5, 0.5]);
    for (let i = 0; i < 400; i++) run.quality({ group: 1, position: positionAt(0.6 + i / 1_000) }, 1);
    const sound = experimentResult(run.state, run.allocation).sampleRatio;
    expect(sound).toMatchObject({ alarm: false, counts: [500, 500], expected: [500, 500] });

    // Once an arm is stopped, units come to the other alone, and nothing is wrong with that.
    run.stopped = [{ group: 0, sequence: run.state.sequence }];
    for (let i = 0; i < 500; i++) run.quality({ group: 1, position: positionAt(0.6 + (i + 0.5) / 1_250) }, 1);
    expect(experimentResult(run.state, run.allocation).sampleRatio.alarm).toBe(false);

    const broken = new FoldedRun(definitionOf());
    for (let i = 0; i < 2_000; i++) {
      broken.quality({ group: 0, position: positionAt(i / 5_000) }, 1);
      if (i % 5 > 0) broken.quality({ group: 1, position: positionAt(0.5 + i / 5_000) }, 1);
    }
    const { alarm, pValue, fixedPValue } = experimentResult(broken.state, broken.allocation).sampleRatio;
    expect(alarm).toBe(true);
    expect(pValue).toBeLessThan(0.001);
    expect(fixedPValue).toBeLessThan(0.001);
  });

  it('stops an arm that is surely worse than its guardrail allows, and no other', () => {
    const guardrails = [{ metric: 'quality', worseBy: 0.05, relative: false }] as const;
    const tripped = (effect: number) =>
      trippedGuardrails(filled(new FoldedRun(definitionOf({ guardrails })), 600, effect).state, guardrails);
    expect(tripped(-0.2)).toMatchObject([{ group: 1, guardrail: { metric: 'quality' } }]);
    expect(tripped(-0.2)[0]!.atLeast).toBeGreaterThan(0.05);
    expect(tripped(-0.05)).toEqual([]);
    expect(tripped(0.2)).toEqual([]);
    const relative = [{ metric: 'quality', worseBy: 0.5, relative: true }] as const;
    const run = filled(new FoldedRun(definitionOf({ guardrails: relative })), 600, -0.2);
    expect(trippedGuardrails(run.state, relative)).toEqual([]);
  });

  it('shares α among the arms that are compared', () => {
    const arms = ['control', 'a', 'b'].map((id) => ({ id, weight: 1 / 3, change: {} }));
    const width = (definition: ReturnType<typeof definitionOf>): number => {
      const { fixed } = comparisonsOf(filled(new FoldedRun(definition), 400, 0).state, 0)[1]!;
      return fixed.high - fixed.low;
    };
    // z at 0.0125 over z at 0.025 on either side.
    expect(width(definitionOf({ arms })) / width(definitionOf())).toBeCloseTo(2.241403 / 1.959964, 5);
  });
});
