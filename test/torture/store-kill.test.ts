import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rngFromSeed } from '../../src/core/random.js';
import { ensureBuilt } from '../crash/built-store.js';
import { appendAndEnd, expectKept } from './appending.js';
import { TortureRun } from './torture-run.js';

const LIFE_MS_MAX = 120;
const STORES_EVERY = 200;

const kills = new TortureRun({ name: 'store-kill', short: 20, full: 1_000 });

let dir: string;

beforeAll(async () => {
  ensureBuilt();
  dir = await mkdtemp(join(tmpdir(), 'sextant-kill-'));
});
afterAll(() => rm(dir, { recursive: true }));

it(
  `a process killed at any instant loses nothing that its store acknowledged, ${kills.rounds}`,
  async () => {
    const rng = rngFromSeed(kills.seed);
    let told = { acknowledged: 0, document: 0 };
    let path = join(dir, 'first');
    for (const kill of kills.left()) {
      if (kill % STORES_EVERY === 0) {
        path = join(dir, String(kill));
        told = { acknowledged: 0, document: 0 };
      }
      const answers = await appendAndEnd(path, told, {
        afterMs: rng() * LIFE_MS_MAX,
        end: (child) => {
          child.kill('SIGKILL');
          return Infinity;
        },
      });
      const unanswered = await expectKept(path, told);
      kills.add({
        acknowledged: answers,
        durableUnanswered: unanswered,
        killsUnderLoad: answers > 0 ? 1 : 0,
        lost: 0,
      });
    }
    if (kills.isComplete) expect(kills.figure('killsUnderLoad')).toBeGreaterThan(kills.target / 2);
  },
  kills.timeoutMs,
);
