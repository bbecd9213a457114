import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AuditAction } from '../../src/gen/sextant/v1/audit.js';
import { ExperimentStatus } from '../../src/gen/sextant/v1/experiment.js';
import {
  PromotionGateKind,
  PromotionGateStatus,
  PromotionStatus,
} from '../../src/gen/sextant/v1/promotion.js';
import { runSextant, startServer, type BuiltServer } from './built-server.js';
import { connect, type Sextant } from './clients.js';
import { CHEAP } from './experiment-entries.js';
import { metricsOf } from './metrics-text.js';
import { operatorTokens } from './operators.js';
import { newFolder, policyFolder, SOUND } from './policy-folder.js';
import {
  alike,
  badCandidate,
  BLIND,
  goodCandidate,
  ordinaryDay,
  settingsFile,
  SMALL,
  Traffic,
  uniformFolder,
} from './promotion-traffic.js';
import { ask } from './samples.js';

/** On a busy machine; at rest the whole file takes a minute. */
const LONG = 600_000;
const SOON = { timeout: 300_000, interval: 100 };
const tokens = { acme: 'the token of acme', other: 'the token of another tenant' };
const tokenFile = join(newFolder(), 'token');
let server: BuiltServer;
let acme: Sextant;
let other: Sextant;

beforeAll(async () => {
  writeFileSync(tokenFile, tokens.acme);
  server = await startServer({
    rulesPath: policyFolder(SOUND),
    settings: { 'auth.tokens': JSON.stringify(operatorTokens(tokens)) },
  });
  acme = connect(server.address, { token: tokens.acme });
  other = connect(server.address, { token: tokens.other });
});
afterAll(() => {
  acme.close();
  other.close();
});

const cli = (...arguments_: string[]) =>
  runSextant([...arguments_, '--address', server.address, '--token-file', tokenFile]);
const activeVersion = async (): Promise<string> => (await acme.activePolicy({})).version;
/** What Prometheus would read of promotions, by the series' name without its prefix; what is 0 is left out. */
const promotionMetrics = async (): Promise<Record<string, number>> =>
  Object.fromEntries(
    [...(await metricsOf(server)).matchAll(/^sextant_promotion_(\S+) (\S+)$/gm)]
      .map(([, series, value]) => [series!, Number(value)] as const)
      .filter(([, value]) => value !== 0),
  );
const gatesOf = async (number: number) => {
  const { promotion } = await acme.getPromotion({ number });
  return promotion!.gates.map(({ kind, status }) => [
    PromotionGateKind[kind].toLowerCase(),
    PromotionGateStatus[status].toLowerCase(),
  ]);
};

test(
  'a candidate as good as what is in force goes all the way, with the evidence of each gate',
  async () => {
    const before = await activeVersion();
    expect(await promotionMetrics()).toEqual({});
    await ordinaryDay(acme, 150, alike);
    const traffic = new Traffic(() => acme, alike);
    const settings = settingsFile(SMALL);
    const { code, stdout, stderr } = await cli(
      ...['promote', goodCandidate(), '--settings', settings, '--reason', 'pool more'],
    );
    await traffic.stop();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^check +passed +no faults: \d+ rules, 3 models$/m);
    expect(stdout).toMatch(/^replay +passed +\d+\.\d % of \d+ logged requests go elsewhere, 0 are refused$/m);
    expect(stdout).toMatch(/^shadow +passed +asked about \d+ requests/m);
    expect(stdout).toMatch(/^canary +passed +50\.0 % of requests: \d+ units with it, \d+ without$/m);
    expect(stdout).toMatch(/^full: [0-9a-f]{12} is in force, and pinned$/m);
    const { version, pin } = await acme.activePolicy({});
    expect(version).not.toBe(before);
    expect(pin?.version).toBe(version);
    const arms = new Set(traffic.answers.map(({ experiment }) => experiment?.arm));
    expect(arms).toEqual(new Set([undefined, 'in-force', 'candidate']));
    for (const { experiment, policyVersion } of traffic.answers)
      if (experiment?.arm === 'candidate') expect(policyVersion).toBe(version);

    const { promotion } = await acme.getPromotion({});
    expect(promotion).toMatchObject({
      candidateVersion: version,
      baseVersion: before,
      status: PromotionStatus.FULL,
      reason: 'pool more',
      startedBy: { name: 'ops of acme' },
      endedBy: { name: 'promotion' },
    });
    expect((await gatesOf(promotion!.number)).map(([kind]) => kind)).toEqual([
      'check',
      'replay',
      'evaluation',
      'shadow',
      'canary',
      'full',
    ]);
    const canary = promotion!.gates[4]!;
    expect(canary.figures['unitsCandidate']).toBeGreaterThanOrEqual(40);
    expect(canary.figures['qualityHarmHigh']).toBeLessThanOrEqual(0.2);
    const told = await acme.listAuditEntries({ pageSize: 100 });
    const actions = told.entries.map(({ action }) => action);
    for (const action of [
      AuditAction.PROMOTION_STARTED,
      AuditAction.SHADOW_STARTED,
      AuditAction.EXPERIMENT_STARTED,
      AuditAction.EXPERIMENT_RAMPED,
      AuditAction.PROMOTION_ADVANCED,
      AuditAction.POLICY_ACTIVATED,
      AuditAction.PROMOTION_ENDED,
    ])
      expect(actions).toContain(action);
    expect(await promotionMetrics()).toEqual({
      'last_status{status="full"}': 1,
      last_end_timestamp_seconds: expect.closeTo(Date.now() / 1000, -3) as number,
    });
    const show = await cli('policy', 'show', version.slice(0, 12));
    expect(show.stdout).toMatch(/^promotion +1 full/m);
  },
  LONG,
);

