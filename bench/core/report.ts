import { cpus } from 'node:os';
import type { BenchCase, Timing } from './measure.js';

const machine = (): string => `${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${cpus().length} CPUs`;

const micros = (value: number | undefined): string => (value === undefined ? '' : value.toFixed(1));

function verdict({ targetUs }: BenchCase, { medianUs }: Timing): string {
  if (targetUs === undefined) return '';
  return medianUs <= targetUs ? '✓' : '✗';
}

/** The table that people read, in Markdown. */
export function coreTable(cases: readonly BenchCase[], timings: ReadonlyMap<string, Timing>): string {
  const rows = cases.map((bench) => {
    const timing = timings.get(bench.key)!;
    const { medianUs, p90Us } = timing;
    return [
      bench.title,
      micros(medianUs),
      micros(p90Us),
      micros(bench.targetUs),
      verdict(bench, timing),
      micros(bench.publishedUs),
    ];
  });
  const head = ['', 'median µs', 'p90 µs', 'target µs', 'met', 'ParetoBandit µs'];
  const widths = head.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, c) => (c === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [`${machine()}, Node ${process.version}`, '', line(head), rule, ...rows.map(line)].join('\n');
}

/** The same for machines: one flat object. */
export function coreFigures(
  cases: readonly BenchCase[],
  timings: ReadonlyMap<string, Timing>,
): Record<string, string | number | boolean> {
  const figures: Record<string, string | number | boolean> = { machine: machine(), node: process.version };
  for (const { key, targetUs } of cases) {
    const { medianUs } = timings.get(key)!;
    figures[key] = Number(medianUs.toFixed(2));
    if (targetUs !== undefined) figures[`${key.replace(/_us$/, '')}_met`] = medianUs <= targetUs;
  }
  return figures;
}
