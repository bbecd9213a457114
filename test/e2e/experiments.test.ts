import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuditAction } from '../../src/gen/sextant/v1/audit.js';
import { ExperimentMetric, ExperimentStatus } from '../../src/gen/sextant/v1/experiment.js';
import type { SelectResponse } from '../../src/gen/sextant/v1/selection.js';
import { runSextant, startServer, type BuiltServer } from './built-server.js';
import { metricsOf } from './metrics-text.js';
import { connect, type Sextant } from './clients.js';
import { CHEAP, DEAR, twoModels } from './experiment-entries.js';
import { operatorTokens } from './operators.js';
import { editJson, newFolder, policyFolder, SOUND } from './policy-folder.js';
import { refusalOf } from './refusal.js';
import { ask, wentWell } from './samples.js';

const SOON = { timeout: 20_000, interval: 50 };
const tokens = { acme: 'the token of acme', other: 'the token of another tenant' };
const tokenFile = join(newFolder(), 'token');
let server: BuiltServer;
let rules: string;
let acme: Sextant;
let other: Sextant;

const reconnect = () => {
  acme = connect(server.address, { token: tokens.acme });
  other = connect(server.address, { token: tokens.other });
};
beforeAll(async () => {
  const entries = operatorTokens(tokens);
  writeFileSync(tokenFile, tokens.acme);
  rules = policyFolder(SOUND);
  writeFileSync(
    join(rules, 'experiments.json'),
    JSON.stringify({
      experiments: [
        twoModels('models', 'chat', { ramp: 0.4 }),
        twoModels('guarded', 'guarded', { guardrails: [{ metric: 'quality', worseBy: 0.05 }] }),
        twoModels('learning', 'learning', {
          arms: [
            { id: 'control', weight: 0.45 },
            { id: 'thrifty', weight: 0.45, bandit: { weights: { quality: 0, cost: 1, latency: 0 } } },
          ],
          holdout: 0.1,
        }),
      ],
    }),
  );
  server = await startServer({
    rulesPath: rules,
    settings: { 'auth.tokens': JSON.stringify(entries), 'store.snapshotEveryOutcomes': '150' },
  });
  reconnect();
});
afterAll(() => {
  acme.close();
  other.close();
});

const select = (useCase: string, user: number, attributes: Record<string, string> = {}) =>
  acme.select({ ...ask(useCase), attributes: { user: `user-${user}`, ...attributes } });
const cli = (...arguments_: string[]) =>
  runSextant(['experiments', ...arguments_, '--address', server.address, '--token-file', tokenFile]);

const AT_ONCE = 20;

/** Users ask once each, and quality is what the arm makes of it. */
async function play(
  useCase: string,
  users: number,
  quality: (arm: string, user: number) => number,
  from = 0,
): Promise<Map<number, SelectResponse>> {
  const answers = new Map<number, SelectResponse>();
  const one = async (user: number): Promise<void> => {
    const answer = await select(useCase, user);
    answers.set(user, answer);
    const value = quality(answer.experiment?.arm ?? 'none', user);
    await acme.report({ ticket: answer.ticket, attempts: [wentWell({ quality: value })] });
  };
  for (let user = from; user < from + users; user += AT_ONCE)
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, from + users - user) }, (_, i) => one(user + i)),
    );
  return answers;
}

const figures = async (id: string) => {
  const { result } = await acme.getExperimentResult({ id });
  return result!;
};

