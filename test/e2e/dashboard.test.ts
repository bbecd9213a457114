import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  LeaderboardView,
  OverviewView,
  SessionView,
  SpendsView,
  SystemView,
  TickView,
} from '../../src/admin/views.js';
import { TITLES } from '../../dashboard/src/route.js';
import { CHROMIUM } from './browser.js';
import { startServer, type BuiltServer } from './built-server.js';
import { connect } from './clients.js';
import { editJson, policyFolder, SOUND } from './policy-folder.js';
import { ask, wentWell } from './samples.js';
import { sha256, tokenConfig } from './token-config.js';

const MAX_PAGE_BYTES = 100_000;
/** Alone it takes a few hundred milliseconds; tests beside it want the processor, too. */
const MAX_INTERACTIVE_MS = 5_000;

const PRINCIPALS = {
  'acme-app': { tenant: 'acme', roles: ['select', 'report', 'read'] },
  'acme-caller': { tenant: 'acme', roles: ['select', 'report'] },
  'globex-app': { tenant: 'globex', roles: ['select', 'report', 'read'] },
};
type Name = keyof typeof PRINCIPALS;
const tokenOf = (name: string): string => `secret of ${name}`;

/** One decision with its report. */
async function loop(server: BuiltServer, useCase: string, token?: string): Promise<void> {
  const client = connect(server.address, token === undefined ? {} : { token });
  const { ticket } = await client.select(ask(useCase));
  await client.report({ ticket, attempts: [wentWell()] });
  client.close();
}

const originOf = (server: BuiltServer): string => `http://127.0.0.1:${server.adminPort}`;

/** An HTTP request with whatever headers, those that `fetch` keeps to itself too. */
function raw(
  server: BuiltServer,
  path: string,
  { method = 'GET', headers = {}, body = '' }: { method?: string; headers?: object; body?: string } = {},
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: server.adminPort, path, method, headers: { ...headers } };
    const call = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode!, body: text }));
    });
    call.on('error', reject);
    call.end(body);
  });
}

