import { status } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { startServer, type BuiltServer } from '../e2e/built-server.js';
import { connect } from '../e2e/clients.js';
import { ask, wentWell } from '../e2e/samples.js';
import { amountOf, publish } from './figures.js';

const SECONDS = amountOf('SEXTANT_SOAK_SECONDS', 8);
/** From one collection of garbage to the next. */
const WINDOW_SECONDS = Math.max(1, SECONDS / 100);
const LIVE_HEAP = new URL(`live-heap.js?everyMs=${WINDOW_SECONDS * 1_000}`, import.meta.url);
const CLIENTS = 8;
const SELECTS = 20;
const MS_PER_HOUR = 3_600_000;
const MIB = 1024 ** 2;
/** Long enough for a slope to mean something. */
const LONG_SECONDS = 1_000;

interface Sample {
  readonly atMs: number;
  readonly heapMib: number;
  /** What V8 holds for its heap, and beside it for buffers. */
  readonly committedMib: number;
  readonly externalMib: number;
  readonly rssMib: number;
  /** Without files that are mapped, as the store's are. */
  readonly anonymousMib: number;
}

/** What the server said lives in it, each time that it collected its garbage. */
const samplesOf = ({ logs }: BuiltServer): Sample[] =>
  logs
    .filter(({ msg }) => msg === 'live heap')
    .map((line, i) => ({
      atMs: i * WINDOW_SECONDS * 1_000,
      heapMib: (line['heapUsed'] as number) / MIB,
      committedMib: (line['heapTotal'] as number) / MIB,
      externalMib: (line['external'] as number) / MIB,
      rssMib: (line['rss'] as number) / MIB,
      anonymousMib: (line['anonymous'] as number) / MIB,
    }));

type Point = readonly [number, number];

/** Windows in a block. */
const BLOCK = 10;

/**
 * The least of each block of windows: what clients have under way comes and goes, and more of it on a busy machine. What
 * is never let go of is in the least, too.
 */
function leastOf(points: readonly Point[]): Point[] {
  const blocks = Math.max(1, Math.floor(points.length / BLOCK));
  return Array.from({ length: blocks }, (_, i) =>
    points.slice(i * BLOCK, (i + 1) * BLOCK).reduce((least, point) => (point[1] < least[1] ? point : least)),
  );
}

/** Least squares. @returns the slope per hour and its standard error. */
function slopeOf(points: readonly Point[]): { slope: number; error: number } {
  const n = points.length;
  const [mx, my] = [0, 1].map((k) => points.reduce((sum, point) => sum + point[k]!, 0) / n) as [
    number,
    number,
  ];
  const xx = points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) / xx;
  const rest = points.reduce((sum, [x, y]) => sum + (y - my - slope * (x - mx)) ** 2, 0);
  return { slope: slope * MS_PER_HOUR, error: Math.sqrt(rest / Math.max(1, n - 2) / xx) * MS_PER_HOUR };
}

const rounded = (value: number): number => Number(value.toFixed(2));

it(
  `memory is flat over ${SECONDS} s of clients that come and go`,
  { timeout: (SECONDS + 600) * 1_000 },
  async () => {
    const server = await startServer({
      settings: {
        'store.snapshotEveryOutcomes': '5000',
        // Node keeps a few bytes of the timer of each connection's age until that is over: half an hour as shipped.
        'limits.connectionAgeSeconds': '60',
      },
      nodeOptions: `--import=${LIVE_HEAP.href}`,
    });
    const until = performance.now() + SECONDS * 1_000;
    let [connections, calls, retries] = [0, 0, 0];
    // As clients do: what waits on a connection for longer than its age and grace ends with it.
    const retried = async <T>(call: () => Promise<T>): Promise<T> => {
      try {
        return await call();
      } catch (error) {
        if ((error as { code?: number }).code !== (status.UNAVAILABLE as number)) throw error;
        retries += 1;
        return call();
      }
    };
    const churn = Array.from({ length: CLIENTS }, async (_, i) => {
      while (performance.now() < until) {
        const client = connect(server.address, { channel: { 'grpc.use_local_subchannel_pool': 1 } });
        connections += 1;
        for (let k = 0; k < SELECTS; k++) {
          const { ticket } = await retried(() => client.select(ask(`use-case-${i}`, `Question ${calls}?`)));
          if (k % 2 === 0) await retried(() => client.report({ ticket, attempts: [wentWell()] }));
          calls += 1;
        }
        client.close();
      }
    });
    await Promise.all(churn);
    // The first third fills caches.
    const samples = samplesOf(server);
    const settled = samples.slice(Math.floor(samples.length / 3));
    const least = (read: (sample: Sample) => number): Point[] =>
      leastOf(settled.map((sample) => [sample.atMs, read(sample)]));
    const heap = slopeOf(least(({ heapMib }) => heapMib));
    const anonymous = least(({ anonymousMib }) => anonymousMib);
    const own = slopeOf(anonymous);
    const last = settled.at(-1)!;
    publish('soak', {
      seconds: SECONDS,
      connections,
      calls,
      retries,
      heapMib: rounded(last.heapMib),
      rssMib: rounded(last.rssMib),
      anonymousMib: rounded(last.anonymousMib),
      externalMib: rounded(last.externalMib),
      committedMib: rounded(last.committedMib),
      ...Object.fromEntries(anonymous.map(([, mib], i) => [`anonymousLeast${i + 1}Mib`, rounded(mib)])),
      anonymousSlopeMibPerHour: rounded(own.slope),
      anonymousSlopeError: rounded(own.error),
      heapSlopeMibPerHour: rounded(heap.slope),
      heapSlopeError: rounded(heap.error),
    });
    expect(calls).toBeGreaterThan(0);
    if (SECONDS >= LONG_SECONDS) expect(heap.slope - 2 * heap.error).toBeLessThan(1);
    expect(await server.stop()).toBe(0);
  },
);
