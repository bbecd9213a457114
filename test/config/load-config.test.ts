import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG, type Config } from '../../src/config/config.js';
import { loadConfig, type ConfigSources } from '../../src/config/load-config.js';
import { describeFault } from '../../src/core/fault.js';

const NAME = 'sextant.yaml';
const HASH = 'ab'.repeat(32);

interface Given {
  readonly yaml?: string;
  readonly env?: ConfigSources['env'];
  readonly flags?: ConfigSources['flags'];
}

function load({ yaml, env = {}, flags = {} }: Given): ReturnType<typeof loadConfig> {
  return loadConfig({ ...(yaml === undefined ? {} : { file: { name: NAME, text: yaml } }), env, flags });
}

function loaded(given: Given): Config {
  const result = load(given);
  if (!result.ok) throw new Error(result.faults.map(describeFault).join('\n'));
  return result.value;
}

function faults(given: Given): string[] {
  const result = load(given);
  return result.ok ? [] : result.faults.map(describeFault);
}

describe('precedence', () => {
  it('is the defaults where nobody says anything', () => {
    expect(loaded({})).toEqual(DEFAULT_CONFIG);
    expect(loaded({ yaml: '' })).toEqual(DEFAULT_CONFIG);
    expect(loaded({ yaml: '# nothing yet\nserver:\n' })).toEqual(DEFAULT_CONFIG);
  });

  it('lays the environment over the file and flags over both', () => {
    const yaml = 'server: { port: 1, maxSelectBytes: 2048 }\nlog: { level: warn }';
    const env = { SEXTANT_SERVER_PORT: '2', SEXTANT_LOG_LEVEL: 'error' };
    expect(loaded({ yaml, env, flags: { 'server.port': '3' } })).toMatchObject({
      server: { port: 3, maxSelectBytes: 2048, host: '127.0.0.1' },
      log: { level: 'error', pretty: false },
    });
    expect(loaded({ yaml, env }).server.port).toBe(2);
    expect(loaded({ yaml }).server.port).toBe(1);
  });

  it('replaces lists whole and joins objects', () => {
    const token = { principal: 'p', tenant: 't', roles: ['select'] };
    const yaml = `
auth: { tokens: [{ sha256: ${HASH}, principal: a, tenant: t, roles: [read] }] }
server: { tls: { certFile: a.crt, keyFile: a.key } }`;
    const env = {
      SEXTANT_AUTH_TOKENS: JSON.stringify([{ ...token, sha256: 'cd'.repeat(32) }]),
      SEXTANT_SERVER_TLS: '{"certFile":"b.crt"}',
      SEXTANT_SERVER_TLS_CLIENT_CA_FILE: 'ca.crt',
    };
    const config = loaded({ yaml, env });
    expect(config.auth.tokens.map(({ principal }) => principal)).toEqual(['p']);
    expect(config.server.tls).toEqual({ certFile: 'b.crt', keyFile: 'a.key', clientCaFile: 'ca.crt' });
  });

  it('leaves the defaults as they were', () => {
    const before = structuredClone(DEFAULT_CONFIG);
    loaded({ yaml: 'server: { port: 1 }', env: { SEXTANT_STORE_PATH: '/elsewhere' } });
    expect(DEFAULT_CONFIG).toEqual(before);
  });

  it('keeps the keys beside the store unless told where', () => {
    expect(loaded({ env: { SEXTANT_STORE_PATH: '/var/sextant/' } }).tickets.keyFile).toBe(
      '/var/sextant.keys',
    );
    expect(loaded({ yaml: 'tickets: { keyFile: k }' }).tickets.keyFile).toBe('k');
  });

  it('reads text by the type of the setting', () => {
    const env = {
      SEXTANT_SERVER_REFLECTION: 'true',
      SEXTANT_RULES_WATCH: 'false',
      SEXTANT_SHUTDOWN_NOT_SERVING_SECONDS: '0.5',
    };
    expect(loaded({ env })).toMatchObject({
      server: { reflection: true },
      rules: { watch: false },
      shutdown: { notServingSeconds: 0.5 },
    });
    expect(loaded({ env: { SEXTANT_SERVER_REFLECTION: 'auto' } }).server.reflection).toBe('auto');
    expect(
      loaded({ flags: { 'rules.watch': false, 'server.port': 0, 'log.level': undefined } }),
    ).toMatchObject({
      rules: { watch: false },
      server: { port: 0 },
      log: { level: 'info' },
    });
  });
});

