import type { MetricValue, Registry } from 'prom-client';

export const OPEN_METRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** A value as prom-client holds it; its types leave the exemplar out. */
type Value = MetricValue<string> & {
  readonly metricName?: string;
  readonly exemplar?: Exemplar | null;
};

interface Exemplar {
  readonly labelSet?: Readonly<Record<string, string>>;
  readonly value: number;
  /** Seconds since 1970. */
  readonly timestamp?: number;
}

/** Whether a scraper asks for OpenMetrics: only that has exemplars. */
export const wantsOpenMetrics = (accept: string | undefined): boolean =>
  accept?.includes('application/openmetrics-text') === true;

/**
 * The metrics of a registry in OpenMetrics' text format, with exemplars.
 *
 * prom-client writes it for registries that speak nothing else, and renames counters of those for good; Prometheus' own
 * format is asked of the same metrics.
 * Source: OpenMetrics 1.0, §"Text Format".
 */
export async function openMetricsText(registry: Registry): Promise<string> {
  const blocks = await Promise.all(
    registry.getMetricsAsArray().map(async (metric) => {
      const { name, help, type, values } = (await (
        metric as unknown as { get(): Promise<unknown> }
      ).get()) as {
        readonly name: string;
        readonly help: string;
        readonly type: string;
        readonly values: readonly Value[];
      };
      const family = type === 'counter' ? name.replace(/_total$/, '') : name;
      const lines = values.map((value) => valueLine(value, type === 'counter' ? `${family}_total` : name));
      return [`# HELP ${family} ${escaped(help)}`, `# TYPE ${family} ${type}`, ...lines].join('\n');
    }),
  );
  return `${blocks.join('\n')}\n# EOF\n`;
}

function valueLine({ metricName, labels, value, exemplar }: Value, name: string): string {
  const line = `${metricName ?? name}${labelsText(labels)} ${numberText(value)}`;
  if (!exemplar?.labelSet || Object.keys(exemplar.labelSet).length === 0) return line;
  const time = exemplar.timestamp === undefined ? '' : ` ${exemplar.timestamp}`;
  return `${line} # ${labelsText(exemplar.labelSet)} ${numberText(exemplar.value)}${time}`;
}

function labelsText(labels: Readonly<Partial<Record<string, string | number>>>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(String(value))}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

const numberText = (value: number): string =>
  Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';

const escaped = (text: string): string =>
  text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');
