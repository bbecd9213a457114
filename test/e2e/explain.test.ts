import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runSextant, startServer } from './built-server.js';
import { newFolder, policyFolder, SOUND } from './policy-folder.js';

interface Explained {
  readonly explanation: { candidates: { model: string }[]; runnerUp: { model: string; costFactor?: number } };
  readonly ruleTraces: {
    ruleId: string;
    model?: string;
    fired?: boolean;
    conditions: Record<string, unknown>;
  }[];
}

function requestFile(value: object): string {
  const path = join(newFolder(), 'request.json');
  writeFileSync(path, JSON.stringify(value));
  return path;
}

const NIGHT = { useCase: 'labels', batch: true, input: { text: 'Which label?' } };

test('explain says the same of a folder and of a server that serves it', async () => {
  const folder = policyFolder(SOUND);
  const request = requestFile(NIGHT);
  const server = await startServer({ rulesPath: folder });
  const [here, there] = await Promise.all([
    runSextant(['explain', '--request', request, '--rules', folder, '--json']),
    runSextant(['explain', '--request', request, '--address', server.address, '--json']),
  ]);
  expect([here.code, there.code]).toEqual([0, 0]);
  const [local, remote] = [here, there].map(({ stdout }) => JSON.parse(stdout) as Explained);
  const told = ({ explanation: { candidates, runnerUp } }: Explained) => ({ candidates, runnerUp });
  expect(told(remote!)).toEqual(told(local!));
  expect(remote!.ruleTraces.map(({ ruleId, model }) => [ruleId, model])).toEqual(
    local!.ruleTraces.map(({ ruleId, model }) => [ruleId, model]),
  );
  expect(local!.explanation.candidates).toHaveLength(3);
  expect(local!.explanation.runnerUp.model).toBe(local!.explanation.candidates[1]!.model);
});

test('explain shows people what each comparison saw, at the time that they ask about', async () => {
  const flags = ['--rules', policyFolder(SOUND), '--request', requestFile(NIGHT)];
  const night = await runSextant(['explain', ...flags, '--at', '2025-01-15T20:30:00Z']);
  expect(night.code).toBe(0);
  expect(night.stdout).toContain(
    'weights     quality 0.3, cost 0.65, latency 0.05 (rule schedule-night-batch)',
  );
  expect(night.stdout).toContain('● schedule-night-batch (weigh) fired on the request');
  expect(night.stdout).toContain('clock.hour = 21  greaterThanInclusive  20  → true');
  expect(night.stdout).toContain('all (weekday-night)  → true');
  expect(night.stdout).toMatch(/^runner-up .* draws level at 0\.\d+ times its expected cost or less/m);
  const day = await runSextant(['explain', ...flags, '--at', '2025-01-15T12:00:00Z', '--model', SOUND[1]]);
  expect(day.stdout).toContain('○ schedule-night-batch (weigh) did not fire');
  expect(day.stdout).toContain(`seen of ${SOUND[1]}:`);
});

test('explain refuses a request that is none, and a server that is not there', async () => {
  const flags = ['--rules', policyFolder(SOUND)];
  const wrong = await runSextant(['explain', ...flags, '--request', requestFile({ usecase: 'x' })]);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('key "usecase" is unknown')]);
  const empty = await runSextant(['explain', ...flags, '--request', requestFile({})]);
  expect([empty.code, empty.stderr]).toEqual([
    2,
    expect.stringMatching(/use_case: is required[^]*input: is required/),
  ]);
  const nobody = await runSextant(['explain', '--request', requestFile(NIGHT), '--address', '127.0.0.1:1']);
  expect([nobody.code, nobody.stderr]).toEqual([1, expect.stringContaining('127.0.0.1:1')]);
});
