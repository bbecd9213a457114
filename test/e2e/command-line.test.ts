import { expect, test } from 'vitest';
import { runSextant } from './built-server.js';

test('the help names every command, in an order from starting to importing', async () => {
  const { code, stdout } = await runSextant(['--help']);
  const commands = stdout.slice(stdout.indexOf('Commands:'));
  const names = [...commands.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name);
  expect(code).toBe(0);
  expect(names).toEqual(
    'serve check rules explain schema verify top backup restore compact policy promote audit priors complexity prompts experiments report evaluate export import demo help'.split(
      ' ',
    ),
  );
});

test('a command that is none is told what was meant, of all that there are', async () => {
  for (const [given, meant] of [
    ['polcy', 'policy'],
    ['constructor', undefined],
  ] as const) {
    const { code, stderr } = await runSextant([given]);
    expect(code).toBe(1);
    expect(stderr).toContain(`error: unknown command '${given}'`);
    if (meant !== undefined) expect(stderr).toContain(`Did you mean ${meant}?`);
  }
});

test('a line that a command cannot take ends it with exit code 2, as any input that is refused', async () => {
  for (const [line, reason] of [
    [['serve', '--server.prot', '1'], "unknown option '--server.prot'"],
    [['check', '--server.port'], "option '--server.port <value>' argument missing"],
    [['verify', 'one', 'two'], 'too many arguments'],
    [['restore'], "missing required argument 'backup'"],
    [['audit', '--limit', 'few'], 'write a whole number from 1 on'],
    [['policy', 'lsit'], 'too many arguments'],
    [['rules', 'diff'], "required option '--log <store>' not specified"],
  ] as const) {
    const { code, stdout, stderr } = await runSextant(line);
    expect([code, stdout], line.join(' ')).toEqual([2, '']);
    expect(stderr).toContain(reason);
  }
  expect((await runSextant(['policy', 'list', '--help'])).code).toBe(0);
});

test('the version is that of the package', async () => {
  expect((await runSextant(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
