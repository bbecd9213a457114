import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DecisionsView, DecisionView } from '../../src/admin/decision-views.js';
import type { LeaderboardView, OverviewView, SeriesView, SpendsView } from '../../src/admin/views.js';
import { SeriesLabel, type TimeSeriesPoint } from '../../src/gen/sextant/v1/insight.js';
import { msFromTimestamp, timestampFromMs } from '../../src/service/encode/time.js';
import { messageToJson } from '../../src/service/message-json.js';
import { ExplainResponse } from '../../src/gen/sextant/v1/selection.js';
import {
  CompareExperimentModelsResponse,
  GetExperimentResultResponse,
} from '../../src/gen/sextant/v1/experiment.js';
import { startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { twoModels } from './experiment-entries.js';
import { policyFolder, SOUND } from './policy-folder.js';
import { ask, wentWell } from './samples.js';
import { tokenConfig } from './token-config.js';

const PRINCIPALS = {
  operator: { tenant: 'acme', roles: ['select', 'report', 'read', 'admin'] },
  reader: { tenant: 'acme', roles: ['read'] },
  stranger: { tenant: 'globex', roles: ['select', 'report', 'read', 'admin'] },
};
type Name = keyof typeof PRINCIPALS;

let server: BuiltServer;
let operator: Sextant;
const taken: string[] = [];

beforeAll(async () => {
  const config = tokenConfig(PRINCIPALS, (principal) => principal);
  const rulesPath = policyFolder(SOUND);
  writeFileSync(
    join(rulesPath, 'experiments.json'),
    JSON.stringify({ experiments: [twoModels('models', 'trial')] }),
  );
  server = await startServer({ rulesPath, config });
  operator = connect(server.address, { token: 'operator' });
  await operator.startExperiment({ experiment: { $case: 'id', value: 'models' }, reason: 'a test' });
  for (let i = 0; i < 60; i++) {
    const useCase = i < 40 ? 'trial' : 'chat';
    const { ticket, decisionId } = await operator.select({ ...ask(useCase), attributes: { user: `u-${i}` } });
    taken.push(decisionId);
    if (i % 3 > 0) await operator.report({ ticket, attempts: [wentWell({ quality: (i % 10) / 10 })] });
  }
});
afterAll(() => operator.close());

const originOf = (): string => `http://127.0.0.1:${server.adminPort}`;
const read = (path: string, as: Name = 'operator'): Promise<Response> =>
  fetch(`${originOf()}/api/v1/${path}`, { headers: { authorization: `Bearer ${as}` } });
const call = (name: string, request: unknown, as: Name = 'operator'): Promise<Response> =>
  fetch(`${originOf()}/api/v1/call/${name}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${as}` },
    body: JSON.stringify(request),
  });

async function cookieOf(name: Name): Promise<string> {
  const response = await fetch(`${originOf()}/login`, {
    method: 'POST',
    headers: { origin: originOf() },
    body: JSON.stringify({ token: name }),
  });
  return response.headers.get('set-cookie')!.split(';')[0]!;
}