test(
  'a candidate that the log speaks against is refused before it decides anything',
  async () => {
    const uniform = await startServer({ rulesPath: uniformFolder() });
    const client = connect(uniform.address);
    const before = (await client.activePolicy({})).version;
    await ordinaryDay(client, 600);
    const { code, stdout } = await runSextant([
      'promote',
      badCandidate(uniformFolder()),
      '--address',
      uniform.address,
    ]);
    expect([code, stdout]).toEqual([3, expect.stringMatching(/^evaluation +failed/m)]);
    expect(stdout).toContain('it may be worse by more than evaluation.qualityMargin, 0.05');
    expect((await client.activePolicy({})).version).toBe(before);
    expect((await client.getShadow({})).shadow).toBeUndefined();
    client.close();
  },
  LONG,
);

test(
  'a candidate that sends everything to a poor model comes back by itself, and nothing of it stays',
  async () => {
    const before = await activeVersion();
    const traffic = new Traffic(() => acme);
    const { code, stdout } = await cli('promote', badCandidate(), '--settings', settingsFile(BLIND));
    await traffic.stop();
    expect([code, stdout]).toEqual([
      3,
      expect.stringMatching(/^came back: (ended by experiment-guardrail: )?quality is worse/m),
    ]);
    expect(await activeVersion()).toBe(before);
    const candidates = traffic.answers.filter(({ experiment }) => experiment?.arm === 'candidate');
    expect(candidates.length).toBeGreaterThan(0);
    for (const { choice } of candidates) expect(choice!.model).toBe(CHEAP);
    const { promotion } = await acme.getPromotion({});
    expect(promotion!.status).toBe(PromotionStatus.RETURNED);
    expect(await promotionMetrics()).toEqual({
      'last_status{status="returned"}': 1,
      last_end_timestamp_seconds: expect.closeTo(Date.now() / 1000, -3) as number,
    });
    const { experiments } = await acme.listExperiments({});
    const canary = experiments.find(({ id }) => id === promotion!.experiment);
    expect(canary!.status).toBe(ExperimentStatus.ENDED);
    expect((await acme.getShadow({})).shadow).toBeUndefined();
    for (let i = 0; i < 50; i++) {
      const answer = await acme.select(ask('chat', `After ${i}?`));
      expect([answer.experiment, answer.policyVersion]).toEqual([undefined, before]);
    }
    const { code: shown, stdout: text } = await cli(
      'promote',
      '--status',
      promotion!.candidateVersion.slice(0, 12),
    );
    expect(shown).toBe(0);
    expect(text).toMatch(/^canary +failed/m);
    const { promotion: seen } = await other.getPromotion({ number: promotion!.number });
    expect([seen!.reason, seen!.endReason, seen!.startedBy, seen!.settings]).toEqual([
      '',
      '',
      undefined,
      undefined,
    ]);
    expect(
      seen!.gates.every(
        ({ findings, figures }) => findings.length === 0 && Object.keys(figures).length === 0,
      ),
    ).toBe(true);
  },
  LONG,
);

test(
  'a kill in the canary delays it, and it goes on after the restart',
  async () => {
    const { promotion } = await acme.startPromotion({
      version: (await acme.listPolicyVersions({})).versions.find(({ active }) => !active)!.version,
      settings: { ...SMALL, canary: { ...SMALL.canary, minimumUnits: 150 } },
    });
    const { number } = promotion!;
    const traffic = new Traffic(() => acme, alike);
    await expect.poll(async () => (await gatesOf(number)).at(-1), SOON).toEqual(['canary', 'running']);
    await server.kill();
    await server.restart();
    const old = acme;
    acme = connect(server.address, { token: tokens.acme });
    old.close();
    expect((await acme.getPromotion({ number })).promotion!.status).toBe(PromotionStatus.RUNNING);
    expect(await promotionMetrics()).toEqual({
      'gate{gate="canary"}': 1,
      step_start_timestamp_seconds: expect.closeTo(Date.now() / 1000, -3) as number,
      canary_share: expect.toSatisfy((share: number) => [0.2, 0.5].includes(share)) as number,
      'last_status{status="returned"}': 1,
      last_end_timestamp_seconds: expect.any(Number) as number,
    });
    await expect
      .poll(async () => (await acme.getPromotion({ number })).promotion!.status, SOON)
      .toBe(PromotionStatus.FULL);
    await traffic.stop();
    expect(await activeVersion()).toBe(promotion!.candidateVersion);
  },
  LONG,
);
