import { expect, test } from 'vitest';
import type { Performance } from '../../../src/cli/report/performance.js';
import type { PerformanceReport } from '../../../src/cli/report/performance-report.js';
import { reportHtml } from '../../../src/cli/report/report-html.js';
import { sparkline } from '../../../src/cli/report/sparkline.js';

const NOTHING: Performance = { decisions: 0, calls: 0, requests: 0, judged: 0, costUsd: 0 };
const HOSTILE = `<script>alert("1")</script>&'`;

test('whatever a name holds, the page shows it as text', () => {
  const report: PerformanceReport = {
    startTime: '2026-11-01T00:00:00.000Z',
    endTime: '2026-11-08T00:00:00.000Z',
    notes: [HOSTILE],
    useCases: [
      {
        useCase: HOSTILE,
        performance: NOTHING,
        models: [],
        savings: [{ against: 'most used', model: HOSTILE, objections: [HOSTILE] }],
        drift: [{ model: HOSTILE, metric: 'quality', shift: 1, shiftSd: 1, z: 5 }],
        reportRates: [{ model: HOSTILE, decisions: 9, reported: 1, expectedReported: 0.5, z: 5 }],
        course: [],
        advice: [HOSTILE],
      },
    ],
    experiments: [{ id: HOSTILE, status: HOSTILE, units: 0, sentences: [HOSTILE], advice: HOSTILE }],
  };
  const html = reportHtml(report);
  expect(html).not.toContain('<script');
  expect(html.match(/&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt;&amp;&#39;/g)).toHaveLength(10);
});

test('a line of values has a point for each value, and none for a gap', () => {
  const points = (values: readonly (number | undefined)[]) =>
    /points="([^"]*)"/
      .exec(sparkline(values))![1]!
      .split(' ')
      .filter((point) => point !== '');
  expect(points([1, undefined, 3])).toEqual(['4.0,40.0', '216.0,4.0']);
  expect(points([2, 2])).toEqual(['4.0,22.0', '216.0,22.0']);
  expect(points([])).toEqual([]);
  expect(sparkline([1, 3])).toContain('aria-label="from 1.00 to 3.00"');
});
