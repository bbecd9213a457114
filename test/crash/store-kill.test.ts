import { rngFromSeed } from '../../src/core/random.js';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLevelStore } from '../../src/store/level/open-level-store.js';
import { outcomesFrom } from '../contract/collect.js';
import { decisionIdOf } from '../store/outcome-arbitrary.js';
import { ensureBuilt } from './built-store.js';

const CHILD = join(import.meta.dirname, 'append-child.js');
const KILLS = Number(process.env.SEXTANT_KILLS ?? 20);
const LIFE_MS_MAX = 120;
const rng = rngFromSeed(BigInt(process.env['SEXTANT_SEED'] ?? 1));

let dir: string;

beforeAll(async () => {
  ensureBuilt();
  dir = await mkdtemp(join(tmpdir(), 'sextant-kill-'));
});
afterAll(() => rm(dir, { recursive: true }));

describe('a process killed at any instant', () => {
  it(
    `loses no acknowledged outcome and counts each once, ${KILLS} times`,
    async () => {
      const acknowledged = new Set<string>();
      let next = 0;
      let killsWithWork = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        const lines = await runAndKill(next);
        for (const { decision, kind } of lines) {
          // A report whose answer was lost in the kill may be there already.
          expect(['recorded', 'duplicate']).toContain(kind);
          acknowledged.add(decisionIdOf(decision));
          next = Math.max(next, decision + 1);
        }
        if (lines.length > 0) killsWithWork++;

        const store = await openLevelStore(dir);
        const found = (await outcomesFrom(store.outcomes)).map((outcome) => outcome.decisionId as string);
        await store.close();
        const present = new Set(found);
        expect(present.size, 'an outcome is there twice').toBe(found.length);
        expect(
          [...acknowledged].filter((id) => !present.has(id)),
          'acknowledged outcomes are lost',
        ).toEqual([]);
      }
      expect(killsWithWork).toBeGreaterThan(KILLS / 2);
    },
    60_000 + KILLS * 2_000,
  );
});

/** Lets the child append from a decision on, kills it at a random instant after its first answer. */
async function runAndKill(first: number): Promise<{ decision: number; kind: string }[]> {
  const child = spawn(process.execPath, [CHILD, dir, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once('exit', (_, signal) => resolve(signal)),
  );
  const lines: { decision: number; kind: string }[] = [];
  let killing: Promise<void> | undefined;
  for await (const line of createInterface(child.stdout)) {
    const [decision, kind] = line.split(' ');
    // The last line may be cut short.
    if (kind === 'recorded' || kind === 'duplicate' || kind === 'conflict')
      lines.push({ decision: Number(decision), kind });
    killing ??= sleep(rng() * LIFE_MS_MAX).then(() => void child.kill('SIGKILL'));
  }
  await killing;
  expect(await exited).toBe('SIGKILL');
  return lines;
}
