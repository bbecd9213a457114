import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { CONFIG_SCHEMA } from '../../src/config/config-schema.js';
import { DEFAULT_CONFIG } from '../../src/config/config.js';
import { RESERVED_ENV_NAMES } from '../../src/config/env-layer.js';
import { loadConfig } from '../../src/config/load-config.js';
import { valueAt } from '../../src/config/member-path.js';
import { envNameOf, SETTINGS } from '../../src/config/settings.js';

const EXAMPLE = 'deploy/sextant.yaml';
const PUBLISHED = 'docs/config.schema.json';
// They have no value of their own until somebody gives one.
const WITHOUT_DEFAULT = [
  'server.tls',
  'server.tls.certFile',
  'server.tls.keyFile',
  'server.tls.clientCaFile',
  ...['', '.issuer', '.audience', '.algorithms', '.jwksFile', '.jwksUrl', '.principalClaim', '.tenantClaim']
    .concat(['.rolesClaim', '.rolesPrefix', '.clockSkewSeconds'])
    .map((claim) => `auth.jwt${claim}`),
];

describe('names of settings', () => {
  it('derives variables from paths', () => {
    expect(envNameOf('server.port')).toBe('SEXTANT_SERVER_PORT');
    expect(envNameOf('server.tls.clientCaFile')).toBe('SEXTANT_SERVER_TLS_CLIENT_CA_FILE');
    expect(envNameOf('decisionLog.maxQueue')).toBe('SEXTANT_DECISION_LOG_MAX_QUEUE');
  });

  it('gives each setting a variable of its own, none of them reserved', () => {
    const names = SETTINGS.map(({ envName }) => envName);
    expect(new Set([...names, ...RESERVED_ENV_NAMES]).size).toBe(names.length + RESERVED_ENV_NAMES.length);
  });

  it('has flags that commander hands over under the path', () => {
    const command = new Command();
    for (const { flag } of SETTINGS) command.option(`${flag} <value>`);
    command.parse(['--server.port', '0', '--decisionLog.enabled', 'false'], { from: 'user' });
    expect(command.opts()).toEqual({ 'server.port': '0', 'decisionLog.enabled': 'false' });
  });
});

describe('the schema', () => {
  it('has exactly the settings that the defaults have, and those without a default', () => {
    const leaves = Object.entries(DEFAULT_CONFIG).flatMap(([section, settings]) =>
      Object.keys(settings as object).map((key) => `${section}.${key}`),
    );
    expect(SETTINGS.map(({ path }) => path).sort()).toEqual([...leaves, ...WITHOUT_DEFAULT].sort());
  });

  it('describes every setting and publishes its default', () => {
    for (const { path, schema } of SETTINGS) {
      expect(schema.description, path).toBeTruthy();
      if (path !== 'tickets.keyFile') expect(schema.default, path).toEqual(valueAt(DEFAULT_CONFIG, path));
    }
  });

  it('is published; vitest -u writes it again', async () => {
    const style = (await resolveConfig(PUBLISHED)) ?? {};
    const text = await format(JSON.stringify(CONFIG_SCHEMA), { ...style, parser: 'json' });
    await expect(text).toMatchFileSnapshot(`../../${PUBLISHED}`);
  });
});

describe('the commented example', () => {
  const text = readFileSync(EXAMPLE, 'utf8');
  const load = (yaml: string): ReturnType<typeof loadConfig> =>
    loadConfig({ file: { name: EXAMPLE, text: yaml }, env: {}, flags: {} });

  it('is the defaults', () => {
    expect(load(text)).toEqual({ ok: true, value: DEFAULT_CONFIG });
  });

  it('shows every setting', () => {
    for (const { path } of SETTINGS)
      expect(text, path).toMatch(new RegExp(`\\b${path.split('.').at(-1) ?? ''}:`));
  });

  it('loads with its optional settings switched on', () => {
    const all = text
      .replace('tokens: []', 'tokens:')
      .replace('certificates: []', 'certificates:')
      .replace(
        /^( *)# (( *)(tls|certFile|keyFile|clientCaFile|principal|tenant|roles|- sha256|- san):)/gm,
        '$1$2',
      )
      .replace(
        /^( *)# (( *)(jwt|issuer|audience|algorithms|jwksFile|\w+Claim|rolesPrefix|clockSkewSeconds):)/gm,
        '$1$2',
      );
    const result = load(all);
    expect(result.ok ? [] : result.faults).toEqual([]);
    expect(result.ok && result.value.server.tls?.clientCaFile).toBe('tls/clients.crt');
    expect(result.ok && result.value.auth).toMatchObject({
      tokens: [{ principal: 'checkout-service' }],
      certificates: [{ san: 'URI:spiffe://example.org/checkout' }],
      jwt: { audience: 'sextant', rolesPrefix: 'sextant:' },
    });
  });
});
