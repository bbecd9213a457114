import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DEFAULT_CONFIG } from '../../src/config/config.js';
import { PROJECT_ROOT } from '../service/public-descriptors.js';
import { run, runSextant } from './built-server.js';

const UNIT = join(PROJECT_ROOT, 'deploy/systemd/sextant.service');
const SYSTEMD_ANALYZE = '/usr/bin/systemd-analyze';
const unit = readFileSync(UNIT, 'utf8')
  .split('\n')
  .filter((line) => /^[A-Za-z]+=/.test(line))
  .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
const valuesOf = (name: string): string[] => unit.filter(([key]) => key === name).map(([, value]) => value);
const valueOf = (name: string): string => valuesOf(name)[0]!;
const environment = valuesOf('Environment');

const [node, ...args] = valueOf('ExecStart').split(' ');
/** The configuration that is installed with it, and its paths. */
const CONFIG = join(PROJECT_ROOT, 'deploy/systemd/sextant.yaml');
const settings = parse(readFileSync(CONFIG, 'utf8')) as Record<string, { path: string }>;

describe('the unit for systemd', () => {
  it(
    'is one that systemd reads without a warning',
    {
      skip: !existsSync(SYSTEMD_ANALYZE) || !existsSync('/usr/bin/node'),
    },
    async () => {
      expect(await run(SYSTEMD_ANALYZE, ['verify', UNIT])).toMatchObject({ code: 0, stdout: '', stderr: '' });
    },
  );

  it('starts the server with its configuration', async () => {
    expect([node, ...args]).toEqual([
      '/usr/bin/node',
      'dist/cli/sextant.js',
      'serve',
      '--config',
      '/etc/sextant/sextant.yaml',
    ]);
    expect(environment).toEqual(['MALLOC_ARENA_MAX=2']);
    const rules = join(PROJECT_ROOT, 'rules');
    const checked = await runSextant(['check', '--config', CONFIG], { SEXTANT_RULES_PATH: rules });
    expect(checked).toMatchObject({ code: 0, stderr: '' });
  });

  it('lets the server write where its configuration says, and nowhere else', () => {
    expect(valueOf('ProtectSystem')).toBe('strict');
    const state = `/var/lib/${valueOf('StateDirectory')}/`;
    for (const section of ['store', 'backup'] as const) expect(settings[section]!.path).toContain(state);
    expect(settings['rules']!.path).toBe('/etc/sextant/rules');
  });

  it('starts again what a disk ended, and not what has a faulty configuration', async () => {
    expect(valueOf('Restart')).toBe('on-failure');
    const notAgain = valueOf('RestartPreventExitStatus').split(' ').map(Number);
    const serve = (env: NodeJS.ProcessEnv) => runSextant(['serve', '--config', CONFIG], env);
    const withoutDisk = await serve({ SEXTANT_STORE_PATH: '/dev/null/store', SEXTANT_SERVER_PORT: '0' });
    expect(withoutDisk.stdout).toContain('STORE_IO');
    expect(notAgain).not.toContain(withoutDisk.code);
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