describe('an experiment of the policy folder', () => {
  let before: Map<number, SelectResponse>;

  test('is listed before it is started, and draws nobody', async () => {
    const { experiments } = await acme.listExperiments({});
    expect(experiments.map(({ id, status }) => [id, status])).toEqual([
      ['guarded', ExperimentStatus.DECLARED],
      ['learning', ExperimentStatus.DECLARED],
      ['models', ExperimentStatus.DECLARED],
    ]);
    expect((await select('chat', 1)).experiment).toBeUndefined();
    expect(await refusalOf(acme.getExperimentResult({ id: 'models' }))).toMatchObject({
      reason: 'UNKNOWN_EXPERIMENT',
    });
  });

  test('draws users into arms that are decided differently, and always the same', async () => {
    const { code, stdout } = await cli('start', 'models', '--reason', 'is the cheap one enough?');
    expect([code, stdout]).toEqual([0, 'models runs: control 20.0 %, treatment 20.0 %\n']);
    before = await play('chat', 200, (arm, user) => (arm === 'treatment' ? 0.6 : 0.8) + (user % 5) / 50);
    const arms = [...before.values()].map(({ experiment }) => experiment?.arm);
    expect(new Set(arms)).toEqual(new Set([undefined, 'control', 'treatment']));
    for (const { experiment, choice } of before.values()) {
      if (experiment?.arm === 'control') expect(choice!.model).toBe(DEAR);
      if (experiment?.arm === 'treatment') expect(choice!.model).toBe(CHEAP);
    }
    for (const [user, { experiment }] of [...before].slice(0, 20))
      expect((await select('chat', user)).experiment).toEqual(experiment);
  });

  test('moves nobody under a ramp', async () => {
    const { experiment } = await acme.rampExperiment({ id: 'models', target: { $case: 'ramp', value: 1 } });
    expect(experiment!.arms.map(({ share }) => share)).toEqual([0.5, 0.5]);
    for (const [user, { experiment: was }] of before) {
      const now = (await select('chat', user)).experiment;
      if (was !== undefined) expect(now).toEqual(was);
      else expect(now).toBeDefined();
    }
    await play('chat', 160, (arm, user) => (arm === 'treatment' ? 0.6 : 0.8) + (user % 5) / 50, 1_000);
  });

  test('has its result after a kill, exactly, and counts a report sent again once', async () => {
    const found = await figures('models');
    const [quality] = found.metrics;
    expect(quality!.metric).toBe(ExperimentMetric.QUALITY);
    expect(quality!.readable).toBe(true);
    const { comparison } = quality!.arms[1]!;
    expect(comparison!.difference).toBeCloseTo(-0.2, 1);
    expect(comparison!.alwaysValidInterval!.high).toBeLessThan(0);
    expect(quality!.arms[0]!.probabilityOfBest).toBeGreaterThan(0.99);
    expect(found.metrics[1]!.arms[1]!.mean).toBeLessThan(found.metrics[1]!.arms[0]!.mean!);
    expect(found.sampleRatio!.alarm).toBe(false);

    const late = await select('chat', 1_000);
    const report = { ticket: late.ticket, attempts: [wentWell({ quality: 0.7 })] };
    await acme.report(report);
    const atKill = await figures('models');
    acme.close();
    other.close();
    await server.kill();
    await server.restart();
    reconnect();
    expect(await figures('models')).toEqual(atKill);
    const { recorded } = await acme.report(report);
    expect(recorded.every(({ duplicate }) => duplicate)).toBe(true);
    expect(await figures('models')).toEqual(atKill);
    for (const [user, { experiment }] of [...before].slice(0, 20))
      if (experiment !== undefined) expect((await select('chat', user)).experiment).toEqual(experiment);
  });

  test('is shown to people, with intervals called what they are', async () => {
    const { code, stdout } = await cli('show', 'models');
    expect(code).toBe(0);
    for (const text of [
      'models: running',
      'quality (higher is better',
      'cost, USD (lower is better',
      'not error-controlled',
      'quality as routed',
    ])
      expect(stdout).toContain(text);
    const plan = await cli('plan', '--from', 'models', '--units-per-day', '400', '--lift', '2%');
    expect([plan.code, plan.stdout]).toEqual([0, expect.stringContaining('looking at any time')]);
    expect((await cli('list')).stdout).toContain('control 50.0 %, treatment 50.0 %');
  });

  test('is none of another tenant’s business', async () => {
    const { experiment } = await other.select({ ...ask('chat'), attributes: { user: 'user-1' } });
    expect(experiment).toBeUndefined();
    expect(await refusalOf(other.getExperimentResult({ id: 'models' }))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'UNKNOWN_EXPERIMENT',
    });
    expect(await refusalOf(other.stopExperiment({ id: 'models' }))).toMatchObject({
      reason: 'UNKNOWN_EXPERIMENT',
    });
  });

  test('keeps its definition while it runs: a changed file is refused, and the policy stays', async () => {
    editJson(rules, 'experiments.json', (value) => ({
      experiments: (value['experiments'] as object[]).map((one, i) =>
        i === 0 ? { ...one, alpha: 0.1 } : one,
      ),
    }));
    await expect
      .poll(async () => (await acme.activePolicy({})).faults.map(({ reason }) => reason), SOON)
      .toEqual(['"models" is running: stop it before its definition changes']);
    editJson(rules, 'experiments.json', (value) => ({
      experiments: (value['experiments'] as Record<string, unknown>[]).map(({ alpha: _, ...one }) => one),
    }));
    await expect.poll(async () => (await acme.activePolicy({})).faults, SOON).toEqual([]);
  });

  test('stops once, and is refused a second time', async () => {
    expect((await cli('stop', 'models', '--reason', 'answered')).stdout).toBe('models is stopped\n');
    expect((await select('chat', 3)).experiment).toBeUndefined();
    expect(await refusalOf(acme.stopExperiment({ id: 'models' }))).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'EXPERIMENT_ENDED',
      message: expect.stringMatching(/^"models" was stopped at .* already$/) as string,
    });
    expect(
      await refusalOf(acme.rampExperiment({ id: 'models', target: { $case: 'ramp', value: 1 } })),
    ).toMatchObject({ reason: 'EXPERIMENT_ENDED' });
    expect(
      await refusalOf(acme.startExperiment({ experiment: { $case: 'id', value: 'models' } })),
    ).toMatchObject({ code: 'ALREADY_EXISTS', reason: 'EXPERIMENT_EXISTS' });
    const { experiment } = await acme.getExperimentResult({ id: 'models' });
    expect(experiment).toMatchObject({ status: ExperimentStatus.ENDED, endReason: 'answered' });
    const { entries } = await acme.listAuditEntries({ target: 'models' });
    expect(entries.map(({ action }) => action)).toEqual([
      AuditAction.EXPERIMENT_STOPPED,
      AuditAction.EXPERIMENT_RAMPED,
      AuditAction.EXPERIMENT_STARTED,
    ]);
  });
});

