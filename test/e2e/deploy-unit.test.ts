import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../src/config/config.js';
import { PROJECT_ROOT } from '../service/public-descriptors.js';
import { runSextant } from './built-server.js';

const UNIT = join(PROJECT_ROOT, 'deploy/systemd/sextant.service');
const SYSTEMD_ANALYZE = '/usr/bin/systemd-analyze';
const unit = readFileSync(UNIT, 'utf8')
  .split('\n')
  .filter((line) => /^[A-Za-z]+=/.test(line))
  .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
const valuesOf = (name: string): string[] => unit.filter(([key]) => key === name).map(([, value]) => value);
const valueOf = (name: string): string => valuesOf(name)[0]!;
const environment = Object.fromEntries(valuesOf('Environment').map((pair) => pair.split('=')));

const [node, ...args] = valueOf('ExecStart').split(' ');
const config = join(PROJECT_ROOT, 'deploy/sextant.yaml');
const serve = (env: NodeJS.ProcessEnv) =>
  runSextant([...args.slice(1, -1), config], {
    ...environment,
    SEXTANT_STORE_PATH: '/dev/null/store',
    ...env,
  });

describe('the unit for systemd', () => {
  it(
    'is one that systemd reads',
    { skip: !existsSync(SYSTEMD_ANALYZE) || !existsSync('/usr/bin/node') },
    () => {
      execFileSync(SYSTEMD_ANALYZE, ['verify', UNIT], { stdio: 'pipe' });
    },
  );

  it('starts the server with a configuration and variables that it knows', async () => {
    expect([node, ...args]).toEqual([
      '/usr/bin/node',
      'dist/cli/sextant.js',
      'serve',
      '--config',
      '/etc/sextant/sextant.yaml',
    ]);
    const { code, stdout } = await runSextant(['check', '--config', config], environment);
    expect(stdout).not.toContain('SEXTANT_');
    expect(code).toBe(0);
  });

  it('starts again what a disk ended, and not what has a faulty configuration', async () => {
    const notAgain = valueOf('RestartPreventExitStatus').split(' ').map(Number);
    expect(valueOf('Restart')).toBe('on-failure');
    expect((await serve({})).code).toBe(1);
    expect(notAgain).not.toContain(1);
    expect(notAgain).not.toContain(74);
    expect(notAgain).toContain((await serve({ SEXTANT_SERVER_PORT: 'none' })).code);
  });

  it('gives a drain its time and connections their descriptors', () => {
    const { shutdown, limits } = DEFAULT_CONFIG;
    expect(Number(valueOf('TimeoutStopSec'))).toBeGreaterThan(
      shutdown.notServingSeconds + shutdown.drainSeconds,
    );
    expect(Number(valueOf('LimitNOFILE'))).toBeGreaterThan(2 * limits.maxConnections);
  });
});
