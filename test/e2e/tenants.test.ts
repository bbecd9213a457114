import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { policyFolder, SOUND } from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { ask, wentWell } from './samples.js';
import { sha256, tokenConfig } from './token-config.js';

const PRINCIPALS = {
  'acme-app': { tenant: 'acme', roles: ['select', 'report', 'read'] },
  'acme-caller': { tenant: 'acme', roles: ['select'] },
  'acme-reader': { tenant: 'acme', roles: ['read'] },
  'acme-admin': { tenant: 'acme', roles: ['admin'] },
  'globex-app': { tenant: 'globex', roles: ['select', 'report', 'read'] },
};
type Principal = keyof typeof PRINCIPALS;
const tokenOf = (principal: string): string => `secret of ${principal}`;

let server: BuiltServer;
const clients = new Map<string, Sextant>();

beforeAll(async () => {
  const config = tokenConfig(PRINCIPALS, tokenOf);
  server = await startServer({ rulesPath: policyFolder(SOUND), config, settings: { 'log.level': 'trace' } });
});

afterAll(() => clients.forEach((client) => client.close()));

function as(principal: Principal): Sextant {
  const client = clients.get(principal) ?? connect(server.address, { token: tokenOf(principal) });
  clients.set(principal, client);
  return client;
}

test('without a token, or with one that nobody has, every call is UNAUTHENTICATED; health is open', async () => {
  for (const token of [undefined, 'guess', '', sha256(tokenOf('acme-app'))]) {
    const stranger = connect(server.address, token === undefined ? {} : { token });
    const calls = [
      stranger.select(ask('x')),
      stranger.report({ ticket: Buffer.alloc(64) }),
      stranger.listModels({}),
      stranger.activePolicy({}),
      stranger.listPosteriors({}),
      stranger.deleteModel({ id: SOUND[0] }),
      new Promise((resolve, reject) => {
        stranger.reportStream().on('error', reject).on('end', resolve).end();
      }),
    ];
    const codes = (await Promise.all(calls.map(refusalOf))).map(({ code }) => code);
    expect(codes).toEqual(calls.map(() => 'UNAUTHENTICATED'));
    await new Promise<void>((resolve, reject) => {
      stranger.health.check({ service: '' }, (error) => (error ? reject(error) : resolve()));
    });
    stranger.close();
  }
});

test('a role that is missing is named in PERMISSION_DENIED', async () => {
  const { ticket } = await as('acme-caller').select(ask('roles'));
  const refused: readonly (readonly [Promise<unknown>, string])[] = [
    [as('acme-caller').report({ ticket, attempts: [wentWell()] }), 'acme-caller lacks the role report'],
    [as('acme-caller').listPosteriors({}), 'acme-caller lacks the role read'],
    [as('acme-reader').select(ask('roles')), 'acme-reader lacks the role select'],
    [as('acme-app').deleteModel({ id: SOUND[0] }), 'acme-app lacks the role admin'],
    [as('acme-admin').activePolicy({}), 'acme-admin lacks the role read'],
  ];
  const refusals = await Promise.all(refused.map(([call]) => refusalOf(call)));
  expect(refusals).toMatchObject(
    refused.map(([, message]) => ({ code: 'PERMISSION_DENIED', reason: 'PERMISSION_DENIED', message })),
  );
  // The ticket is the tenant's, not the caller's: another principal of the tenant may report.
  expect((await as('acme-app').report({ ticket, attempts: [wentWell()] })).recorded).toHaveLength(2);
});

test("another tenant's ticket is refused, and tells nothing but that", async () => {
  const { ticket } = await as('acme-app').select(ask('shared'));
  const before = await as('globex-app').listPosteriors({});
  const refusal = await refusalOf(as('globex-app').report({ ticket, attempts: [wentWell()] }));
  expect(refusal).toMatchObject({ code: 'PERMISSION_DENIED', reason: 'TICKET_FOREIGN' });
  expect(refusal.message).not.toContain('acme');
  expect(await as('globex-app').listPosteriors({})).toEqual(before);
});

test('one tenant learns nothing from another, though both use one name for their work', async () => {
  const useCase = 'support-chat';
  const estimate = async (principal: Principal) =>
    (await as(principal).explain({ request: ask(useCase) }))
      .explanation!.candidates.map(({ model, expectedQuality }) => [model, expectedQuality.toFixed(6)])
      .sort();
  const untouched = await estimate('globex-app');
  for (let i = 0; i < 20; i++) {
    const { ticket } = await as('acme-app').select(ask(useCase));
    await as('acme-app').report({ ticket, attempts: [wentWell({ quality: 0 })] });
  }
  expect((await as('acme-app').listPosteriors({ useCase })).posteriors.length).toBeGreaterThan(0);
  expect((await as('globex-app').listPosteriors({ useCase })).posteriors).toEqual([]);
  expect(await estimate('globex-app')).toEqual(untouched);
  expect(await estimate('acme-app')).not.toEqual(untouched);
});

test('an edit of the registry is logged with its principal, and no log line holds a token or its hash', async () => {
  await refusalOf(as('acme-admin').deleteModel({ id: 'acme/nothing' }));
  const { model } = await as('acme-app').getModel({ id: SOUND[0] });
  await as('acme-admin').createModel({ model: { ...model!, id: 'acme/mine', aliases: [] } });
  expect(server.logged('model created')).toMatchObject([
    { audit: true, principal: 'acme-admin', model: 'acme/mine' },
  ]);
  const logs = JSON.stringify(server.logs);
  for (const principal of Object.keys(PRINCIPALS)) {
    expect(logs).not.toContain(tokenOf(principal));
    expect(logs).not.toContain(sha256(tokenOf(principal)));
  }
});
