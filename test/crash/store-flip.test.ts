import { rngFromSeed } from '../../src/core/random.js';
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Outcome } from '../../src/core/outcome/outcome.js';
import { HEAD_MARK_FILE } from '../../src/store/level/head-mark.js';
import { openLevelStore } from '../../src/store/level/open-level-store.js';
import type { Store } from '../../src/store/ports.js';
import { outcomeOf } from '../store/outcome-arbitrary.js';
import { ensureBuilt } from './built-store.js';

const FLIPS = Number(process.env.SEXTANT_FLIPS ?? 40);
const CHILD = join(import.meta.dirname, 'read-child.js');
/** How the child exits where the store refuses. */
const REFUSED = 3;

let root: string;
let written: Outcome[];

beforeAll(async () => {
  ensureBuilt();
  root = await mkdtemp(join(tmpdir(), 'sextant-flip-'));
  written = Array.from({ length: 400 }, (_, decision) => outcomeOf(decision));
  const appendTo = async (store: Store, outcomes: readonly Outcome[]): Promise<void> => {
    for (let at = 0; at < outcomes.length; at += 5) await store.outcomes.append([outcomes.slice(at, at + 5)]);
  };
  const first = await openLevelStore(join(root, 'live'));
  await appendTo(first, written.slice(0, 200));
  await first.close();
  // Opening again moves the first half from the write-ahead log to a table.
  const again = await openLevelStore(join(root, 'live'));
  await appendTo(again, written.slice(200));
  await vi.waitFor(async () => {
    const mark = await readFile(join(root, 'live', HEAD_MARK_FILE));
    expect(mark.readBigUInt64BE(0)).toBe(BigInt(written.length));
  });
  // As a killed process would leave it.
  await cp(join(root, 'live'), join(root, 'left'), { recursive: true });
  await again.close();
});
afterAll(() => rm(root, { recursive: true }));

describe('a flipped bit in any file of a store', () => {
  it(
    `is refused or harmless, ${FLIPS} times`,
    async () => {
      const files = (await readdir(join(root, 'left'))).filter(
        (file) => !/^(?:LOCK|LOG|LOG\.old)$/.test(file),
      );
      const decisions = written.map(({ decisionId }) => decisionId);
      const rng = rngFromSeed(BigInt(process.env['SEXTANT_SEED'] ?? 1));
      const counts = { refused: 0, harmless: 0 };
      for (let flip = 0; flip < FLIPS; flip++) {
        const dir = join(root, 'flipped');
        await cp(join(root, 'left'), dir, { recursive: true });
        const file = join(dir, files[flip % files.length]!);
        const bytes = await readFile(file);
        const bit = Math.floor(rng() * bytes.length * 8);
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        await writeFile(file, bytes);
        const found = decisionsLeft(dir);
        counts[found === undefined ? 'refused' : 'harmless']++;
        if (found !== undefined) expect(found, `bit ${bit} of ${file}`).toEqual(decisions);
        await rm(dir, { recursive: true });
      }
      expect(counts.refused).toBeGreaterThan(0);
    },
    30_000 + FLIPS * 500,
  );
});

/**
 * The decisions of all outcomes, or nothing where the store was refused. In a process of its own, since
 * the database aborts on some damage.
 */
function decisionsLeft(dir: string): unknown {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [CHILD, dir], { encoding: 'utf8' });
  if (status === REFUSED || signal === 'SIGABRT') return undefined;
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}