describe('without tokens', () => {
  let server: BuiltServer;
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${originOf(server)}${path}`, { headers });

  beforeAll(async () => {
    server = await startServer({ rulesPath: policyFolder(SOUND) });
    await loop(server, 'support-chat');
  });

  test('the page and all that it loads come from the port, under a policy that allows nothing else', async () => {
    const page = await get('/?view=bandit');
    expect(page.status).toBe(200);
    const policy = page.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    const html = await page.text();
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(html).not.toMatch(/\son\w+=|\sstyle=/);
    const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
    expect(loaded.length).toBeGreaterThanOrEqual(3);
    let bytes = gzipSync(html).length;
    for (const path of loaded) {
      expect(path).toMatch(/^\/[a-z]/);
      const file = await get(path);
      expect(file.status).toBe(200);
      expect(file.headers.get('x-content-type-options')).toBe('nosniff');
      const text = await file.text();
      bytes += gzipSync(text).length;
      // Names of XML namespaces and of the makers of libraries are no requests.
      expect(text.match(/(?:fetch|import|url|EventSource)\(\s*["'`]?https?:/g)).toBeNull();
    }
    console.log(`the page is ${(bytes / 1000).toFixed(1)} kB gzipped`);
    expect(bytes).toBeLessThan(MAX_PAGE_BYTES);
  });

  test('files are sent compressed, and not again where they are the same', async () => {
    const [script] = /\/assets\/[^"]+\.js/.exec(await (await get('/')).text())!;
    const first = await get(script, { 'accept-encoding': 'gzip' });
    expect(first.headers.get('content-encoding')).toBe('gzip');
    expect(first.headers.get('cache-control')).toContain('immutable');
    await first.arrayBuffer();
    const again = await raw(server, script, { headers: { 'if-none-match': first.headers.get('etag') } });
    expect(again).toEqual({ status: 304, body: '' });
  });

  test('everyone on this machine reads, as tenant default', async () => {
    expect(await (await get('/api/v1/session')).json()).toEqual({
      loginRequired: false,
      principal: { name: 'anonymous', tenant: 'default', roles: ['select', 'report', 'read', 'admin'] },
      grpcPort: Number(server.address.split(':')[1]),
    } satisfies SessionView);
    const { useCases, errors } = (await (await get('/api/v1/overview')).json()) as OverviewView;
    expect(useCases).toMatchObject([
      { useCase: 'support-chat', decisions: 1, quality: { mean: 1 }, success: 1 },
    ]);
    expect(errors).toEqual([]);
    const board = (await (await get('/api/v1/leaderboard?useCase=support-chat')).json()) as LeaderboardView;
    const latencyMs = expect.closeTo(1200, 6) as number;
    expect(board.leaders).toMatchObject([{ decisions: 1, share: 1, latencyMs }]);
    const system = (await (await get('/api/v1/system')).json()) as SystemView;
    expect(system).toMatchObject({ ready: true, warning: null, store: { sequence: 2, failed: false } });
    expect(system.calls.map(({ method }) => method)).toEqual(['Report', 'Select']);
  });

  test('a page of another site cannot read it through a name of its own', async () => {
    const rebound = await raw(server, '/api/v1/overview', {
      headers: { host: `evil.example:${server.adminPort}` },
    });
    expect(rebound.status).toBe(403);
    const local = await raw(server, '/api/v1/overview', {
      headers: { host: `localhost:${server.adminPort}` },
    });
    expect(local.status).toBe(200);
  });

  test('a frame of counters comes at once and then every second', async () => {
    const stop = new AbortController();
    const response = await fetch(`${originOf(server)}/api/v1/events`, { signal: stop.signal });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      if (text.split('\n\n').length > 2) break;
    }
    stop.abort();
    const frames = text.split('\n\n').filter((frame) => frame.startsWith('event: tick\ndata: '));
    const [first, second] = frames.map((frame) => JSON.parse(frame.split('data: ')[1]!) as TickView);
    expect(first).toMatchObject({
      ready: true,
      warning: null,
      sequence: 2,
      queueDepth: 0,
      modelsNotClosed: 0,
    });
    expect(second!.timeMs).toBeGreaterThan(first!.timeMs);
  });

  test.each([
    ['GET', '/api/v1/nothing', 404],
    ['GET', '/api/v1/constructor', 404],
    ['GET', '/api/v1/leaderboard', 400],
    ['GET', '/api/v1/overview?span=1y', 400],
    ['POST', '/api/v1/overview', 405],
    ['HEAD', '/api/v1/events', 405],
    ['GET', '/login', 405],
    ['GET', '/assets/../../package.json', 404],
    ['GET', '//evil.example/', 404],
    ['DELETE', '/', 405],
  ])('%s %s is answered with %i', async (method, path, status) => {
    expect((await raw(server, path, { method })).status).toBe(status);
  });

  test('a first visit sees figures and is answered within seconds', async (context) => {
    if (CHROMIUM === undefined) {
      context.skip('there is no Chromium at /usr/bin/chromium: the time to interactive was not measured');
      return;
    }
    const { timeOpening } = await import('./dashboard-visit.js');
    const { shownMs, answeredMs } = await timeOpening({
      executablePath: CHROMIUM,
      origin: originOf(server),
    });
    console.log(
      `time to interactive: figures after ${shownMs.toFixed(0)} ms, a click answered after ${answeredMs.toFixed(0)} ms`,
    );
    expect(answeredMs).toBeLessThan(MAX_INTERACTIVE_MS);
  });

  test('health and metrics are as they were', async () => {
    for (const path of ['/livez', '/readyz']) expect(await (await get(path)).text()).toBe('ok\n');
    expect(await (await get('/metrics')).text()).toContain('sextant_rpc_requests_total');
  });
});

