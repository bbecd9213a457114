import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runSextant } from './built-server.js';
import { editJson, policyFolder } from './policy-folder.js';

interface Run {
  readonly ok: boolean;
  readonly fixtures: readonly { ok: boolean; name: string; differences: readonly { line: number }[] }[];
  readonly coverage: { neverFired: readonly { ruleId: string }[]; unseen: readonly unknown[] };
  readonly faults: readonly { path: string; line: number; reason: string; suggestion?: string }[];
}

async function json(folder: string, ...flags: string[]): Promise<{ code: number | null; run: Run }> {
  const { code, stdout } = await runSextant(['rules', 'test', folder, '--json', ...flags]);
  return { code, run: JSON.parse(stdout) as Run };
}

const editCost = (folder: string, change: (first: Record<string, unknown>) => object): void =>
  editJson(folder, 'tests/cost.json', (value) => {
    const [first, ...rest] = value['fixtures'] as Record<string, unknown>[];
    return { ...value, fixtures: [change(first!), ...rest] };
  });

describe('sextant rules test', () => {
  test('passes on the shipped rules, all of which fire, with every condition seen both ways', async () => {
    const { code, run } = await json(policyFolder(), '--require-coverage');
    expect(run.fixtures.filter(({ ok }) => !ok)).toEqual([]);
    expect(run.fixtures.length).toBeGreaterThan(20);
    expect(run.coverage).toMatchObject({ neverFired: [], unseen: [] });
    expect(code).toBe(0);
  });

  test('shows a failure as a diff at file and line, with the name of the fixture, and exits with 1', async () => {
    const folder = policyFolder();
    editCost(folder, (first) => ({ ...first, expect: { removed: { 'openai/o3': 'cost-cap-standard' } } }));
    const { code, stdout } = await runSextant(['rules', 'test', folder]);
    expect(code).toBe(1);
    expect(stdout).toContain('FAIL  tests/cost.json  a free tenant pays at most 0.2 cents a request\n');
    expect(stdout).toMatch(/ tests\/cost\.json:\d+:11 expect\.removed\["openai\/o3"\]\n/);
    expect(stdout).toContain('- expected  removed by cost-cap-standard\n');
    expect(stdout).toContain('+ actual    openai/o3 removed by cost-cap-free\n');
    expect(stdout).toContain('21 of 22 fixtures pass');
    expect(await json(folder)).toMatchObject({ code: 1, run: { ok: false } });
  });

  test('names rules that no fixture makes fire, and fails on them only where asked to', async () => {
    const folder = policyFolder();
    rmSync(join(folder, 'tests/tenants.json'));
    const { code, stdout } = await runSextant(['rules', 'test', folder]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/never fired {2}rules\/tenants\.json:\d+:5 {2}tenant-allowed-models/),
    ]);
    const strict = await json(folder, '--require-coverage');
    expect(strict).toMatchObject({
      code: 1,
      run: { coverage: { neverFired: [{ ruleId: 'tenant-allowed-models' }] } },
    });
  });

  test('refuses faulty fixtures with line and suggestion, and runs none', async () => {
    const folder = policyFolder();
    editCost(folder, (first) => ({
      ...first,
      expect: { removed: { 'openai/o3': 'cost-cap-fre' }, kept: ['openai/gpt-9'] },
    }));
    editJson(folder, 'tests/lifecycle.json', (value) => ({
      ...value,
      fixtures: [
        { name: 'x', request: { useCase: 'Bad Name', input: { text: 'x' } }, expect: { fierd: [] } },
      ],
    }));
    editJson(folder, 'tests/tenants.json', (value) => ({
      ...value,
      fixtures: [
        { name: 'y', request: { useCase: 'Bad Name', input: { text: 'x' } }, expect: { candidates: [] } },
        { name: 'y', request: { usecas: 'x' }, expect: { candidates: [] } },
      ],
    }));
    const { code, run } = await json(folder);
    expect(code).toBe(2);
    expect(run.faults.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
      'fixtures[0].expect.kept[0]: no model is "openai/gpt-9"',
      'fixtures[0].expect.removed[\'openai/o3\']: no rule is named "cost-cap-fre"',
      'fixtures[0].expect.fierd: is not a known field',
      expect.stringContaining('fixtures[0].request.use_case: must be lower-case letters'),
      expect.stringContaining('fixtures[0].request.use_case: must be lower-case letters'),
      'fixtures[1].name: another fixture has this name: tests/tenants.json fixtures[0]',
      expect.stringContaining('fixtures[1].request: cannot decode message sextant.v1.SelectRequest'),
    ]);
    expect(run.faults[1]?.suggestion).toBe('did you mean cost-cap-free?');
    expect(run.faults.every(({ line }) => line > 3)).toBe(true);
  });
});