describe('figures of the page are those of gRPC', () => {
  test('an experiment’s result', async () => {
    const own = await operator.getExperimentResult({ id: 'models', history: true });
    const bytes = GetExperimentResultResponse.encode(own).finish();
    const answer = await call('ExperimentService/GetExperimentResult', { id: 'models', history: true });
    expect(await answer.json()).toEqual(messageToJson('GetExperimentResultResponse', bytes, { whole: true }));
    expect(own.result!.metrics[0]!.arms.map(({ units }) => units).some((units) => units > 0n)).toBe(true);
  });

  test('models within arms of an experiment', async () => {
    const own = await operator.compareExperimentModels({ id: 'models' });
    const bytes = CompareExperimentModelsResponse.encode(own).finish();
    const answer = await call('ExperimentService/CompareExperimentModels', { id: 'models' });
    expect(await answer.json()).toEqual(
      messageToJson('CompareExperimentModelsResponse', bytes, { whole: true }),
    );
    expect(own.arms.every(({ decisions }) => decisions > 0n)).toBe(true);
  });

  test('what happened over time: overview, charts, leaderboard and spend read what ListTimeSeries answers', async () => {
    const own = await operator.listTimeSeries({
      startTime: timestampFromMs(Date.now() - 7 * 86_400_000),
      alignmentPeriod: { seconds: 3600n, nanos: 0 },
      groupBy: [SeriesLabel.USE_CASE, SeriesLabel.MODEL],
    });
    const sumOf = (useCase: string, figure: (point: TimeSeriesPoint) => number): number =>
      own.series
        .filter((series) => useCase === '' || series.useCase === useCase)
        .flatMap(({ points }) => points.map(figure))
        .reduce((sum, value) => sum + value, 0);
    const { useCases } = (await (await read('overview?span=7d')).json()) as OverviewView;
    expect(useCases.map(({ useCase }) => useCase)).toEqual(['chat', 'trial']);
    for (const { useCase, decisions, quality, costPerRequestNanoUsd } of useCases) {
      expect(decisions).toBe(sumOf(useCase, (point) => Number(point.decisions)));
      const qualities = sumOf(useCase, (point) => Number(point.quality!.count));
      expect(quality!.mean).toBeCloseTo(sumOf(useCase, (point) => point.quality!.sum) / qualities, 12);
      const requests = sumOf(useCase, (point) => Number(point.requests));
      const cost = sumOf(useCase, (point) => point.costNanoUsd!.sum);
      expect(costPerRequestNanoUsd).toBeCloseTo(cost / requests, 6);
    }
    const board = (await (await read('leaderboard?useCase=chat&span=7d')).json()) as LeaderboardView;
    for (const { model, decisions } of board.leaders) {
      const found = own.series.find((one) => one.useCase === 'chat' && one.model === model);
      expect(decisions).toBe(found!.points.reduce((sum, point) => sum + Number(point.decisions), 0));
    }
    const { startsMs, models } = (await (await read('series?span=7d')).json()) as SeriesView;
    for (const { model, quality, spendNanoUsd } of models) {
      const points = own.series.filter((one) => one.model === model).flatMap((one) => one.points);
      for (const [i, startMs] of startsMs.entries()) {
        const at = points.filter(({ startTime }) => msFromTimestamp(startTime!) === startMs);
        const count = at.reduce((sum, point) => sum + Number(point.quality!.count), 0);
        const sum = at.reduce((total, point) => total + point.quality!.sum, 0);
        if (count === 0) expect(quality[i]).toBeNull();
        else expect(quality[i]).toBeCloseTo(sum / count, 12);
        expect(spendNanoUsd[i] ?? 0).toBe(at.reduce((total, point) => total + point.costNanoUsd!.sum, 0));
      }
    }
    const { spenders } = (await (await read('spend?span=7d')).json()) as SpendsView;
    expect(spenders.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0)).toBe(
      sumOf('', (point) => point.costNanoUsd!.sum),
    );
  });

  test('an explanation', async () => {
    const request = ask('chat', 'Which rivers flow through Passau?');
    const own = await operator.explain({ request, conditions: true });
    const answer = await call('SelectionService/Explain', {
      request: { useCase: 'chat', input: { text: 'Which rivers flow through Passau?' } },
      conditions: true,
    });
    const { explanation } = (await answer.json()) as {
      explanation: { candidates: { propensity: number }[] };
    };
    const wanted = messageToJson('ExplainResponse', ExplainResponse.encode(own).finish(), {
      whole: true,
    }) as unknown as { explanation: typeof explanation };
    // Beliefs widen with time: the two were asked some milliseconds apart.
    for (const [i, candidate] of explanation.candidates.entries())
      expect(candidate.propensity).toBeCloseTo(wanted.explanation.candidates[i]!.propensity, 3);
  });

  test('who changed what', async () => {
    const own = await operator.listAuditEntries({ pageSize: 25 });
    const answer = (await (await call('AuditService/ListAuditEntries', { pageSize: 25 })).json()) as {
      entries: { sequence: string; principal: { name: string }; target: string; reason: string }[];
    };
    expect(answer.entries.map(({ sequence }) => BigInt(sequence))).toEqual(
      own.entries.map(({ sequence }) => sequence),
    );
    expect(answer.entries[0]).toMatchObject({
      principal: { name: 'operator' },
      target: 'models',
      reason: 'a test',
    });
  });

  test('the decisions that were taken, with what was told of them', async () => {
    const { decisions, next } = (await (await read('decisions')).json()) as DecisionsView;
    expect(decisions.map(({ decisionId }) => decisionId)).toEqual([...taken].reverse().slice(0, 50));
    const rest = (await (await read(`decisions?after=${next!}`)).json()) as DecisionsView;
    expect(rest.decisions.map(({ decisionId }) => decisionId)).toEqual([...taken].reverse().slice(50));
    const unreported = (await (await read('decisions?reported=no&useCase=chat')).json()) as DecisionsView;
    expect(unreported.decisions).toHaveLength(taken.filter((_, i) => i >= 40 && i % 3 === 0).length);
    const one = (await (await read(`decision?id=${taken[1]!}`)).json()) as DecisionView;
    expect(one.attempts).toMatchObject([{ attempt: 0, status: 'success', quality: 0.1, latencyMs: 1200 }]);
    expect(one.explainRequest).not.toBeNull();
    const again = await call('SelectionService/Explain', one.explainRequest);
    expect(again.status).toBe(200);
  });
});

