import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { openMetricsText, wantsOpenMetrics } from '../../src/admin/open-metrics.js';

it('OpenMetrics names the family of a counter without its ending, and escapes what labels hold', async () => {
  const registry = new Registry();
  const registers = [registry];
  new Counter({ name: 'a_total', help: 'How "many"\nthere were.', labelNames: ['x'], registers }).inc(
    { x: 'b"\\\n' },
    2,
  );
  new Gauge({ name: 'g', help: 'g', registers }).set(Infinity);
  expect(await openMetricsText(registry)).toBe(
    [
      '# HELP a How \\"many\\"\\nthere were.',
      '# TYPE a counter',
      'a_total{x="b\\"\\\\\\n"} 2',
      '# HELP g g',
      '# TYPE g gauge',
      'g +Inf',
      '# EOF',
      '',
    ].join('\n'),
  );
  expect(await registry.metrics()).toContain('a_total{');
});

it('an exemplar stands behind its bucket, and nowhere else', async () => {
  const registry = new Registry();
  const seconds = new Histogram({
    name: 's',
    help: 's',
    buckets: [1, 2],
    enableExemplars: true,
    registers: [],
  });
  registry.registerMetric(seconds);
  seconds.observe({ labels: {}, value: 1.5, exemplarLabels: { trace_id: 'abc' } });
  seconds.observe({ labels: {}, value: 0.5, exemplarLabels: {} });
  const text = await openMetricsText(registry);
  expect(text).toMatch(/^s_bucket\{le="2"\} 2 # \{trace_id="abc"\} 1.5 \d+(\.\d+)?$/m);
  expect(text.match(/trace_id/g)).toHaveLength(1);
  expect(await registry.metrics()).not.toContain('abc');
});

it('is given to those who ask for it', () => {
  expect(wantsOpenMetrics('application/openmetrics-text;version=1.0.0;q=0.8,text/plain;q=0.5')).toBe(true);
  for (const accept of [undefined, '*/*', 'text/plain']) expect(wantsOpenMetrics(accept)).toBe(false);
});
