import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runSextant, type Finished } from './built-server.js';
import { newFolder } from './policy-folder.js';

let out: string;
let finished: Finished;

beforeAll(async () => {
  out = join(newFolder(), 'demo');
  finished = await runSextant(['demo', '--out', out], { SEXTANT_DATA: newFolder() });
}, 120_000);

test('the demo ends well without the real outcome data, and says that what it shows is synthetic', () => {
  expect([finished.code, finished.stdout], finished.stderr).toEqual([
    0,
    expect.stringMatching(/^\d+ prompts × \d+ models: the shipped synthetic workload/),
  ]);
});

test('it finds every acknowledged report again after its kill', () => {
  const [, acknowledged, found] = /killed half-way: (\d+) reports acknowledged before, (\d+) found/.exec(
    finished.stdout,
  )!;
  expect(Number(acknowledged)).toBeGreaterThan(0);
  expect(found).toBe(acknowledged);
});

test('it compares itself with the baselines, and shows shares and beliefs', () => {
  for (const row of ['Sextant', 'shuffled control', 'always ', 'uniformly random', 'oracle']) {
    expect(finished.stdout).toMatch(new RegExp(`^${row}.*\\d\\.\\d{4}`, 'm'));
  }
  expect(finished.stdout).toContain('what the server believes, by complexity level');
});

test('it shows estimated against real cost, and is right about them by and large', () => {
  const [, table] = finished.stdout.split('estimated against real cost, 2nd half');
  const [, ratio, error, inside] = /^all +\d+ +\S+ +\S+ +([\d.]+) +(\d+) % +(\d+) %/m.exec(table!)!;
  expect(Number(ratio)).toBeGreaterThan(0.7);
  expect(Number(ratio)).toBeLessThan(1.4);
  expect(Number(error)).toBeLessThan(50);
  expect(Number(inside)).toBeGreaterThan(60);
});

test('it writes the picture of learning where it was told to', () => {
  const picture = join(out, 'learning.svg');
  expect(finished.stdout).toContain(`picture of learning: ${picture}`);
  expect(existsSync(picture) && readFileSync(picture, 'utf8')).toMatch(/^<svg[^]*<\/svg>\s*$/);
});
