import type { Report } from '../quality/report.js';

export interface SectionContext {
  /** The folder of the outcome sets. */
  readonly dataFolder: string;
  /** Prints tables, keeps figures under `<section>.<what>`, and notes which floors were met. */
  readonly report: Report;
}

/** A part of the benchmark, and the sets without which it has nothing to say. */
export interface Section {
  readonly needs: readonly string[];
  readonly run: (context: SectionContext) => void | Promise<void>;
}
