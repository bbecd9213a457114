/** How far back counters are kept, and how finely. */
export interface RingSpan {
  readonly stepMs: number;
  readonly steps: number;
}

/**
 * Rows of counters by time: one row a step, the newest `steps` of them, in memory that never grows. What is older is
 * written over; what comes for a step that was written over is passed over.
 */
export class CounterRing {
  private readonly rows: Float64Array;
  /** Number of the step that lies in a row; −1 for none. */
  private readonly stepIn: Float64Array;

  constructor(
    private readonly span: RingSpan,
    private readonly columns: number,
  ) {
    this.rows = new Float64Array(span.steps * columns);
    this.stepIn = new Float64Array(span.steps).fill(-1);
  }

  add(timeMs: number, column: number, amount: number): void {
    const step = Math.floor(timeMs / this.span.stepMs);
    const row = step % this.span.steps;
    const held = this.stepIn[row]!;
    if (step < held) return;
    if (step > held) {
      this.rows.fill(0, row * this.columns, (row + 1) * this.columns);
      this.stepIn[row] = step;
    }
    this.rows[row * this.columns + column]! += amount;
  }

  /** One column over the span that ends with the step of `nowMs`, oldest first; 0 where nothing was. */
  series(column: number, nowMs: number): Float64Array {
    const { steps } = this.span;
    const series = new Float64Array(steps);
    this.forEachStep(nowMs, steps, (row, i) => (series[i] = this.rows[row * this.columns + column]!));
    return series;
  }

  /** Sums of every column over the newest `steps` steps, the one of `nowMs` included. */
  totals(nowMs: number, steps = this.span.steps): Float64Array {
    const totals = new Float64Array(this.columns);
    this.forEachStep(nowMs, steps, (row) => {
      for (let c = 0; c < this.columns; c++) totals[c]! += this.rows[row * this.columns + c]!;
    });
    return totals;
  }

  /** The newest `count` steps of which anything is held, oldest first. */
  private forEachStep(nowMs: number, count: number, visit: (row: number, position: number) => void): void {
    const first = Math.floor(nowMs / this.span.stepMs) - count + 1;
    for (let i = 0; i < count; i++) {
      const row = (first + i) % this.span.steps;
      if (this.stepIn[row] === first + i) visit(row, i);
    }
  }
}

/** When each step of a span begins, oldest first, in milliseconds since the Unix epoch. */
export function stepStartsMs({ stepMs, steps }: RingSpan, nowMs: number): number[] {
  const last = Math.floor(nowMs / stepMs);
  return Array.from({ length: steps }, (_, i) => (last - steps + 1 + i) * stepMs);
}