describe('with tokens', () => {
  let server: BuiltServer;
  const cookies = new Map<Name, string>();

  const logIn = (token: string, headers: object = { origin: originOf(server) }): Promise<Response> =>
    fetch(`${originOf(server)}/login`, {
      method: 'POST',
      headers: { ...headers },
      body: JSON.stringify({ token }),
    });
  const read = async <T>(name: Name, path: string): Promise<T> => {
    const response = await fetch(`${originOf(server)}/api/v1/${path}`, {
      headers: { cookie: cookies.get(name)! },
    });
    expect(response.status).toBe(200);
    return (await response.json()) as T;
  };

  beforeAll(async () => {
    const config = tokenConfig(PRINCIPALS, tokenOf);
    const rulesPath = policyFolder(SOUND);
    editJson(rulesPath, 'budgets.json', (value) => ({
      ...value,
      budgets: [
        { id: 'team', averageUsdPerRequest: 1 },
        { id: 'secret', tenant: 'globex', averageUsdPerRequest: 2 },
      ],
    }));
    server = await startServer({ rulesPath, config });
    await loop(server, 'acme-chat', tokenOf('acme-app'));
    await loop(server, 'globex-chat', tokenOf('globex-app'));
    for (const name of ['acme-app', 'globex-app'] as const) {
      const response = await logIn(tokenOf(name));
      expect(response.status).toBe(200);
      cookies.set(name, response.headers.get('set-cookie')!.split(';')[0]!);
    }
  });
  afterAll(() => cookies.clear());

  test('nothing is told before a login but that one is needed; health is open', async () => {
    for (const path of [
      'overview',
      'leaderboard?useCase=acme-chat',
      'series',
      'models',
      'spend',
      'system',
      'decisions',
      'decision?id=x',
      'events',
    ]) {
      expect((await fetch(`${originOf(server)}/api/v1/${path}`)).status).toBe(401);
    }
    const session = (await (await fetch(`${originOf(server)}/api/v1/session`)).json()) as SessionView;
    expect(session).toMatchObject({ loginRequired: true, principal: null });
    expect((await fetch(`${originOf(server)}/`)).status).toBe(200);
    expect((await fetch(`${originOf(server)}/readyz`)).status).toBe(200);
  });

  test('a login’s cookie is no script’s and no other site’s', async () => {
    const header = (await logIn(tokenOf('acme-app'))).headers.get('set-cookie')!;
    for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Path=/', 'Max-Age=43200']) {
      expect(header).toContain(attribute);
    }
    expect(header).not.toContain('Secure');
    const proxied = await logIn(tokenOf('acme-app'), {
      origin: originOf(server),
      'x-forwarded-proto': 'https',
    });
    expect(proxied.headers.get('set-cookie')).toContain('; Secure');
  });

  test('a wrong token, one without the role read, and another origin get no cookie', async () => {
    const attempts = [
      [logIn('guess'), 401],
      [logIn(sha256(tokenOf('acme-app'))), 401],
      [logIn(tokenOf('acme-caller')), 403],
      [logIn(tokenOf('acme-app'), {}), 403],
      [logIn(tokenOf('acme-app'), { origin: 'http://evil.example' }), 403],
      [logIn(tokenOf('acme-app'), { origin: 'null' }), 403],
      [logIn(''), 400],
      [logIn('x'.repeat(10_000)), 413],
    ] as const;
    for (const [attempt, status] of attempts) {
      const response = await attempt;
      expect(response.status).toBe(status);
      expect(response.headers.get('set-cookie')).toBeNull();
      expect(((await response.json()) as { error: string }).error).not.toBe('');
    }
  });

  test('a principal sees its tenant alone', async () => {
    expect((await read<SessionView>('acme-app', 'session')).principal).toEqual({
      name: 'acme-app',
      tenant: 'acme',
      roles: ['select', 'report', 'read'],
    });
    for (const [name, own, foreign] of [
      ['acme-app', 'acme-chat', 'globex-chat'],
      ['globex-app', 'globex-chat', 'acme-chat'],
    ] as const) {
      const { useCases } = await read<OverviewView>(name, 'overview');
      expect(useCases.map(({ useCase }) => useCase)).toEqual([own]);
      expect((await read<LeaderboardView>(name, `leaderboard?useCase=${own}`)).leaders).toHaveLength(1);
      expect((await read<LeaderboardView>(name, `leaderboard?useCase=${foreign}`)).leaders).toEqual([]);
      expect(await read(name, `series?useCase=${foreign}`)).toMatchObject({ models: [] });
    }
    const accountsOf = async (name: Name): Promise<string[]> =>
      (await read<SpendsView>(name, 'spend')).accounts.map(({ account }) => account);
    expect(await accountsOf('acme-app')).toEqual(['team/acme']);
    expect(await accountsOf('globex-app')).toEqual(['team/globex', 'secret']);
  });

  test('a bearer token does as well, for whom no browser speaks', async () => {
    const as = (token: string): Promise<Response> =>
      fetch(`${originOf(server)}/api/v1/overview`, { headers: { authorization: `Bearer ${token}` } });
    expect((await as(tokenOf('globex-app'))).status).toBe(200);
    expect((await as('guess')).status).toBe(401);
    expect((await as(tokenOf('acme-caller'))).status).toBe(403);
  });

  test('a forged cookie is nobody’s, and a logout takes the cookie away', async () => {
    const [name, value] = cookies.get('acme-app')!.split('=') as [string, string];
    const forged = `${name}=${value.replace(/^./, (first) => (first === 'a' ? 'b' : 'a'))}`;
    expect((await fetch(`${originOf(server)}/api/v1/overview`, { headers: { cookie: forged } })).status).toBe(
      401,
    );
    const foreign = await fetch(`${originOf(server)}/logout`, {
      method: 'POST',
      headers: { origin: 'http://evil.example' },
    });
    expect(foreign.status).toBe(403);
    const own = await fetch(`${originOf(server)}/logout`, {
      method: 'POST',
      headers: { origin: originOf(server) },
    });
    expect(own.headers.get('set-cookie')).toContain('Max-Age=0');
  });

  test('in a browser: log in, look at every view, save a table, log out', async (context) => {
    if (CHROMIUM === undefined) {
      context.skip('there is no Chromium at /usr/bin/chromium: the dashboard was not opened in a browser');
      return;
    }
    const { lookAround } = await import('./dashboard-visit.js');
    const seen = await lookAround({
      executablePath: CHROMIUM,
      origin: originOf(server),
      token: tokenOf('acme-app'),
    });
    expect(seen.complaints).toEqual([]);
    expect(seen.refused).toContain('the bearer token is not known');
    expect(seen.headings).toEqual(Object.values(TITLES));
    expect(seen.inaccessible).toEqual([]);
    expect(seen.sentence).toMatch(/takes 100 % of acme-chat; quality 1\.00, cost .* USD a request\.$/);
    expect(seen.csv).toMatch(/^Model,Share,Quality,.*\r\n(google|amazon|openai)\//);
    const { label, table, csv } = seen.overTime;
    expect(label).toMatch(/^Reported quality, mean of 1 h\. Latest: \w+\/.* 1\.00\.$/);
    expect(table).toContain('1.00');
    expect(csv.split('\r\n').slice(0, -1)).toHaveLength(1 + 25);
    expect(csv).toMatch(/^time,\w+\/.*\r\n(?:[^,]*Z,\r\n)+[^,]*Z,1\r\n/);
    const costUsd = Number(/,([^,\s]+),1\r\n$/.exec(seen.costs.total)![1]);
    expect(costUsd).toBeGreaterThan(0);
    expect(costUsd).toBeLessThan(1);
    for (const each of [seen.costs.overTime, seen.costs.call])
      expect(each.match(/Z,([^,\r]*[1-9][^,\r]*)[,\r]/)![1]).toBe(String(costUsd));
    expect(seen.tooWide).toEqual([]);
    const { decision } = seen;
    expect(decision.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(decision.logged).toContain('chosen');
    expect(decision.cameOfIt).toContain('success');
    expect(decision.candidates).toContain('openai/gpt-4.1-mini');
    expect(decision.grpcurl).toContain(`${server.address} sextant.v1.SelectionService/Explain`);
    expect(seen.afterLogOut).toContain('Log in');
  });
});
