import { describe, expect, it } from 'vitest';
import { frame, type FrameSize } from '../../../src/cli/top/frame.js';
import type { TopData } from '../../../src/cli/top/top-data.js';
import {
  BreakerState,
  DriftAlarm,
  DriftMetric,
  GetServerStatusResponse,
  ModelHealth,
  TimeSeries,
} from '../../../src/gen/sextant/v1/insight.js';

const seriesOf = (useCase: string, model: string, decisions: bigint): TimeSeries =>
  TimeSeries.fromPartial({ useCase, model, points: [{ decisions, requests: decisions, calls: decisions }] });

const data: TopData = {
  status: GetServerStatusResponse.fromPartial({
    time: { seconds: 1_770_000_000n, nanos: 0 },
    policyVersion: 'abcdef0123456789',
    methods: [
      {
        method: 'Select',
        calls: 120n,
        errors: { UNAVAILABLE: 3n },
        p50Seconds: 0.0002,
        p95Seconds: 0.0021,
        p99Seconds: 1.5,
      },
      { method: 'Explain', calls: 0n },
    ],
  }),
  whole: [seriesOf('chat', '', 4n)],
  series: [seriesOf('chat', 'acme/small', 1n), seriesOf('chat', 'acme/large', 3n)],
  drift: [],
  unwell: [],
};
const linesOf = (changes: Partial<TopData> = {}, size: Partial<FrameSize> = {}) =>
  frame({ ...data, ...changes }, 'host:1', { width: 200, isColored: false, ...size });

describe('a picture of a server', () => {
  it('has calls with their times, and models by share', () => {
    const lines = linesOf();
    expect(lines[0]).toBe('sextant host:1 · 2026-02-02T02:40:00Z · policy abcdef012345');
    expect(lines[1]).toBe('no alarms');
    expect(lines.find((line) => line.startsWith('Select'))).toMatch(
      /Select +2\.0 +200 µs +2\.1 ms +1\.50 s +UNAVAILABLE 3/,
    );
    expect(lines.some((line) => line.startsWith('Explain'))).toBe(false);
    const models = lines.filter((line) => line.includes('acme/'));
    expect(models.map((line) => /acme\/\w+ +(\S+) %/.exec(line)![0])).toEqual([
      'acme/large  75.0 %',
      'acme/small  25.0 %',
    ]);
    expect(lines.join('\n')).not.toContain('budgets');
  });

  it('goes without what only the store knows, and says so', () => {
    const lines = linesOf({ series: [], whole: [], withoutSeries: 'the store is not available' });
    expect(lines[1]).toBe('! nothing of the last 15 minutes: the store is not available');
    expect(lines.some((line) => line.startsWith('Select'))).toBe(true);
  });

  it('names what is amiss first', () => {
    const status = { ...data.status, reportsRefused: true, policyPinned: true };
    const unwell = [
      ModelHealth.fromPartial({
        model: 'acme/large',
        state: BreakerState.OPEN,
        reason: '5 failures in a row',
      }),
    ];
    const drift = [
      DriftAlarm.fromPartial({
        useCase: 'chat',
        model: 'acme/small',
        metric: DriftMetric.LATENCY,
        shift: 0.7,
        z: 5,
      }),
    ];
    expect(linesOf({ status, unwell, drift }).slice(1, 5)).toEqual([
      '! the store failed: reports are refused',
      '! a policy version is pinned',
      '! acme/large is down: 5 failures in a row',
      '! latency of acme/small drifts in chat: ×2.01 (z 5.0)',
    ]);
  });

  it('keeps to any width, and leaves whole columns out', () => {
    for (const width of [1, 10, 30, 60, 100]) {
      const lines = linesOf({}, { width });
      expect(Math.max(...lines.map((line) => line.length)), String(width)).toBeLessThanOrEqual(width);
    }
    expect(linesOf({}, { width: 60 }).find((line) => line.startsWith('method'))).toBe(
      'method  calls/s  p50     p95     p99     errors',
    );
    expect(linesOf({}, { width: 31 }).find((line) => line.startsWith('method'))).toBe(
      'method  calls/s  p50     p95',
    );
  });

  it('is coloured for terminals only', () => {
    expect(linesOf({}, { isColored: true })[1]).toBe('\u001b[32mno alarms\u001b[0m');
  });
});