describe('faults of the file', () => {
  it.each([
    ['server:\n  prot: 1', `${NAME}:2 server.prot: is not a known field (did you mean "port"?)`],
    ['servr: {}', `${NAME}:1 servr: is not a known field (did you mean "server"?)`],
    ['log:\n\n  level: loud', `${NAME}:3 log.level: "loud" is not one of trace, debug`],
    ['server:\n  port: "1"', `${NAME}:2 server.port: must be integer, not a string`],
    ['server: 5', `${NAME}:1 server: must be object, not 5`],
    ['tickets:\n  lifeHours: 721', `${NAME}:2 tickets.lifeHours: 721 must be <= 720`],
    ['tickets:\n  lifeHours: .nan', `${NAME}:2 tickets.lifeHours: must be number`],
    ['store:\n  path: ""', `${NAME}:2 store.path: "" must NOT have fewer than 1 characters`],
    ['auth:\n  tokens:\n    - principal: p', `${NAME}:3 auth.tokens[0].sha256: is required`],
    [`auth: { tokens: [{ sha256: ${HASH}, principal: p, tenant: t, roles: [] }] }`, 'auth.tokens[0].roles:'],
    ['- a', `${NAME} $: must be a mapping`],
    ['a: [', `${NAME}:1 $: `],
    ['log: { level: info }\nlog: { level: warn }', `${NAME}:2 $: Map keys must be unique`],
    ['log: *nowhere', `${NAME} $: `],
    ['log: !custom { level: info }', `${NAME}:1 $: `],
    ['log: {}\n---\nlog: {}', `${NAME}:2 $: `],
    ['__proto__: { polluted: true }', '__proto__'],
    ['server: { constructor: 1 }', 'server.constructor: is not a known field'],
  ])('names %j', (yaml, expected) => {
    expect(faults({ yaml }).join('\n')).toContain(expected);
  });

  it('refuses a file that is too long or too deep', () => {
    expect(faults({ yaml: 'a'.repeat(1024 * 1024 + 1) })).toEqual([
      `${NAME} $: is longer than 1048576 characters`,
    ]);
    expect(faults({ yaml: '['.repeat(100_000) })).not.toEqual([]);
  });

  it('names every one at once', () => {
    const yaml = 'server:\n  port: -1\n  hots: x\nlog:\n  level: loud';
    const found = faults({ yaml, env: { SEXTANT_ADMIN_PORT: 'x' }, flags: { 'log.prety': true } });
    expect(found).toHaveLength(5);
  });

  it('names a wrong value even where a flag overrides it', () => {
    const found = faults({ yaml: 'server: { port: x }', flags: { 'server.port': 1 } });
    expect(found).toEqual([`${NAME}:1 server.port: must be integer, not a string`]);
  });
});