describe('a call through the admin port', () => {
  test('asks for the roles that gRPC asks for', async () => {
    expect((await call('PolicyService/GetActivePolicy', {}, 'reader')).status).toBe(200);
    for (const [name, request] of [
      ['SelectionService/Explain', { request: { useCase: 'chat', input: { text: 'x' } } }],
      ['AuditService/ListAuditEntries', {}],
      ['PolicyService/DiffPolicyVersions', { fromVersion: '0'.repeat(64) }],
      ['PolicyService/RollBackPolicy', { expectedActiveVersion: '0'.repeat(64), reason: 'x' }],
    ] as const) {
      const refused = await call(name, request, 'reader');
      expect([name, refused.status]).toEqual([name, 403]);
    }
  });

  test('shows a tenant its own alone', async () => {
    const { decisions } = (await (await read('decisions', 'stranger')).json()) as DecisionsView;
    expect(decisions).toEqual([]);
    expect((await read(`decision?id=${taken[0]!}`, 'stranger')).status).toBe(404);
  });

  test('with a login’s cookie must come from the page itself', async () => {
    const cookie = await cookieOf('operator');
    const rollBack = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${originOf()}/api/v1/call/PolicyService/RollBackPolicy`, {
        method: 'POST',
        headers: { cookie, ...headers },
        body: JSON.stringify({ expectedActiveVersion: '0'.repeat(64), reason: 'x' }),
      });
    expect((await rollBack({})).status).toBe(403);
    expect((await rollBack({ origin: 'http://evil.example' })).status).toBe(403);
    expect((await rollBack({ origin: 'null' })).status).toBe(403);
    // The handler's own refusal: there is nothing to go back to, or another version is in force.
    const own = await rollBack({ origin: originOf() });
    expect(own.status).toBe(409);
    expect(((await own.json()) as { error: string }).error).not.toContain('origin');
  });

  test.each([
    ['GET', 'PolicyService/GetActivePolicy', undefined, 405],
    ['POST', 'AdminService/BackUp', '{}', 404],
    ['POST', 'SelectionService/Select', '{}', 404],
    ['POST', 'PolicyService/constructor', '{}', 404],
    ['POST', 'PolicyService/GetActivePolicy', 'no JSON', 400],
    ['POST', 'PolicyService/GetActivePolicy', '{"unknown": 1}', 400],
    ['POST', 'ExperimentService/GetExperimentResult', '{"id": "nobody"}', 404],
    ['POST', 'PolicyService/GetActivePolicy', `{"x": "${'x'.repeat(1_048_576)}"}`, 413],
  ])('%s %s with what it cannot take is %s answered with %i', async (method, name, body, status) => {
    const response = await fetch(`${originOf()}/api/v1/call/${name}`, {
      method,
      headers: { authorization: 'Bearer operator' },
      ...(body !== undefined && { body }),
    });
    expect(response.status).toBe(status);
  });

  test.each([
    'decision?id=nonsense',
    'decisions?after=nonsense',
    'decisions?reported=maybe',
    'decisions?from=soon',
  ])('%s is refused with the field', async (path) => {
    const response = await read(path);
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: string };
    expect(error).toMatch(/^(id|after|reported|from): must be/);
  });
});
