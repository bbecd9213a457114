import { describe, expect, it } from 'vitest';
import type { TenantId, UseCase } from '../../src/core/ids.js';
import type { ArmId } from '../../src/core/registry/model.js';
import { Activity, COUNTER } from '../../src/runtime/activity.js';
import { CallTimes } from '../../src/runtime/call-times.js';
import { outcomeOf, qualityOf } from '../store/outcome-arbitrary.js';

const ACME = 'acme' as TenantId;
const CHAT = 'support-chat' as UseCase;
const arm = (number: number): ArmId => number as ArmId;

describe('activity', () => {
  it('counts decisions, calls, money and qualities of a model in a use case', () => {
    const activity = new Activity(() => 1_000_000);
    activity.decided(ACME, CHAT, arm(7));
    activity.recorded(outcomeOf(1));
    activity.recorded(outcomeOf(2, { attempt: 1, execution: { status: 'timeout' } }));
    activity.recorded(qualityOf(1));
    const [series] = activity.seriesFor(ACME, CHAT);
    const totals = series!.ring.totals(1_000_000);
    const counted = Object.entries(COUNTER).map(([name, column]) => [name, totals[column]]);
    expect(Object.fromEntries(counted)).toEqual({
      decisions: 1,
      calls: 2,
      requests: 1,
      failures: 1,
      costNanoUsd: 4_125_000,
      qualities: 1,
      qualitySum: 0.75,
      qualitySquares: 0.5625,
      latencies: 1,
      latencyMsSum: 812.5,
      costs: 1,
      costSquares: 4_125_000 ** 2,
    });
  });

  it('shows a tenant its own series only', () => {
    const activity = new Activity(() => 0);
    activity.decided(ACME, CHAT, arm(7));
    activity.decided('globex' as TenantId, CHAT, arm(7));
    expect(activity.seriesFor(ACME).map(({ tenant }) => tenant)).toEqual(['acme']);
    expect(activity.seriesFor('nobody' as TenantId)).toEqual([]);
  });

  it('never holds more than 512 series: the one that was quiet for longest goes', () => {
    let nowMs = 0;
    const activity = new Activity(() => nowMs++);
    for (let i = 0; i < 512; i++) activity.decided(ACME, CHAT, arm(i));
    activity.decided(ACME, CHAT, arm(0));
    activity.decided(ACME, CHAT, arm(600));
    const arms = activity.seriesFor(ACME).map(({ armId }) => armId);
    expect(arms).toHaveLength(512);
    expect(arms).toContain(0);
    expect(arms).toContain(600);
    expect(arms).not.toContain(1);
  });
});

describe('call times', () => {
  it('reads quantiles of the last minute to within an eighth', () => {
    const times = new CallTimes(() => 1_000_000);
    for (let i = 1; i <= 1000; i++) times.observe({ method: 'Select', code: 'OK', seconds: i / 1e6 });
    const { calls, p50Seconds, p95Seconds, p99Seconds } = times.lastMinuteOf('Select');
    expect(calls).toBe(1000);
    for (const [read, exact] of [
      [p50Seconds, 500e-6],
      [p95Seconds, 950e-6],
      [p99Seconds, 990e-6],
    ] as const) {
      expect(Math.abs(read! / exact - 1)).toBeLessThan(0.125);
    }
  });

  it('counts what did not go well by code, and forgets it after a minute', () => {
    let nowMs = 1_000_000;
    const times = new CallTimes(() => nowMs);
    times.observe({ method: 'Report', code: 'NOT_FOUND', seconds: 0.001 });
    times.observe({ method: 'Report', code: 'OK', seconds: 0 });
    expect(times.lastMinute()).toMatchObject([{ method: 'Report', calls: 2, errors: { NOT_FOUND: 1 } }]);
    nowMs += 120_000;
    expect(times.lastMinuteOf('Report')).toEqual({ method: 'Report', calls: 0, errors: {} });
    expect(times.lastMinuteOf('Select')).toEqual({ method: 'Select', calls: 0, errors: {} });
  });
});