describe('faults of the environment', () => {
  it.each([
    [
      { SEXTANT_SERVER_PROT: '1' },
      'SEXTANT_SERVER_PROT: is not a known variable (did you mean "SEXTANT_SERVER_PORT"?)',
    ],
    [{ SEXTANT_SERVER_PORT: 'many' }, 'SEXTANT_SERVER_PORT: must be an integer'],
    [{ SEXTANT_SERVER_PORT: '' }, 'SEXTANT_SERVER_PORT: must be an integer'],
    [{ SEXTANT_SERVER_PORT: '70000' }, 'SEXTANT_SERVER_PORT: 70000 must be <= 65535'],
    [{ SEXTANT_RULES_WATCH: 'yes' }, 'SEXTANT_RULES_WATCH: must be true or false'],
    [{ SEXTANT_TICKETS_LIFE_HOURS: 'x' }, 'SEXTANT_TICKETS_LIFE_HOURS: must be a number'],
    [
      { SEXTANT_STORE_ADAPTER: 'lvel' },
      'SEXTANT_STORE_ADAPTER: "lvel" is not one of level, memory (did you mean "level"?)',
    ],
    [{ SEXTANT_AUTH_TOKENS: 'secret' }, 'SEXTANT_AUTH_TOKENS: must be a JSON array'],
    [{ SEXTANT_AUTH_TOKENS: '{}' }, 'SEXTANT_AUTH_TOKENS: must be array, not an object'],
    [{ SEXTANT_AUTH_TOKENS: '[{"principl":"p"}]' }, 'SEXTANT_AUTH_TOKENS[0].principl: is not a known field'],
    [{ SEXTANT_SERVER_TLS: '{"certFile":1}' }, 'SEXTANT_SERVER_TLS.certFile: must be string, not 1'],
    [{ SEXTANT_SERVER_TLS: 'null' }, 'SEXTANT_SERVER_TLS: must be object, not null'],
  ])('names %j', (env, expected) => {
    expect(faults({ env }).join('\n')).toContain(expected);
  });

  it('leaves alone what is reserved, foreign or a Kubernetes service link', () => {
    const env = {
      PATH: '/bin',
      SEXTANT_DATA: 'd',
      SEXTANT_CONFIG: 'c',
      SEXTANT_PROPERTY_RUNS: '9',
      SEXTANT_KILLS: '9',
      SEXTANT_SERVICE_HOST: '10.0.0.1',
      SEXTANT_SERVICE_PORT_GRPC: '50051',
      SEXTANT_PORT: 'tcp://10.0.0.1:50051',
      SEXTANT_PORT_50051_TCP_ADDR: '10.0.0.1',
      SEXTANT_ADMIN_PORT: 'tcp://10.0.0.2:9464',
    };
    expect(loaded({ env })).toEqual(DEFAULT_CONFIG);
    expect(faults({ env: { SEXTANT_PORT: '50051' } })).toHaveLength(1);
  });
});

describe('faults of the flags', () => {
  it.each([
    [{ 'server.prot': '1' }, '--server.prot: is not a known flag (did you mean "--server.port"?)'],
    [{ 'server.port': 'x' }, '--server.port: must be an integer'],
    [{ 'server.port': 1.5 }, '--server.port: must be integer, not 1.5'],
    [{ 'rules.watch': 1 }, '--rules.watch: must be boolean, not 1'],
    [{ server: '{}' }, '--server: is not a known flag'],
  ])('names %j', (flags, expected) => {
    expect(faults({ flags }).join('\n')).toContain(expected);
  });
});

