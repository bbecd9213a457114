import { table } from '../../src/cli/demo/table.js';
import type { ChartPanel } from './chart.js';
import type { ResultRow } from './result-rows.js';
import type { Estimate } from './statistics.js';

/** What a run of the benchmark found: printed as it goes, kept for the files. */
export class Report {
  private readonly kept = new Map<string, ResultRow>();
  readonly figures: Record<string, number> = {};
  readonly panels: ChartPanel[] = [];
  private readonly missed: string[] = [];
  private checks = 0;

  constructor(private readonly print: (text: string) => void) {}

  /** Every result once, whichever sections measured it. */
  get rows(): readonly ResultRow[] {
    return [...this.kept.values()];
  }

  row(row: ResultRow): void {
    const { score: _, ...key } = row;
    this.kept.set(JSON.stringify(key), row);
  }

  heading(text: string): void {
    this.print(`\n${text}\n${'═'.repeat(text.length)}`);
  }

  note(text: string): void {
    this.print(text);
  }

  table(header: readonly string[], rows: readonly (readonly string[])[]): void {
    this.print(table(header, rows));
  }

  figure(name: string, value: number): void {
    if (Number.isFinite(value)) this.figures[name] = Number(value.toPrecision(6));
  }

  /** Notes whether a floor was met. @returns its mark. */
  check(name: string, met: boolean): '✓' | '✗' {
    this.checks += 1;
    if (!met) this.missed.push(name);
    this.figures[`${name}.met`] = met ? 1 : 0;
    return met ? '✓' : '✗';
  }

  summary(): void {
    if (this.checks === 0) return;
    this.heading(`${this.checks - this.missed.length} of ${this.checks} floors met`);
    for (const name of this.missed) this.print(`✗ ${name}`);
  }
}

export const three = (value: number): string => value.toFixed(3);
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
export const withInterval = ({ mean, half }: Estimate, digits = 4): string =>
  `${mean.toFixed(digits).replace(/^-(0\.0+)$/, '$1')} ± ${half.toFixed(digits)}`;
/** A budget as people write it: 8.3e-5. */
export const usd = (value: number): string => value.toExponential(1);
