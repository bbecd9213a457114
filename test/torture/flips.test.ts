import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { rngFromSeed } from '../../src/core/random.js';
import { HEAD_MARK_FILE } from '../../src/store/level/head-mark.js';
import { openLevelStore } from '../../src/store/level/open-level-store.js';
import type { Store } from '../../src/store/ports.js';
import { ensureBuilt } from '../crash/built-store.js';
import { decisionIdOf, outcomeOf, qualityOf } from '../store/outcome-arbitrary.js';
import { TortureRun } from './torture-run.js';

const CHILD = join(import.meta.dirname, 'inspect-child.js');
const [REFUSED, FOUND] = [3, 4];
/** Files of the database that hold nothing: a lock, and what it tells of itself. */
const NOT_DATA = /^(?:LOCK|LOG|LOG\.old)$/;

const flips = new TortureRun({ name: 'flips', short: 40, full: 1_000 });

let root: string;
let sound: Contents;

interface Contents {
  readonly damagedSnapshots: number;
  readonly snapshot: string | undefined;
  readonly decisions: readonly unknown[];
  readonly [part: string]: unknown;
}

/** Some of everything that a store keeps. */
async function fill(store: Store, from: number): Promise<void> {
  for (let n = from; n < from + 200; n += 5) {
    await store.outcomes.append(
      [0, 1, 2, 3, 4].map((i) =>
        [outcomeOf(n + i), qualityOf(n + i)].map((o) => ({ ...o, digest: hex(n + i) })),
      ),
    );
    const name = `acme/model-${n % 60}`;
    const before = await store.documents.get('model', name);
    await store.documents.put('model', name, Buffer.from(`model ${n}`.repeat(20)), before?.revision ?? 0);
    const issued = [0, 1, 2, 3, 4].map((i) => ({
      decisionId: decisionIdOf(n + i),
      issueTimeMs: n + i,
      body: Buffer.from(`decision ${n + i}`.repeat(9)),
    }));
    await store.decisions.append(issued);
    if (n % 50 === 0) await store.snapshots.save(Buffer.from(`snapshot ${n}`.repeat(50)));
  }
  await store.documents.put('policy', `version ${from}`, Buffer.from('files'.repeat(500)), 0);
}

const hex = (n: number): string => n.toString(16).padStart(16, '0');

beforeAll(async () => {
  ensureBuilt();
  root = await mkdtemp(join(tmpdir(), 'sextant-flip-'));
  const live = join(root, 'live');
  const first = await openLevelStore(live);
  await fill(first, 0);
  await first.close();
  // Opening again moves what is there from the write-ahead log to a table.
  const second = await openLevelStore(live);
  await fill(second, 200);
  await second.retention.replacePrefix(100, Buffer.from('base'.repeat(300)));
  await second.close();
  const third = await openLevelStore(live);
  await fill(third, 400);
  await vi.waitFor(async () => {
    const mark = await readFile(join(live, HEAD_MARK_FILE));
    expect(mark.readBigUInt64BE(0)).toBe(BigInt(third.outcomes.head()));
  });
  // As a killed process would leave it.
  await cp(live, join(root, 'left'), { recursive: true });
  await third.close();
  await cp(join(root, 'left'), join(root, 'sound'), { recursive: true });
  const found = inspect(join(root, 'sound'));
  if (found.kind !== 'read') throw new Error(`the store was ${found.kind} before a bit was flipped`);
  sound = found.contents;
});
afterAll(() => rm(root, { recursive: true }));

type Inspected =
  { readonly kind: 'refused' | 'found' } | { readonly kind: 'read'; readonly contents: Contents };

/** In a process of its own, since the database aborts on some damage. */
function inspect(dir: string): Inspected {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [CHILD, dir], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status === REFUSED || signal === 'SIGABRT' || signal === 'SIGSEGV') return { kind: 'refused' };
  if (status === FOUND) return { kind: 'found' };
  expect(status, stderr).toBe(0);
  return { kind: 'read', contents: JSON.parse(stdout) as Contents };
}

async function flip(file: string, rng: () => number): Promise<number> {
  const bytes = await readFile(file);
  const bit = Math.floor(rng() * bytes.length * 8);
  bytes[bit >> 3]! ^= 1 << (bit & 7);
  await writeFile(file, bytes);
  return bit;
}

/** What became of a flip that neither the opening nor the reading found. */
function harmless(contents: Contents, where: string): 'unchanged' | 'snapshotRepaired' | 'decisionsLost' {
  const { snapshot, decisions, damagedSnapshots, ...rest } = contents;
  const { snapshot: soundSnapshot, decisions: all, damagedSnapshots: _, ...soundRest } = sound;
  expect(rest, where).toEqual(soundRest);
  // A snapshot is a cache: an older one, or none, leads to the same state.
  if (snapshot !== soundSnapshot || damagedSnapshots > 0) return 'snapshotRepaired';
  const known = new Set(all.map((decision) => JSON.stringify(decision)));
  expect(
    decisions.filter((decision) => !known.has(JSON.stringify(decision))),
    where,
  ).toEqual([]);
  return decisions.length === all.length ? 'unchanged' : 'decisionsLost';
}

it(
  `a flipped bit in any file of a store is refused, found or harmless, ${flips.rounds}`,
  async () => {
    const files = (await readdir(join(root, 'left'))).filter((file) => !NOT_DATA.test(file));
    expect(files.some((file) => file.endsWith('.ldb')) && files.some((file) => file.endsWith('.log'))).toBe(
      true,
    );
    const rng = rngFromSeed(flips.seed);
    for (const round of flips.left()) {
      const dir = join(root, 'flipped');
      await cp(join(root, 'left'), dir, { recursive: true });
      const file = files[round % files.length]!;
      const bit = await flip(join(dir, file), rng);
      const found = inspect(dir);
      const what = found.kind === 'read' ? harmless(found.contents, `bit ${bit} of ${file}`) : found.kind;
      flips.add({ refused: 0, found: 0, unchanged: 0, snapshotRepaired: 0, decisionsLost: 0, silent: 0 });
      flips.add({ [what]: 1 });
      await rm(dir, { recursive: true });
    }
  },
  flips.timeoutMs,
);