describe('settings that clash', () => {
  const tokens = JSON.stringify([{ sha256: HASH, principal: 'p', tenant: 't', roles: ['select'] }]);
  const tls = '{"certFile":"c","keyFile":"k"}';

  it('listens beyond loopback only with TLS and tokens, or when told to', () => {
    const env = { SEXTANT_SERVER_HOST: '0.0.0.0' };
    const [fault] = faults({ env });
    expect(fault).toMatch(/^SEXTANT_SERVER_HOST: 0\.0\.0\.0 can be reached.*allowInsecureRemote: true/);
    expect(faults({ env: { ...env, SEXTANT_SERVER_TLS: tls } })).toHaveLength(1);
    expect(faults({ env: { ...env, SEXTANT_AUTH_TOKENS: tokens } })).toHaveLength(1);
    expect(faults({ env: { ...env, SEXTANT_SERVER_TLS: tls, SEXTANT_AUTH_TOKENS: tokens } })).toEqual([]);
    expect(faults({ env: { ...env, SEXTANT_SERVER_ALLOW_INSECURE_REMOTE: 'true' } })).toEqual([]);
  });

  it('keeps the admin port on loopback unless told otherwise or off', () => {
    const yaml = 'admin:\n  host: "::"';
    expect(faults({ yaml })[0]).toMatch(new RegExp(`^${NAME}:2 admin.host: :: can be reached`));
    expect(faults({ yaml, flags: { 'admin.enabled': 'false' } })).toEqual([]);
    expect(faults({ yaml, flags: { 'admin.allowInsecureRemote': true } })).toEqual([]);
  });

  it('has a port for each listener, and any number of zeros', () => {
    expect(faults({ env: { SEXTANT_SERVER_PORT: '9464' } })[0]).toMatch(/^SEXTANT_SERVER_PORT: 9464 is both/);
    expect(faults({ yaml: 'admin:\n  port: 50051' })[0]).toMatch(/^sextant.yaml:2 admin.port: 50051 is both/);
    expect(faults({ flags: { 'server.port': 0, 'admin.port': 0 } })).toEqual([]);
    expect(faults({ flags: { 'server.port': 9464, 'admin.enabled': false } })).toEqual([]);
  });

  it('takes keys and backups beside the store, and anywhere where there is none on disk', () => {
    const env = { SEXTANT_BACKUP_PATH: './data/store-copies', SEXTANT_TICKETS_KEY_FILE: './data/store2/k' };
    expect(faults({ env })).toEqual([]);
    const inside = { SEXTANT_BACKUP_PATH: './data/store/b', SEXTANT_TICKETS_KEY_FILE: './data/store/k' };
    expect(faults({ env: inside })).toHaveLength(2);
    expect(faults({ env: { ...inside, SEXTANT_STORE_ADAPTER: 'memory' } })).toEqual([]);
  });

  it.each([
    [{ SEXTANT_SERVER_TLS_CERT_FILE: 'c' }, 'SEXTANT_SERVER_TLS_KEY_FILE: is required'],
    [{ SEXTANT_SERVER_TLS: '{}' }, 'SEXTANT_SERVER_TLS.certFile: is required'],
    [
      { SEXTANT_SERVER_MAX_SELECT_BYTES: '5000000' },
      'SEXTANT_SERVER_MAX_SELECT_BYTES: maxSelectBytes, 5000000',
    ],
    [
      { SEXTANT_SERVER_MAX_MESSAGE_BYTES: '2048' },
      'SEXTANT_SERVER_MAX_MESSAGE_BYTES: maxSelectBytes, 262144',
    ],
    [{ SEXTANT_REPORTS_MAX_QUEUE: '10' }, 'SEXTANT_REPORTS_MAX_QUEUE: maxBatch, 500, is more'],
    [
      { SEXTANT_TICKETS_KEY_FILE: './data/store/keys' },
      'SEXTANT_TICKETS_KEY_FILE: ./data/store/keys is inside',
    ],
    [
      { SEXTANT_TICKETS_KEY_FILE: 'data/x/../store/keys' },
      'SEXTANT_TICKETS_KEY_FILE: data/x/../store/keys is inside',
    ],
    [
      { SEXTANT_BACKUP_PATH: './data/store/backups' },
      'SEXTANT_BACKUP_PATH: ./data/store/backups is inside store.path',
    ],
    [{ SEXTANT_BACKUP_PATH: 'data/store/' }, 'SEXTANT_BACKUP_PATH: data/store/ is inside store.path'],
    [{ SEXTANT_STORE_PATH: './data' }, 'SEXTANT_STORE_PATH: ./data/backups is inside store.path'],
    [
      {
        SEXTANT_AUTH_TOKENS: JSON.stringify([
          ...(JSON.parse(tokens) as object[]),
          ...(JSON.parse(tokens) as object[]),
        ]),
      },
      'SEXTANT_AUTH_TOKENS[1].sha256: is the token of auth.tokens[0]',
    ],
  ])('names %j', (env, expected) => {
    expect(faults({ env }).join('\n')).toContain(expected);
  });

  it('never shows what stands where a hash belongs', () => {
    const yaml = 'auth: { tokens: [{ sha256: hunter2, principal: p, tenant: t, roles: [read] }] }';
    const [fault] = faults({ yaml });
    expect(fault).toBe(
      `${NAME}:1 auth.tokens[0].sha256: must be 64 lower-case hexadecimal digits (the value is not shown)`,
    );
  });
});