describe('a guardrail', () => {
  test('stops an arm that is surely worse, by itself, for good, and tells why', async () => {
    await acme.startExperiment({ experiment: { $case: 'id', value: 'guarded' } });
    await play('guarded', 260, (arm, user) => (arm === 'treatment' ? 0.3 : 0.8) + (user % 7) / 70);
    await expect
      .poll(async () => (await acme.getExperimentResult({ id: 'guarded' })).experiment?.status, SOON)
      .toBe(ExperimentStatus.ENDED);
    const { experiment } = await acme.getExperimentResult({ id: 'guarded' });
    const treatment = experiment!.arms.find(({ id }) => id === 'treatment')!;
    expect(treatment.stopped).toBe(true);
    expect(treatment.stopReason).toMatch(
      /^quality is worse than control by 0\.\d+ at least, more than 0\.05$/,
    );
    expect((await select('guarded', 1)).experiment).toBeUndefined();
    const { entries } = await acme.listAuditEntries({ target: 'guarded' });
    expect(entries[0]).toMatchObject({ principal: { name: 'experiment-guardrail' } });
    expect((await other.listAuditEntries({ target: 'guarded' })).entries).toEqual([]);
    const metrics = await metricsOf(server);
    expect(metrics).toContain('sextant_experiment_guardrail_stops_total 1');
    acme.close();
    other.close();
    await server.kill();
    await server.restart();
    reconnect();
    expect((await acme.getExperimentResult({ id: 'guarded' })).experiment).toEqual(experiment);
  });
});

describe('arms that learn', () => {
  test('learn for themselves, with settings of their own, and survive a kill', async () => {
    await acme.startExperiment({ experiment: { $case: 'id', value: 'learning' } });
    const answers = await play('learning', 240, () => 0.7);
    const cheapest = (await acme.listModels({})).models.map(({ id }) => id);
    const chosen = new Map<string, Set<string>>();
    for (const { experiment, choice } of answers.values())
      chosen.set(experiment!.arm, (chosen.get(experiment!.arm) ?? new Set()).add(choice!.model));
    expect([...chosen.keys()].sort()).toEqual(['control', 'holdout', 'thrifty']);
    expect(cheapest.length).toBe(3);
    // By cost alone, exploration aside, one model is left.
    const thrifty = [...answers.values()].filter(({ experiment }) => experiment!.arm === 'thrifty');
    const last = thrifty.at(-1)!;
    expect(last.propensity).toBeGreaterThan(0.5);
    const found = await figures('learning');
    expect(found.metrics[0]!.arms.map(({ arm }) => arm)).toEqual(['control', 'thrifty', 'holdout']);
    expect(found.metrics[0]!.arms[2]!.comparison).toBeUndefined();
    acme.close();
    other.close();
    await server.kill();
    await server.restart();
    reconnect();
    expect(await figures('learning')).toEqual(found);
    expect((await acme.stopExperiment({ id: 'learning' })).experiment!.status).toBe(ExperimentStatus.ENDED);
  });
});

test('a stopped store holds each experiment against its log', async () => {
  acme.close();
  other.close();
  expect(await server.stop()).toBe(0);
  const flags = ['--store.path', server.storePath, '--rules.path', server.rulesPath];
  const verified = await runSextant(['verify', ...flags]);
  expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('equal')]);
  await server.restart();
  reconnect();
});
