/** One thing that is timed. */
export interface BenchCase {
  /** Key of its figure. */
  readonly key: string;
  readonly title: string;
  /** Median that must not be exceeded; absent where none is promised. */
  readonly targetUs?: number;
  /** The same in ParetoBandit's latency table. */
  readonly publishedUs?: number;
  /** Runs it once; the result is summed up, so that no work can be left out. */
  readonly run: (round: number) => number;
}

export interface Timing {
  readonly medianUs: number;
  readonly p90Us: number;
}

const WARM_UP_MS = 400;
/** Long against the clock's resolution, short against a change of the machine's pace. */
const BATCH_MS = 2;
const BATCHES = 151;

/**
 * Microseconds a run of each case: quantiles over batches that take turns, so that a slow moment of the machine
 * falls on all cases alike.
 */
export function measure(cases: readonly BenchCase[]): Map<string, Timing> {
  const sizes = cases.map((bench) => warmUp(bench));
  const times = cases.map(() => new Float64Array(BATCHES));
  let sink = 0;
  for (let batch = 0; batch < BATCHES; batch++) {
    for (const [c, { run }] of cases.entries()) {
      const size = sizes[c]!;
      const start = process.hrtime.bigint();
      for (let i = 0; i < size; i++) sink += run(batch * size + i);
      times[c]![batch] = Number(process.hrtime.bigint() - start) / size / 1_000;
    }
  }
  if (Number.isNaN(sink)) throw new RangeError('a case gave no number');
  return new Map(
    cases.map(({ key }, c) => {
      const sorted = times[c]!.sort();
      return [key, { medianUs: at(sorted, 0.5), p90Us: at(sorted, 0.9) }];
    }),
  );
}

const at = (sorted: Float64Array, share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!;

/** Runs a case until it is compiled. @returns runs that fill a batch. */
function warmUp({ run }: BenchCase): number {
  const start = process.hrtime.bigint();
  const elapsedMs = (): number => Number(process.hrtime.bigint() - start) / 1e6;
  let runs = 0;
  let sink = 0;
  while (elapsedMs() < WARM_UP_MS) for (let i = 0; i < 16; i++) sink += run(runs++);
  if (Number.isNaN(sink)) throw new RangeError('a case gave no number');
  return Math.max(1, Math.round((runs * BATCH_MS) / elapsedMs()));
}
